/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diff.h: the applet `nettrace diff`: the changes between two recordings. */
#ifndef NETTRACE_DIFF_H
#define NETTRACE_DIFF_H

struct helper;
struct json_line;

const struct helper *diff_helper(void);
const struct json_line *diff_lines(void);
int diff_main(int argc, char **argv);

#endif
