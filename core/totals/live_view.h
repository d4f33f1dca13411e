/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_view.h: the totals of an interval, sorted, grouped and fitted to a window. */
#ifndef NETTRACE_TOTALS_LIVE_VIEW_H
#define NETTRACE_TOTALS_LIVE_VIEW_H

#include "core/print/printer.h"
#include "core/totals/summary.h"

struct live_picture {
	unsigned int group;
	const struct options *asked; /* what the user asked for */
	struct options options;      /* what is shown: .sort, as many rows as fit ... */
	struct tool tool;            /* ... with totals of ... */
	struct totals totals;        /* ... these columns */
	struct column columns[COLUMNS_MOST + 1];
	struct printer printer; /* its text is the picture */
	size_t more;            /* rows that did not fit */
};

void live_picture_start(struct live_picture *picture, const struct options *asked);
void live_picture_free(struct live_picture *picture);
/* Makes the picture of an interval's rows, which are of picture->group: as many as there is room for, those that are
 * most by picture->options.sort; where some are missing, with room for a line that says so. Returns how many. */
size_t live_picture_make(struct live_picture *picture, struct summary *rows, uint64_t end, uint64_t interval,
			 size_t room);

#endif
