/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inherited.h: inherited state of the process: signals, descriptors, time namespace. */
#ifndef NETTRACE_RUN_INHERITED_H
#define NETTRACE_RUN_INHERITED_H

#include <stdbool.h>

/* To be called first: fills closed descriptors among 0 to 2, makes write() return errors instead of SIGPIPE and
 * SIGXFSZ, makes children waitable, and measures the time namespace. */
void inherited_begin(void);
/* Whether the signal was ignored at the start, as by nohup or in a background job of a script: then it stays
 * ignored. */
bool inherited_ignores(int signal);
/* For a child before it executes another program: restores the inherited signal actions. */
void inherited_restore(void);

#endif
