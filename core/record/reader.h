/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.h: a reader of recordings that tolerates damage. */
#ifndef NETTRACE_RECORD_READER_H
#define NETTRACE_RECORD_READER_H

#include <sys/types.h>

#include "core/base/error.h"
#include "core/record/block.h"
#include "core/record/files.h"
#include "core/record/head_write.h"

struct recording;

/* The file of a recording and the files next to it that may be its other parts, opened before a byte is read. */
struct recording_files {
	const char *path;      /* for messages */
	bool is_stdin;         /* without other parts */
	int fds[RECORD_PARTS]; /* -1: not open, with the reason: */
	int errors[RECORD_PARTS];
	pid_t unpacker; /* writes the first, which is packed; 0: none */
};

/* path "-": stdin. Starts the program that unpacks a packed file. False: the first cannot be opened, see *error. */
bool recording_files_open(struct recording_files *files, const char *path, struct error *error);
/* Reads a recording and its other parts from open files, and takes ownership of the descriptors; opens no file. Until
 * recording_close(), names and the clock are the recording's. NULL: unreadable, see *error. */
struct recording *recording_open(struct recording_files *files, struct error *error);
/* Opens a recording from a descriptor, without other parts, and takes ownership of the descriptor. name: for messages;
 * borrowed. */
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
