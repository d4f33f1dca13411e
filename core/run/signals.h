/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signals.h: signals as a file descriptor. */
#ifndef NETTRACE_RUN_SIGNALS_H
#define NETTRACE_RUN_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "core/totals/live.h"

struct signals {
	int fd;
	sigset_t mask; /* previous mask */
};

/* Blocks the signals of a run, and of a live screen (NULL: none), and opens a descriptor for them; except those ignored
 * at the start. False: errno. */
bool signals_open(struct signals *signals, const struct live_view *live);
/* The next signal; 0: none. */
int signals_next(const struct signals *signals);
/* Restores the previous mask and discards unread signals. */
void signals_close(struct signals *signals);

#endif
