/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.h: the files of a recording: one, or with a size limit several that are overwritten in turn. */
#ifndef NETTRACE_RECORD_FILES_H
#define NETTRACE_RECORD_FILES_H

#include "core/record/block.h"

/* Number of files that share a size limit: the oldest quarter is overwritten when the limit is reached. */
#define RECORD_PARTS       4
#define RECORD_LIMIT_LEAST (4U << 20)

struct record_files {
	const char *path; /* of the first; the others are called PATH.1, PATH.2 ... */
	int fds[RECORD_PARTS];
	unsigned int count;     /* how many there may be */
	unsigned int part;      /* of the recording, from 0: file part % count */
	uint64_t most;          /* bytes in one of them; 0: no limit */
	uint64_t length, total; /* bytes of this one; of all that was ever written */
	uint32_t number;        /* of the next block in this one */
	struct text block;
	int error; /* errno of the first write that failed; then nothing is written any more */
};

/* Opens the files, all that will be needed: privileges may be gone later. A file that is no recording and has something
 * in it is not overwritten. Ends the program when one cannot be had. path "-": stdout, without a limit. limit: bytes of
 * all together; 0: none. */
void record_files_open(struct record_files *parts, const char *path, uint64_t limit);
/* So many more bytes of content do not fit into this file any more. */
bool record_files_are_full(const struct record_files *parts, size_t length);
/* Begins the file for part parts->part, the first one or the next. False: it failed; see error. */
bool record_files_begin(struct record_files *parts);
/* One block, in one write. What cannot be written whole is taken back. */
bool record_files_write(struct record_files *parts, int kind, const void *content, size_t length);
void record_files_close(struct record_files *parts);

#endif
