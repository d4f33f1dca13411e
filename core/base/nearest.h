/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nearest.h: the most similar of several names to a mistyped one. */
#ifndef NETTRACE_BASE_NEAREST_H
#define NETTRACE_BASE_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *name;  /* as the user typed it */
	const char *found; /* the most similar so far; NULL: none is similar */
	size_t edits;      /* distance from name to found */
};

struct nearest nearest_to(const char *name);
/* Compares one candidate, and remembers it if it is the most similar so far. */
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
