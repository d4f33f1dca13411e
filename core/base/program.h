/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.h: other programs of this machine whose output is read. */
#ifndef NETTRACE_BASE_PROGRAM_H
#define NETTRACE_BASE_PROGRAM_H

#include <sys/types.h>

/* Starts words[0], by its path or from PATH, with the words, which end with NULL; in: its stdin, or -1: ours. A program
 * whose reader ends gets SIGPIPE, even if this process ignores the signal. Returns a pipe from its stdout, which the
 * caller owns, and *pid for program_end(); or a negative errno. */
int program_start(const char *const words[], int in, pid_t *pid);
/* Waits for the program, after the caller has closed the pipe. */
void program_end(pid_t pid);

#endif
