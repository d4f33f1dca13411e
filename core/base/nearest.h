/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nearest.h: the name that is nearest to a mistyped one. */
#ifndef NETTRACE_BASE_NEAREST_H
#define NETTRACE_BASE_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *name;  /* as it was typed */
	const char *found; /* the nearest so far; NULL: none is near */
	size_t edits;      /* from one to the other */
};

struct nearest nearest_to(const char *name);
/* Compares one of the names. */
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
