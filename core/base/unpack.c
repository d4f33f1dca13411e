/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.c: decompression of data embedded in this program. */
#include "core/base/unpack.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <lz4.h>

/* The header before the only block (LZ4 Frame Format, doc/lz4_Frame_format.md of lz4): the magic number, two bytes of
 * flags, the size of the content, a checksum of these, the size of the block. */
enum { FRAME_SIZE = 6, FRAME_BLOCK = 15, FRAME_HEAD = 19 };

static uint32_t number(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void *unpack(const void *frame, size_t *size)
{
	const unsigned char *at = frame;
	uint32_t bytes = number(at + FRAME_SIZE), packed = number(at + FRAME_BLOCK);
	char *content = malloc((size_t)bytes + 1);

	*size = bytes;
	errno = ENOMEM;
	if (!content)
		return NULL;
	content[bytes] = '\0';
	if (LZ4_decompress_safe((const char *)at + FRAME_HEAD, content, (int)packed, (int)bytes) == (int)bytes)
		return content;
	free(content);
	errno = EINVAL;
	return NULL;
}
