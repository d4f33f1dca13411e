/* SPDX-License-Identifier: GPL-2.0-or-later */
/* by.h: totals of any tool about sockets by process, container, host or port (--by). */
#ifndef NETTRACE_TOTALS_BY_H
#define NETTRACE_TOTALS_BY_H

#include "core/base/error.h"
#include "core/model/options.h"

/* Makes options->tool a tool of totals, which options_free() frees: grouped by this name, with the number of rows and
 * the sums of their numbers. False: bad input, see *error. */
bool by_apply(struct options *options, const char *name, struct error *error);

/* Makes unknown numbers of an event 0, so that they can be added. */
void by_prepare(const struct options *options, struct event *event);

#endif
