/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.h: the files of a recording: one, or with a size limit several that are overwritten in turn. */
#ifndef NETTRACE_RECORD_FILES_H
#define NETTRACE_RECORD_FILES_H

#include "core/base/error.h"
#include "core/record/block.h"

/* Number of files that share a size limit: the oldest quarter is overwritten when the limit is reached. */
#define RECORD_PARTS       4
#define RECORD_LIMIT_LEAST (4U << 20)

struct record_files {
	const char *path; /* of the first; the others are PATH.1, PATH.2 ... */
	int fds[RECORD_PARTS];
	unsigned int count;     /* the most files */
	unsigned int part;      /* of the recording, from 0: file part % count */
	uint64_t most;          /* limit of one file in bytes; 0: none */
	uint64_t length, total; /* bytes of this file; of all files ever written */
	uint32_t number;        /* of the next block in this one */
	struct text block;
	int error; /* errno of the first failed write; afterwards nothing is written */
};

/* Opens all files that will be needed, because privileges may be gone later. Refuses a nonempty file that is no
 * recording. False: see *error; the caller still calls record_files_close(). path "-": stdout, without a limit. limit:
 * bytes of all files together; 0: none. */
bool record_files_open(struct record_files *parts, const char *path, uint64_t limit, struct error *error);
/* Whether `length` more bytes of content exceed the limit of this file. */
bool record_files_are_full(const struct record_files *parts, size_t length);
/* Begins the file of part parts->part, the first or the next. False: failed; see error. */
bool record_files_begin(struct record_files *parts);
/* Writes one block with one write. A partial block is truncated again. */
bool record_files_write(struct record_files *parts, int kind, const void *content, size_t length);
void record_files_close(struct record_files *parts);

#endif
