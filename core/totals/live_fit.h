/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_fit.h: the columns of a table, fitted to the width of a window. */
#ifndef NETTRACE_TOTALS_LIVE_FIT_H
#define NETTRACE_TOTALS_LIVE_FIT_H

#include "core/base/terminal.h"
#include "core/totals/total.h"

struct live_fit {
	size_t width; /* of the window */
	size_t left;  /* columns that the user has scrolled out, after those that stay */
	/* Results: */
	size_t right;   /* columns that do not fit */
	bool shortened; /* some text is cut, so that numbers fit */
	/* The widest values or titles since live_fit_forget(), by column: widths that change with each interval are
	 * hard to read. */
	int widest[COLUMNS_MOST];
	int content[COLUMNS_MOST]; /* the same, of the columns that are left */
	struct text value;
};

/* Forgets widths: the columns or the window are other ones. */
void live_fit_forget(struct live_fit *fit);
void live_fit_free(struct live_fit *fit);
/* Widens the columns of the printer for these rows, then makes them fit: empty space goes first, then addresses become
 * shorter, then other text; numbers never do, and whole columns at the right are omitted. A column to sort by stays.
 * Fills the marks of the headings to sort by. */
void live_fit(struct live_fit *fit, struct printer *printer, const struct total *rows, size_t count,
	      struct terminal_marks *marks);

#endif
