/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fd_limit.h: the limit on open file descriptors. */
#ifndef NETTRACE_BPF_FD_LIMIT_H
#define NETTRACE_BPF_FD_LIMIT_H

#include <stddef.h>

/* Raises the limit of open files to the tools' needs, as far as possible. Returns 0; -EMFILE: the limit is still too
 * low. */
int fd_limit_raise(size_t tools);

#endif
