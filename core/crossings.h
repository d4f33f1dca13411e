/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crossings.h: what is not to be used although the kernel has it (--without): so that each lower rung can be run. */
#ifndef NETTRACE_CROSSINGS_H
#define NETTRACE_CROSSINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/kernel.h"
#include "core/tool.h"

/* `names`, everywhere: with commas between: programs; kinds of section (fexit, iter); sk_storage, task_btf and
 * trampolines of struct kernel. NULL: none. */

/* The program, of this section, is among them. */
bool crossed_out(const char *names, const char *program, const char *section);
/* Takes from *kernel what is among them. */
void crossings_apply(struct kernel *kernel, const char *names);
/* Writes those names that this tool can do without into *known. Returns the first other one, until the next call; NULL:
 * there is none. */
const char *crossings_known(char *known, size_t size, const char *names, const struct tool *tool);

#endif
