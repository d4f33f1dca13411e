/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pages.c: the pages that are embedded in this program (docs/pack). */
#include "core/cli/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"
#include "core/base/nearest.h"
#include "core/base/unpack.h"

#define MARK '\001' /* begins the line with a page's name */

extern const char pages_packed[];

static char *unpacked(void)
{
	size_t size;
	char *all = unpack(pages_packed, &size);

	if (!all)
		bug("the pages in this program cannot be unpacked");
	return all;
}

/* The page after this one. */
static char *next_of(char *page)
{
	char *next = strchr(page + 1, MARK);

	return next ? next : page + strlen(page);
}

char *page_find(const char *name)
{
	char *all = unpacked(), *found = NULL;
	size_t length = strlen(name);

	for (char *page = all; *page && !found; page = next_of(page))
		if (!strncmp(page + 1, name, length) && page[1 + length] == '\n')
			found = must(strndup(page + length + 2, (size_t)(next_of(page) - page) - length - 2));
	free(all);
	return found;
}

bool page_nearest(const char *name, char found[64])
{
	char *all = unpacked(), *next;
	struct nearest nearest = nearest_to(name);

	for (char *page = all; *page; page = next) {
		next = next_of(page);
		page[1 + strcspn(page + 1, "\n")] = '\0';
		if (!strchr(page + 1, '/'))
			nearest_try(&nearest, page + 1);
	}
	if (nearest.found)
		snprintf(found, 64, "%s", nearest.found);
	free(all);
	return nearest.found != NULL;
}
