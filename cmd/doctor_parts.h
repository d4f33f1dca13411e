/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor_parts.h: what the source files of `nettrace doctor` share. */
#ifndef NETTRACE_DOCTOR_PARTS_H
#define NETTRACE_DOCTOR_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/machine.h"
#include "core/survey.h"
#include "core/tool.h"

#define DOCTOR_TOOLS 64

struct doctor {
	bool json, all_rungs, prove, verbose;
	const char *without;
	const struct tool *tools[DOCTOR_TOOLS + 1]; /* ends with NULL */
	struct machine machine;
};

/* doctor_why.c: in words; both texts are valid until the next call. */

/* Why a rung does not serve: "refused at load: EPERM". "": it could. */
const char *doctor_why(const struct rung *rung, const struct machine *machine);
/* What a user can do about it; NULL: nothing but another kernel. */
const char *doctor_remedy(enum fate fate, int error, const struct machine *machine);
/* "EPERM"; for a negative errno, too. */
const char *doctor_error_name(int error);

/* doctor_table.c, doctor_json.c */
void doctor_machine_table(const struct machine *machine);
void doctor_machine_json(const struct machine *machine);
void doctor_tool_table(const struct survey *survey, const struct doctor *doctor);
void doctor_tool_json(const struct survey *survey, const struct doctor *doctor);
/* "key":"value" with a comma before it, unless key is the first; value NULL: null. */
void doctor_json_string(const char *before, const char *key, const char *value);

/* doctor_prove.c: returns the exit code. */
int doctor_prove(const struct doctor *doctor);

#endif
