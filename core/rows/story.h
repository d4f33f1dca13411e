/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story.h: the text of a tool's event for people (struct story). */
#ifndef NETTRACE_ROWS_STORY_H
#define NETTRACE_ROWS_STORY_H

#include "core/print/fields.h"

/* Appends the event in words. words: of the tool's story, completed (fields_of_columns()). True: something is wrong. */
bool story_words(struct text *text, const struct field *words, const struct event *event, size_t size);
/* The time of the event: ns, at most UINT64_MAX. */
uint64_t story_time(const struct story *story, const struct event *event, size_t size);
/* The socket's address; 0: unknown. */
uint64_t story_socket(const struct story *story, const struct event *event, size_t size);
/* Whether the connection is over with this event. */
bool story_is_end(const struct story *story, const struct event *event, size_t size);
/* Whether a socket begins its life with this event, so that earlier rows with its address belong to another socket. */
bool story_begins(const struct story *story, const struct event *event, size_t size);

#endif
