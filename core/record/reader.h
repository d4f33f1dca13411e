/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.h: a reader of recordings that tolerates damage. */
#ifndef NETTRACE_RECORD_READER_H
#define NETTRACE_RECORD_READER_H

#include "core/base/error.h"
#include "core/record/block.h"
#include "core/record/files.h"
#include "core/record/head_write.h"

struct recording;

/* The file of a recording and those beside it that may be its other parts, open, before a byte of them is read. */
struct recording_files {
	const char *path;      /* for messages */
	bool is_stdin;         /* which has no others beside it */
	int fds[RECORD_PARTS]; /* -1: not open, and why: */
	int errors[RECORD_PARTS];
};

/* path "-": stdin. False: the first cannot be opened, see *error. */
bool recording_files_open(struct recording_files *files, const char *path, struct error *error);
/* Opens no file any more. Takes the descriptors. Of a recording in parts the others are found beside the first one.
 * From now on its names and its clock are in force. NULL: it cannot be read at all, see *error. */
struct recording *recording_open(struct recording_files *files, struct error *error);
/* The same of a file that is open, alone; `name` is for messages, and kept. The descriptor is closed in the end. */
struct recording *recording_open_fd(const char *name, int fd, struct error *error);
const struct record_head *recording_head(const struct recording *recording);
/* Returns the next item, followed by its content, valid until the next call. Only events, begin, intervals, ledgers and
 * the end are returned, and their size is checked. NULL: no more. Prints a message for each damaged place, and skips it
 * if a later block is found. */
const struct record_item *recording_next(struct recording *recording);
/* Whether the recording was complete and undamaged. */
bool recording_whole(const struct recording *recording);
/* Makes the running kernel the source of names again. */
void recording_close(struct recording *recording);

static inline const void *record_content(const struct record_item *item)
{
	return item + 1;
}

/* Applies an item's names, symbols or clock; the item is complete in memory. False: too short for its kind, or
 * invalid. */
bool record_item_apply(const struct record_item *item);

#endif
