/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.h: counts instead of rows: how many events share the fields that make a key. */
#ifndef NETTRACE_SUMMARY_H
#define NETTRACE_SUMMARY_H

#include "core/printer.h"

struct summary;

/* The key is every field of tool->summary_fields but the F_COUNT one. */
struct summary *summary_new(const struct tool *tool);
void summary_free(struct summary *summary);
/* Counts one event of `size` bytes; keeps the latest of each key as its sample. */
void summary_add(struct summary *summary, const struct event *event, size_t size);
/* Prints the heading and a row for each key, most first (equal counts: by key, so the order is stable), and starts
 * again from nothing. Returns the number of rows. */
size_t summary_print(struct summary *summary, struct printer *printer);

#endif
