/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pages.h: the pages that are in this program: the manual as docs/tools has it, schemas, and pages about all tools. */
#ifndef NETTRACE_CLI_PAGES_H
#define NETTRACE_CLI_PAGES_H

#include "core/base/text.h"

/* The page of this name ("tcplife", "guide", "schema/tcplife") as it is in docs/, for the caller to free. NULL: there
 * is none. */
char *page_find(const char *name);
/* The name of a page that is most like this one. False: none is near. */
bool page_nearest(const char *name, char nearest[64]);
/* Appends a page of Markdown as a terminal of so many columns shows it. */
void page_render(struct text *text, const char *markdown, size_t columns);

#endif
