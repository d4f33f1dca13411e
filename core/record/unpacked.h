/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpacked.h: recordings that are compressed with gzip, zstd or lz4. */
#ifndef NETTRACE_RECORD_UNPACKED_H
#define NETTRACE_RECORD_UNPACKED_H

#include <sys/types.h>

#include "core/base/error.h"

/* For a compressed file, closes its descriptor and returns a pipe from the program that decompresses it, with its
 * process in *pid. Otherwise returns the descriptor, with *pid 0. -1: see *error. */
int unpacked_open(const char *path, int fd, pid_t *pid, struct error *error);
/* Waits for that program, whose pipe the caller has closed. 0: does nothing. */
void unpacked_close(pid_t pid);

#endif
