/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layout.h: the mapping of a recording's event fields to those of this program. */
#ifndef NETTRACE_RECORD_LAYOUT_H
#define NETTRACE_RECORD_LAYOUT_H

#include "core/record/head_write.h"

struct record_layout;

/* Maps events of the recorded tool to events of this one. *layout NULL: no mapping needed. turned: their numbers have
 * the other byte order. Returns NULL, or the name of a field that has another meaning in the recording. */
const char *record_layout_new(struct record_layout **layout, const struct tool *tool,
			      const struct recorded_tool *recorded, bool turned);
/* The event with its fields at the tool's offsets, valid until the next call. If fields moved, *size becomes the size
 * of the tool's events. Fields that the recording or this event lacks are unknown. */
const struct event *record_layout_event(struct record_layout *layout, const void *event, size_t *size);
/* Appends the names of the fields that the recording lacks, separated by ", ". */
void record_layout_missing(const struct record_layout *layout, struct text *names);
void record_layout_free(struct record_layout *layout);

#endif
