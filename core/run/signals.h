/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signals.h: signals as a file descriptor. */
#ifndef NETTRACE_RUN_SIGNALS_H
#define NETTRACE_RUN_SIGNALS_H

#include "core/totals/live.h"

/* A descriptor that the signals of a run can be read from, and those of a live screen (NULL: none); but for those that
 * were ignored at the start. */
int signals_open(const struct live_view *live);
/* The next one; 0: there is none. */
int signals_next(int fd);

#endif
