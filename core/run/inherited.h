/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inherited.h: inherited state of the process: signals, descriptors, time namespace. */
#ifndef NETTRACE_RUN_INHERITED_H
#define NETTRACE_RUN_INHERITED_H

#include <stdbool.h>

/* First of all: fills descriptors 0 to 2 that are closed, takes errors of write() in place of SIGPIPE and SIGXFSZ, can
 * wait for children, and knows the time namespace. */
void inherited_begin(void);
/* The signal was ignored at the start, as by nohup or in a background job of a script: so it stays. */
bool inherited_ignores(int signal);
/* In a child that becomes somebody else's program: signals as they were. */
void inherited_restore(void);

#endif
