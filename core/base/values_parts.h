/* SPDX-License-Identifier: GPL-2.0-or-later */
/* values_parts.h: what the parsers of values.h share; nobody else needs it. */
#ifndef NETTRACE_BASE_VALUES_PARTS_H
#define NETTRACE_BASE_VALUES_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/wire.h"

/* Formats a message that lives until the next one. */
__attribute__((format(printf, 1, 2))) const char *value_message(const char *format, ...);

/* Reads the digits at *text, and moves *text behind them. False: no digit, or more than 64 bits. */
bool value_digits(const char **text, uint64_t *number);

/* Appends a range. NULL or a message. */
const char *value_append(struct list *list, uint64_t first, uint64_t last);

/* Calls add(item, to) for each item between the commas of `text`, up to the first message; that gets the item's text
 * unless the item is all there is or starts the message. */
const char *value_items(const char *text, const char *(*add)(const char *item, void *to), void *to);

#endif
