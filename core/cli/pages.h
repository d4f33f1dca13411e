/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pages.h: the pages in this program: the manual as in docs/tools, schemas, and pages about all tools. */
#ifndef NETTRACE_CLI_PAGES_H
#define NETTRACE_CLI_PAGES_H

#include "core/base/text.h"

/* The text of the page ("tcplife", "guide", "schema/tcplife") as in docs/; the caller frees it. NULL: no such page. */
char *page_find(const char *name);
/* The most similar page name. False: none is similar. */
bool page_nearest(const char *name, char nearest[64]);
/* Appends a page of Markdown for a terminal of `columns` columns. */
void page_render(struct text *text, const char *markdown, size_t columns);

#endif
