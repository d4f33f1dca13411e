/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor.h: the applet `nettrace doctor`: what works on this machine, with proof. */
#ifndef NETTRACE_DOCTOR_DOCTOR_H
#define NETTRACE_DOCTOR_DOCTOR_H

#include "core/base/json.h"
#include "core/cli/helper.h"

/* argv[0] is "doctor". Returns the exit code. */
int doctor_main(int argc, char **argv);
const struct helper *doctor_helper(void);
/* The lines that it prints with --json (struct applet). */
const struct json_line *doctor_lines(void);

#endif
