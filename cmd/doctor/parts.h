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

/* cmd/doctor/why.c: texts, of which the first two are valid until the next call. */

/* Why a rung does not serve: "refused at load: EPERM". "": it could serve. */
const char *doctor_why(const struct rung *rung, const struct machine *machine);
/* The remedy; NULL: only another kernel. */
const char *doctor_remedy(enum fate fate, int error, const struct machine *machine);
/* A column whose values this kernel cannot name; NULL: none. */
const char *doctor_unnamed_column(const struct tool *tool);
/* "EPERM", also for a negative errno. */
const char *doctor_error_name(int error);

/* cmd/doctor/table.c, cmd/doctor/json.c */
void doctor_machine_table(const struct machine *machine);
void doctor_machine_json(const struct machine *machine);
void doctor_tool_table(const struct survey *survey, const struct doctor *doctor);
void doctor_tool_json(const struct survey *survey, const struct doctor *doctor);
/* Prints the words of `text`, wrapped, and a newline. The cursor is at or before column `indent`, where the text begins
 * and further lines are indented to. */
void doctor_wrap(const char *text, int indent);
/* The same for two consecutive texts. */
void doctor_wrap_after(const char *first, const char *text, int indent);
/* Prints a line of JSON, and frees the text. */
void doctor_line(struct text *text);
/* The first key of every line. */
#define DOCTOR_ABOUT(what)                                                                                             \
	{                                                                                                              \
		"about", JSON_TEXT, JSON_TEXTS(what), .help = "what kind of line this is"                              \
	}

/* cmd/doctor/prove.c: returns the exit code. */
int doctor_prove(const struct doctor *doctor);

#endif
