/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.h: what is embedded in this program as lz4 packs it. */
#ifndef NETTRACE_BASE_UNPACK_H
#define NETTRACE_BASE_UNPACK_H

#include <stddef.h>

/* The content of an LZ4 frame of one block that tells its size, for the caller to free; with a NUL behind it. NULL:
 * errno. */
void *unpack(const void *frame, size_t *size);

#endif
