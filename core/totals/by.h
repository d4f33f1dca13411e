/* SPDX-License-Identifier: GPL-2.0-or-later */
/* by.h: totals of any tool about sockets by process, container, host or others (--by), or per second (--rate). */
#ifndef NETTRACE_TOTALS_BY_H
#define NETTRACE_TOTALS_BY_H

#include "core/base/error.h"
#include "core/model/options.h"

/* The names of all groups; ends with NULL. */
extern const char *const by_names[];

/* Makes options->tool a tool of totals, as options->by_name, .subnets and .rate say. options_free() frees it.
 * A group has the number of rows and the sums of their numbers. False: bad input, see *error. */
bool by_apply(struct options *options, struct error *error);

/* Whether by_derive() has something to do. */
bool by_derives(const struct options *options);
/* Fills the members that name the group, in an event of tool_row_size() bytes that is zero beyond the tool's own. */
void by_derive(const struct options *options, struct event *event);

#endif
