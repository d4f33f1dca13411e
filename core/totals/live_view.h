/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_view.h: the totals of an interval, sorted, grouped, filtered and fitted to a window. */
#ifndef NETTRACE_TOTALS_LIVE_VIEW_H
#define NETTRACE_TOTALS_LIVE_VIEW_H

#include "core/base/terminal.h"
#include "core/print/printer.h"
#include "core/totals/live_fit.h"
#include "core/totals/summary.h"

#define LIVE_FILTER 64

struct live_picture {
	/* The user's choices: */
	unsigned int sort;        /* options.sort is the one that the group has */
	unsigned int group;       /* of the tool, or LIVE_BY and more (live_picture_group) */
	char filter[LIVE_FILTER]; /* rows with all of these words are shown */
	size_t first;             /* rows that are scrolled out, or lines of histograms */
	/* Derived from them: */
	const struct options *asked; /* the user's options */
	struct options grouped;      /* the same, but a group of --by has its own tool; .by NULL: no such group */
	struct options options;      /* the shown options: .sort, ... */
	struct tool tool;            /* ... with totals of ... */
	struct totals totals;        /* ... these columns, ... */
	struct block block;          /* ... in one table */
	struct column columns[COLUMNS_MOST + 1];
	struct printer printer; /* its text is the picture */
	struct printer whole;   /* rows in full, for the filter */
	struct live_fit fit;
	uint64_t layout;             /* what the widths belong to */
	struct terminal_marks marks; /* the headings to sort by */
	size_t page;                 /* rows that were shown */
};

void live_picture_start(struct live_picture *picture, const struct options *asked);
void live_picture_free(struct live_picture *picture);
/* Selects a sort, or a group. A group may lack the numbers of a sort; then it is sorted by 0. */
void live_picture_sort(struct live_picture *picture, unsigned int sort);
void live_picture_group(struct live_picture *picture, unsigned int group);
/* Shows or hides the columns of a tool flag. */
void live_picture_show(struct live_picture *picture, uint32_t flag);
/* Makes the rows of the selected group from those of an interval. The caller frees the summary. */
struct summary *live_picture_rows(const struct live_picture *picture, const struct summary *rows);
/* Makes the picture of an interval's rows, which are of picture->group: as many as the window has room for, from
 * picture->first on, the largest by picture->sort first. Where rows or columns are missing, the last line shows
 * which are shown. Corrects .first and .fit.left if they are too large. Returns the number of rows. */
size_t live_picture_make(struct live_picture *picture, struct summary *rows, uint64_t end, uint64_t interval,
			 struct terminal_size room);

#endif
