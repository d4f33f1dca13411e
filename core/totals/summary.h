/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.h: totals of events that share the same key fields. */
#ifndef NETTRACE_TOTALS_SUMMARY_H
#define NETTRACE_TOTALS_SUMMARY_H

#include "core/totals/total.h"

struct summary;

/* The key is every KEY of tool_totals_members(tool); group: only those of that group (struct member), 0: all.
 * by_container: also the cgroup. */
struct summary *summary_new(const struct tool *tool, unsigned int group, bool by_container);
void summary_free(struct summary *summary);
/* Adds one event of `size` bytes. */
void summary_add(struct summary *summary, const struct event *event, size_t size);
/* Adds the rows of another summary of the same tool: the same events in a coarser group. */
void summary_add_all(struct summary *summary, const struct summary *other);
/* Adds one such row. */
void summary_add_row(struct summary *summary, const struct total *row);
/* The rows in any order. Valid until the next call. */
const struct total *summary_rows(const struct summary *summary, size_t *count);
/* The rows in the order of totals_sort(). The caller may reorder them. Valid until the next call. */
struct total *summary_sort(struct summary *summary, unsigned int sort, size_t *count);
const struct totals_fields *summary_fields(const struct summary *summary);
/* Removes all rows. */
void summary_clear(struct summary *summary);

#endif
