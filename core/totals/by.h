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

/* Whether rows of the run's totals have what this group (an index of by_names) needs; cgroups: they have theirs. */
bool by_is_possible(const struct options *options, size_t group, bool cgroups);
/* Sets *grouped to the options of totals whose rows by_derive() makes of the run's rows: one for each of the group. The
 * caller frees grouped->by. */
void by_regroup(struct options *grouped, const struct options *options, size_t group);

/* Whether by_derive() has something to do. */
bool by_derives(const struct options *options);
/* Fills the members that name the group, in an event of tool_row_size() bytes that is zero beyond its own. */
void by_derive(const struct options *options, struct event *event);

#endif
