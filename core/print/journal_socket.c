/* SPDX-License-Identifier: GPL-2.0-or-later */
/* journal_socket.c: entries for the systemd journal over its native protocol. */
#include "core/print/journal_socket.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int journal_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(path);
	int fd, error;

	if (length >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, length);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

void journal_field(struct text *entry, const char *field, const char *value, size_t length)
{
	text_string(entry, field);
	if (length && memchr(value, '\n', length)) {
		uint64_t little = htole64(length);

		text_char(entry, '\n');
		text_bytes(entry, &little, sizeof(little));
	} else {
		text_char(entry, '=');
	}
	text_bytes(entry, value, length);
	text_char(entry, '\n');
}

/* Waits, once, until journald has read from its queue, which is short (net.unix.max_dgram_qlen). */
static bool has_room(int fd, int *patience)
{
	int ready = *patience ? poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, *patience) : 0;

	if (ready <= 0)
		errno = EAGAIN;
	return ready > 0;
}

int journal_send(int fd, struct text *entry, int patience)
{
	size_t length = entry->length;
	ssize_t sent;

	/* Cleared after a failure too: a lost entry must not become a part of the next one. */
	entry->length = 0;
	if (!length)
		return 0;
	do {
		sent = send(fd, entry->data, length, MSG_NOSIGNAL);
	} while (sent < 0 && (errno == EINTR || (errno == EAGAIN && has_room(fd, &patience))));
	return sent < 0 ? -1 : 0;
}
