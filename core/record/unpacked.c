/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpacked.c: compressed recordings, decompressed by a program. Not by a library: users choose the compression, and
 * zstd alone would be a third of this program. */
#include "core/record/unpacked.h"

#include <string.h>
#include <unistd.h>

#include "core/base/program.h"

/* The program for the magic number (RFC 1952; RFC 8878; LZ4 Frame Format). NULL: not compressed. */
static const char *program_of(int fd)
{
	static const struct {
		unsigned char magic[4];
		size_t length;
		const char *program;
	} formats[] = { { { 0x1f, 0x8b }, 2, "gzip" },
			{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, "zstd" },
			{ { 0x04, 0x22, 0x4d, 0x18 }, 4, "lz4" } };
	unsigned char start[4];

	/* A pipe cannot be read twice: its user decompresses it first. */
	if (pread(fd, start, sizeof(start), 0) != sizeof(start))
		return NULL;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!memcmp(start, formats[i].magic, formats[i].length))
			return formats[i].program;
	return NULL;
}

int unpacked_open(const char *path, int fd, pid_t *pid, struct error *error)
{
	const char *program = program_of(fd);
	int pipe;

	*pid = 0;
	if (!program)
		return fd;
	pipe = program_start((const char *const[]){ program, "-dc", NULL }, fd, pid);
	close(fd);
	if (pipe >= 0)
		return pipe;
	*pid = 0;
	error_set(error, EXIT_FAILED, "%s: packed by %s: %s (unpack it before)", path, program, strerror(-pipe));
	return -1;
}

void unpacked_close(pid_t pid)
{
	if (pid)
		program_end(pid);
}
