/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.c: the files that a recording is written to.
 *
 * They are opened at the start and written in turns, never renamed or made anew: by then the right to do so in somebody
 * else's folder may be gone. */
#include "core/record/files.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/message.h"
#include "core/base/output.h"

/* Empty, a recording that may go, or nothing that keeps what is written to it. */
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

static int open_file(const char *path)
{
	/* Not readable by everybody: whose connections these are is nobody else's business. */
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd < 0)
		fatal(EXIT_FAILED, "%s: %s", path, strerror(errno));
	if (!may_overwrite(fd))
		fatal(EXIT_FAILED, "%s exists and is not a nettrace recording; refusing to overwrite it", path);
	return fd;
}

void record_files_open(struct record_files *parts, const char *path, uint64_t limit)
{
	char name[4096];

	*parts = (struct record_files){ .path = path, .count = limit ? RECORD_PARTS : 1, .most = limit / RECORD_PARTS };
	if (!strcmp(path, "-")) {
		parts->fds[0] = dup(STDOUT_FILENO);
		parts->count = 1;
		return;
	}
	for (unsigned int i = 0; i < parts->count; i++) {
		snprintf(name, sizeof(name), i ? "%s.%u" : "%s", path, i);
		parts->fds[i] = open_file(name);
	}
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
		return false; /* no regular file: the reader will see a block that ends too early */
	}
	return !parts->error;
}

bool record_files_begin(struct record_files *parts)
{
	const struct record_start start = { RECORD_MAGIC, htole32(RECORD_VERSION), 0 };
	unsigned int first = parts->part % parts->count, last = parts->part ? first : parts->count - 1;

	parts->number = 0;
	parts->length = 0;
	/* At the start all of them, and only now: where nothing can be traced an older recording stays as it is. */
	for (unsigned int i = first; i <= last; i++)
		if ((ftruncate(parts->fds[i], 0) || lseek(parts->fds[i], 0, SEEK_SET)) && errno != EINVAL &&
		    errno != ESPIPE)
			parts->error = errno; /* and it is no device or pipe */
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
		if (close(parts->fds[i]) && !parts->error)
			parts->error = errno;
	}
	text_free(&parts->block);
}
