/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story.h: the text of a tool's event for people (struct story). */
#ifndef NETTRACE_ROWS_STORY_H
#define NETTRACE_ROWS_STORY_H

#include "core/print/fields.h"

/* Appends what happened; words: those of the tool's story, completed (fields_of_columns()). True: something is wrong.
 */
bool story_words(struct text *text, const struct field *words, const struct event *event, size_t size);
/* When it happened: ns, UINT64_MAX at most. */
uint64_t story_time(const struct story *story, const struct event *event, size_t size);
/* The socket's address; 0: not known. */
uint64_t story_socket(const struct story *story, const struct event *event, size_t size);
/* With this event the connection is over. */
bool story_is_end(const struct story *story, const struct event *event, size_t size);
/* With this event a socket begins its life, so nothing from before under its address is of it. */
bool story_begins(const struct story *story, const struct event *event, size_t size);

#endif
