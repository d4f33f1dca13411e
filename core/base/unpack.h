/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.h: decompression of data embedded in this program with lz4. */
#ifndef NETTRACE_BASE_UNPACK_H
#define NETTRACE_BASE_UNPACK_H

#include <stddef.h>

/* The content of an LZ4 frame of one block with its size in the header, plus a NUL; the caller frees it. NULL:
 * errno. */
void *unpack(const void *frame, size_t *size);

#endif
