/* SPDX-License-Identifier: GPL-2.0-or-later */
/* number.h: unaligned integers of 1, 2, 4 or 8 bytes, in host byte order. */
#ifndef NETTRACE_BASE_NUMBER_H
#define NETTRACE_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NUMBER_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* With a constant size the compiler emits one load. */
static inline uint64_t number_read(const void *at, size_t size)
{
	uint64_t value = 0;

	memcpy((char *)&value + (NUMBER_BIG_ENDIAN ? sizeof(value) - size : 0), at, size);
	return value;
}

static inline void number_write(void *at, size_t size, uint64_t value)
{
	memcpy(at, (const char *)&value + (NUMBER_BIG_ENDIAN ? sizeof(value) - size : 0), size);
}

#endif
