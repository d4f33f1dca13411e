/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blocks.h: the totals of an interval on stdout: a time stamp, tables and sums. */
#ifndef NETTRACE_TOTALS_BLOCKS_H
#define NETTRACE_TOTALS_BLOCKS_H

#include "core/base/json.h"
#include "core/print/printer.h"
#include "core/totals/summary.h"

/* JSON keys of the line for an interval without rows; end with a NULL name. */
extern const struct json_key empty_keys[];

/* The rows in the order of --sort, without those that the tool omits; the omitted ones follow, because the summary owns
 * them. The caller may reorder all. */
struct total *blocks_rows(struct summary *summary, const struct printer *printer, size_t *count);
/* Prints the line above a block: the time, or the load average. Counts printed once, at the end, have it with -T only.
 */
void blocks_stamp(struct printer *printer);
/* Prints the rows of the summary in the layout of the tool's struct block, at most --rows of them, and returns their
 * number. Their interval: printer->columns.interval, .partial. The summary keeps its rows. */
size_t blocks_print(struct summary *summary, struct printer *printer);

#endif
