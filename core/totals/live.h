/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.h: the live screen: the last interval's totals in place, with keys that sort, group and freeze. */
#ifndef NETTRACE_TOTALS_LIVE_H
#define NETTRACE_TOTALS_LIVE_H

#include <signal.h>

#include "core/print/printer.h"
#include "core/totals/summary.h"

struct live_view;

/* NULL: totals are to be printed one after the other, as where the output is no terminal. Everything shown goes out
 * through the printer. All functions take NULL for nothing to do. */
struct live_view *live_new(struct printer *printer);
void live_free(struct live_view *view);
/* Adds the signals that the terminal may send. */
void live_signals(const struct live_view *view, sigset_t *set);
/* True: it was for the screen, and that is done. */
bool live_signal(struct live_view *view, int signal);
/* Takes the rows of an interval (printer->now, ->interval) and gives an empty summary for the next one. */
void live_add(struct live_view *view, struct summary **summary);
/* What to poll for keys; -1: nothing. */
int live_fd(const struct live_view *view);
/* Takes the terminal when it is available, handles pressed keys, shows messages. False: the user
 * quits. */
bool live_update(struct live_view *view);
/* Gives the terminal back, and prints what was to be seen last: the user keeps that. Nothing was: live_add() will
 * print what is left. */
void live_leave(struct live_view *view);

#endif
