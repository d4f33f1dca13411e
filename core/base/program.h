/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.h: other programs of this machine: their output is read, or they show ours. */
#ifndef NETTRACE_BASE_PROGRAM_H
#define NETTRACE_BASE_PROGRAM_H

#include <sys/types.h>

/* Starts words[0], by its path or from PATH, with the words, which end with NULL; in: its stdin, or -1: ours. A program
 * whose reader ends gets SIGPIPE, even if this process ignores the signal. Returns a pipe from its stdout, which the
 * caller owns, and *pid for program_end(); or a negative errno. */
int program_start(const char *const words[], int in, pid_t *pid);
/* Waits for the program, after the caller has closed the pipe. */
void program_end(pid_t pid);
/* Shows what the descriptor `in` contains, through words[0] on our stdout, until that program ends. Ctrl-C reaches it
 * alone. Returns 0, or a negative errno: it did not start. */
int program_show(const char *const words[], int in);

#endif
