/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpacked.h: recordings that gzip, zstd or lz4 has packed. */
#ifndef NETTRACE_RECORD_UNPACKED_H
#define NETTRACE_RECORD_UNPACKED_H

#include <sys/types.h>

#include "core/base/error.h"

/* The content of the file, where it is packed: a pipe from the program that unpacks it, whose process is *pid; the
 * file's descriptor is closed then. Otherwise the descriptor as it is, and *pid 0. -1: see *error. */
int unpacked_open(const char *path, int fd, pid_t *pid, struct error *error);
/* Waits for that program, whose pipe the caller has closed. 0: does nothing. */
void unpacked_close(pid_t pid);

#endif
