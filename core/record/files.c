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
#include <sys/file.h>
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

/* Whether another user can create a file, link or name in the directory. */
static bool is_open_to_others(int folder)
{
	struct stat status;

	return fstat(folder, &status) || (status.st_uid != 0 && status.st_uid != geteuid()) ||
	       (status.st_mode & (S_IWOTH | S_IWGRP));
}

/* For such a directory: whether the file belongs to this user alone, or is no regular file. */
static bool is_own(int fd)
{
	struct stat status;

	return !fstat(fd, &status) && status.st_uid == geteuid() && (!S_ISREG(status.st_mode) || status.st_nlink == 1);
}

/* False: another recorder writes to the file. A file system without locks gives no answer: true. */
static bool lock(int fd)
{
	struct stat status;

	return fstat(fd, &status) || !S_ISREG(status.st_mode) || !flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK;
}

/* Opens the directory of a path; *name: the rest of the path. -1: errno. */
static int open_folder(const char *path, const char **name)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) + 1 : 0;

	*name = path + length;
	if (length >= sizeof(folder)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(folder, path, length);
	folder[length] = '\0';
	return open(length ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Returns NULL, or the reason not to write to the file. */
static const char *refusal(int fd, bool shared)
{
	if (shared && !is_own(fd))
		return "belongs to somebody else, in a folder that others can write to; refusing to overwrite it";
	if (!lock(fd))
		return "another nettrace is recording to it";
	return may_overwrite(fd) ? NULL : "exists and is not a nettrace recording; refusing to overwrite it";
}

/* -1: see *error. */
static int open_file(const char *path, struct error *error)
{
	const char *name, *why;
	int folder = open_folder(path, &name), fd;
	bool shared = folder >= 0 && is_open_to_others(folder);

	/* Readable by the owner only: the recording shows other users' connections. */
	fd = folder < 0
		     ? -1
		     : openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | (shared ? O_NOFOLLOW : 0), 0600);
	if (fd < 0 && shared && errno == ELOOP)
		error_set(error, EXIT_FAILED, "%s: a symbolic link, in a folder that others can write to", path);
	else if (fd < 0)
		error_errno(error, path);
	if (folder >= 0)
		close(folder);
	why = fd < 0 ? NULL : refusal(fd, shared);
	if (!why)
		return fd;
	error_set(error, EXIT_FAILED, "%s: %s", path, why);
	close(fd);
	return -1;
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
