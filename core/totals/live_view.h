/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_view.h: the totals of an interval, sorted, grouped and fitted to a window. */
#ifndef NETTRACE_TOTALS_LIVE_VIEW_H
#define NETTRACE_TOTALS_LIVE_VIEW_H

#include "core/print/printer.h"
#include "core/totals/summary.h"

struct live_picture {
	unsigned int group;
	const struct options *asked; /* the user's options */
	struct options options;      /* the shown options: .sort, as many rows as fit ... */
	struct tool tool;            /* ... with totals of ... */
	struct totals totals;        /* ... these columns */
	struct column columns[COLUMNS_MOST + 1];
	struct printer printer; /* its text is the picture */
	size_t more;            /* rows that did not fit */
};

void live_picture_start(struct live_picture *picture, const struct options *asked);
void live_picture_free(struct live_picture *picture);
/* Makes the picture of an interval's rows, which are of picture->group: as many as fit `room` lines, the largest by
 * picture->options.sort first. If rows are omitted, leaves room for the line that reports them. Returns their
 * number. */
size_t live_picture_make(struct live_picture *picture, struct summary *rows, uint64_t end, uint64_t interval,
			 size_t room);

#endif
