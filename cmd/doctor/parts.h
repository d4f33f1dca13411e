/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.h: declarations shared by the source files of `nettrace doctor`. */
#ifndef NETTRACE_DOCTOR_PARTS_H
#define NETTRACE_DOCTOR_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bpf/plan.h"
#include "core/base/json.h"
#include "core/kernel/machine.h"
#include "core/bpf/survey.h"
#include "core/tool.h"

struct doctor {
	bool json, all_rungs, prove, verbose;
	struct exclusions exclusions;
	const struct tool **tools; /* tools_count() + 1; ends with NULL */
	struct machine machine;
};

/* cmd/doctor/why.c: in words; both texts are valid until the next call. */

/* Why a rung does not serve: "refused at load: EPERM". "": it could. */
const char *doctor_why(const struct rung *rung, const struct machine *machine);
/* What a user can do about it; NULL: nothing but another kernel. */
const char *doctor_remedy(enum fate fate, int error, const struct machine *machine);
/* A column whose values this kernel has no names for; NULL: none. */
const char *doctor_unnamed_column(const struct tool *tool);
/* "EPERM"; for a negative errno, too. */
const char *doctor_error_name(int error);

/* cmd/doctor/table.c, cmd/doctor/json.c */
void doctor_machine_table(const struct machine *machine);
void doctor_machine_json(const struct machine *machine);
void doctor_tool_table(const struct survey *survey, const struct doctor *doctor);
void doctor_tool_json(const struct survey *survey, const struct doctor *doctor);
/* Prints the words of `text` and a line's end. The cursor stands at or before column `indent`, where further lines
 * begin, and counts as standing there. */
void doctor_wrap(const char *text, int indent);
/* The same for two texts, one after the other. */
void doctor_wrap_after(const char *first, const char *text, int indent);
/* Prints a line of JSON, and frees it. */
void doctor_line(struct text *text);
/* The first key of all of them. */
#define DOCTOR_ABOUT(what)                                                                                             \
	{                                                                                                              \
		"about", JSON_TEXT, JSON_TEXTS(what), .help = "what kind of line this is"                              \
	}

/* cmd/doctor/prove.c: returns the exit code. */
int doctor_prove(const struct doctor *doctor);

#endif
