/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nearest.c: the most similar of several names to a mistyped one. */
#include "core/base/nearest.h"

#include <stdint.h>
#include <string.h>

#define MOST_EDITS 3 /* a larger distance is another word */

/* Levenshtein distance; names longer than a row count as too far. */
static size_t distance(const char *a, const char *b)
{
	size_t row[32], length = strlen(b);

	if (length >= sizeof(row) / sizeof(row[0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < length; j++) {
			size_t best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (diagonal + 1 < best)
				best = diagonal + 1;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			row[j + 1] = best;
		}
	}
	return row[length];
}

struct nearest nearest_to(const char *name)
{
	return (struct nearest){ .name = name, .edits = MOST_EDITS + 1 };
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t edits = distance(candidate, nearest->name);

	if (edits < nearest->edits && edits < strlen(candidate) && 2 * edits <= strlen(nearest->name)) {
		nearest->edits = edits;
		nearest->found = candidate;
	}
}
