/* SPDX-License-Identifier: GPL-2.0-or-later */
/* must.h: the two things after which nothing can go on: no memory is left, or the program contradicts itself.
 *
 * They end the process, from anywhere: the one exception to "only cmd/ ends the program". Everything else is a struct
 * error. Memory, because Linux grants it whether it has it or not (vm.overcommit_memory): malloc() fails only under a
 * limit on address space, and no row could be printed without it. A contradiction, because whatever came next would be
 * wrong; a unit test looks at every table that can have one. */
#ifndef NETTRACE_BASE_MUST_H
#define NETTRACE_BASE_MUST_H

/* `memory`, which malloc(), calloc(), realloc() or strdup() gave; NULL ends the process. */
void *must(void *memory);
/* Ends the process with "internal: ...". */
__attribute__((noreturn, format(printf, 1, 2))) void bug(const char *format, ...);

#endif
