/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.c: the files that a recording is written to.
 *
 * All files are opened at the start and overwritten in turn, never renamed or created later: by then the process may
 * have lost write permission for the directory. */
#include "core/record/files.h"
#include "core/base/error.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/output.h"

/* Whether the file is empty, a recording that may be overwritten, or no regular file. */
static bool may_overwrite(int fd)
{
	char magic[8];
	struct stat status;
	ssize_t got;

	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		return true;
	got = pread(fd, magic, sizeof(magic), 0);
	return got == 0 || (got == (ssize_t)sizeof(magic) && !memcmp(magic, RECORD_MAGIC, sizeof(magic)));
}

/* -1: see *error. */
static int open_file(const char *path, struct error *error)
{
	/* Readable by the owner only: the recording shows other users' connections. */
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd < 0) {
		error_errno(error, path);
	} else if (!may_overwrite(fd)) {
		error_set(error, EXIT_FAILED, "%s: exists and is not a nettrace recording; refusing to overwrite it",
			  path);
		close(fd);
		fd = -1;
	}
	return fd;
}

bool record_files_open(struct record_files *parts, const char *path, uint64_t limit, struct error *error)
{
	char name[4096];

	*parts = (struct record_files){ .path = path, .count = limit ? RECORD_PARTS : 1, .most = limit / RECORD_PARTS };
	for (unsigned int i = 0; i < RECORD_PARTS; i++)
		parts->fds[i] = -1;
	if (!strcmp(path, "-")) {
		parts->fds[0] = dup(STDOUT_FILENO);
		parts->count = 1;
		return parts->fds[0] >= 0 || error_errno(error, "stdout");
	}
	for (unsigned int i = 0; i < parts->count; i++) {
		snprintf(name, sizeof(name), i ? "%s.%u" : "%s", path, i);
		parts->fds[i] = open_file(name, error);
		if (parts->fds[i] < 0)
			return false;
	}
	return true;
}

bool record_files_are_full(const struct record_files *parts, size_t length)
{
	return parts->most && parts->length + length > parts->most && parts->number > 1;
}

static bool put(struct record_files *parts, const void *bytes, size_t length)
{
	int fd = parts->fds[parts->part % parts->count];
	size_t done = 0;

	if (!parts->error)
		parts->error = output_write(fd, bytes, length, &done);
	if (!parts->error) {
		parts->length += length;
		parts->total += length;
	} else if (done && ftruncate(fd, (off_t)parts->length)) {
		return false; /* no regular file: the reader will find a truncated block */
	}
	return !parts->error;
}

bool record_files_begin(struct record_files *parts)
{
	const struct record_start start = { RECORD_MAGIC, htole32(RECORD_VERSION), 0 };
	unsigned int first = parts->part % parts->count, last = parts->part ? first : parts->count - 1;

	parts->number = 0;
	parts->length = 0;
	/* All files are truncated at the start, and not before tracing works: until then an older recording stays
	 * intact. */
	for (unsigned int i = first; i <= last; i++)
		if ((ftruncate(parts->fds[i], 0) || lseek(parts->fds[i], 0, SEEK_SET)) && errno != EINVAL &&
		    errno != ESPIPE)
			parts->error = errno; /* neither a device nor a pipe */
	return !parts->error && put(parts, &start, sizeof(start));
}

bool record_files_write(struct record_files *parts, int kind, const void *content, size_t length)
{
	if (parts->error)
		return false;
	record_block_make(&parts->block, kind, parts->number++, content, length);
	return put(parts, parts->block.data, parts->block.length);
}

void record_files_close(struct record_files *parts)
{
	for (unsigned int i = 0; i < parts->count; i++) {
		if (parts->fds[i] >= 0 && close(parts->fds[i]) && !parts->error)
			parts->error = errno;
		parts->fds[i] = -1;
	}
	text_free(&parts->block);
}
