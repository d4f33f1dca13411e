/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signals.h: signals as a file descriptor. */
#ifndef NETTRACE_RUN_SIGNALS_H
#define NETTRACE_RUN_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "core/totals/live.h"

struct signals {
	int fd;
	sigset_t mask; /* as it was before */
};

/* From now on the signals of a run, and those of a live screen (NULL: none), can be read; but for those that were
 * ignored at the start. False: errno. */
bool signals_open(struct signals *signals, const struct live_view *live);
/* The next one; 0: there is none. */
int signals_next(const struct signals *signals);
/* As it was before; what has not been read is forgotten. */
void signals_close(struct signals *signals);

#endif
