/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.h: the live screen: the last interval's totals in place, with keys that sort, group, filter, scroll and freeze.
 */
#ifndef NETTRACE_TOTALS_LIVE_H
#define NETTRACE_TOTALS_LIVE_H

#include <signal.h>

#include "core/print/printer.h"
#include "core/totals/summary.h"

#define LIVE_REFRESH 1000000000ULL /* ns between pictures of totals that have no interval */

struct live_view;

/* NULL: no live screen, for instance because the output is no terminal; blocks follow each other. Everything shown goes
 * through the printer. Functions accept NULL and do nothing, except those with a summary. */
struct live_view *live_new(struct printer *printer);
void live_free(struct live_view *view);
/* Adds the signals that the screen handles. */
void live_signals(const struct live_view *view, sigset_t *set);
/* True: the signal was for the screen, which has handled it. */
bool live_signal(struct live_view *view, int signal);
/* A summary as detailed as the screen needs, for rows of an interval. */
struct summary *live_interval(const struct live_view *view);
/* Totals without an interval: draws the rows so far (printer->now, ->interval). */
void live_refresh(struct live_view *view, const struct summary *summary);
/* Stores the rows of an interval (printer->now, ->interval) and replaces *summary by an empty one. Totals
 * without an interval: prints all rows, which *summary keeps. */
void live_add(struct live_view *view, struct summary **summary);
/* The descriptor to poll for keys; -1: none. */
int live_fd(const struct live_view *view);
/* Acquires the terminal when it is available, handles pressed keys, shows messages. False: the user quits. */
bool live_update(struct live_view *view);
/* Restores the terminal and prints the last picture, so that it stays visible. Without a picture, live_add() prints the
 * remaining rows. */
void live_leave(struct live_view *view);

#endif
