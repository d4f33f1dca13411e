/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blocks.h: the totals of an interval on stdout: a time stamp, tables and sums. */
#ifndef NETTRACE_TOTALS_BLOCKS_H
#define NETTRACE_TOTALS_BLOCKS_H

#include "core/base/json.h"
#include "core/print/printer.h"
#include "core/totals/summary.h"

/* JSON keys of the line for an interval without rows; end with a NULL name. */
extern const struct json_key empty_keys[];

/* Prints the rows of the summary in the layout of the tool's struct block, at most --rows of them, and returns their
 * number. Their interval: printer->columns.interval, .partial. The summary keeps its rows. */
size_t blocks_print(struct summary *summary, struct printer *printer);

#endif
