/* SPDX-License-Identifier: GPL-2.0-or-later */
/* must.h: the two fatal conditions: exhausted memory, and a program that contradicts itself.
 *
 * These functions end the process from anywhere: the one exception to "only cmd/ ends the program". Everything else
 * returns a struct error. Memory is fatal because Linux overcommits it (vm.overcommit_memory): malloc() fails only
 * under a limit on address space, and without memory no row can be printed. A contradiction is fatal because every
 * later result would be wrong. Unit tests check every table that can contradict itself. */
#ifndef NETTRACE_BASE_MUST_H
#define NETTRACE_BASE_MUST_H

/* memory: from malloc(), calloc(), realloc() or strdup(). NULL ends the process. */
void *must(void *memory);
/* Ends the process with "internal: ...". */
__attribute__((noreturn, format(printf, 1, 2))) void bug(const char *format, ...);

#endif
