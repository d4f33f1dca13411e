/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journal_socket.h: a client of the systemd journal's native protocol: no libsystemd, no fork. */
#ifndef NETTRACE_PRINT_JOURNAL_SOCKET_H
#define NETTRACE_PRINT_JOURNAL_SOCKET_H

#include <stddef.h>

#include "core/base/text.h"

/* The socket of journald (systemd.journal-fields(7), "Native Journal Protocol" of systemd.io). */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Connects a datagram socket to `path`. Returns it, or -1 with errno. */
int journal_open(const char *path);
/* Appends one field to an entry: FIELD=value, or the length-prefixed form for a value with a newline. */
void journal_field(struct text *entry, const char *field, const char *value, size_t length);
/* Sends the entry and clears it. Returns 0, or -1 with errno (EAGAIN: journald's queue stayed full for `patience`
 * ms). */
int journal_send(int fd, struct text *entry, int patience);

#endif
