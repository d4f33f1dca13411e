/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why.h: the applet `nettrace why`: what is wrong with connections, with evidence. */
#ifndef NETTRACE_WHY_H
#define NETTRACE_WHY_H

#include "core/base/json.h"
#include "core/model/options.h"
#include "core/record/reader.h"

#define WHY_TROUBLE 10 /* exit status: trouble was found */

/* The applet's options; no tool of its own. */
extern const struct tool why;

int why_main(int argc, char **argv);
/* `nettrace replay FILE why ...`; argv[0] is "why". Returns the exit code. */
int why_replay(struct recording *recording, int argc, char **argv);
/* The line that it prints with --json (struct applet). */
const struct json_line *why_lines(void);

#endif
