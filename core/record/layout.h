/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layout.h: the mapping of a recording's event fields to those of this program. */
#ifndef NETTRACE_RECORD_LAYOUT_H
#define NETTRACE_RECORD_LAYOUT_H

#include "core/record/head_write.h"

struct record_layout;

/* How events of the recorded tool become events of this one. *layout NULL: they are the same. turned: their numbers
 * have another byte order than those of this machine. Returns NULL, or the name of a field that means something else
 * there. */
const char *record_layout_new(struct record_layout **layout, const struct tool *tool,
			      const struct recorded_tool *recorded, bool turned);
/* The event with the fields where the tool has them, good until the next one; *size is that of the tool's events then,
 * if fields had other places. What was not recorded, or lies behind the end of this event, is not known. */
const struct event *record_layout_event(struct record_layout *layout, const void *event, size_t *size);
/* Appends the names of the fields that were not recorded, ", " between them. */
void record_layout_missing(const struct record_layout *layout, struct text *names);
void record_layout_free(struct record_layout *layout);

#endif
