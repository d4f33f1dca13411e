/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h: the one main loop. */
#ifndef NETTRACE_RUN_H
#define NETTRACE_RUN_H

#include "core/options.h"

/* Traces as the options say until a signal, the duration, the count, the command or the reader of stdout ends it.
 * Returns the exit code. */
int run(struct options *options);

#endif
