/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.h: writes to a reader that may be slow or stop reading. */
#ifndef NETTRACE_BASE_OUTPUT_H
#define NETTRACE_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long readers have kept this process waiting, ns. Regular files have no reader. */
struct output_delay {
	uint64_t stuck; /* since one took the last byte */
	uint64_t total; /* of all writes */
};

/* Called at most every 100 ms, while a reader keeps a write waiting or after a write. True: go on. NULL: always. */
extern bool (*output_goes_on)(const struct output_delay *delay);

/* Writes all, whatever signals come, also to a non-blocking descriptor. Returns 0 or an errno; ETIME: output_goes_on()
 * has said no. *done: bytes written. */
int output_write(int fd, const void *bytes, size_t length, size_t *done);
/* What output_write() returned, in words. */
const char *output_error(int error);

#endif
