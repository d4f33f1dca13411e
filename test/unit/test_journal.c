/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_journal.c: entries as journald would receive them, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/print/journal_socket.h"

static char directory[] = "/tmp/nettrace-journal-XXXXXX";
static char path[sizeof(directory) + 8];

/* A socket at `path` in the role of journald. */
static int listen_there(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, path, sizeof(path));
	unlink(path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/socket", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(directory);
}

static void fields_have_two_forms(void **state)
{
	static const char expected[] = "MESSAGE=hello world\n"
				       "PRIORITY=6\n"
				       "EMPTY=\n"
				       "LINES\n\x07\0\0\0\0\0\0\0one\ntwo\n"
				       "NEWLINE\n\x01\0\0\0\0\0\0\0\n\n"
				       "NUL=a\0b\n"
				       "PART=abc\n";
	struct text entry = { 0 };

	(void)state;
	journal_field(&entry, "MESSAGE", "hello world", 11);
	journal_field(&entry, "PRIORITY", "6", 1);
	journal_field(&entry, "EMPTY", NULL, 0);
	journal_field(&entry, "LINES", "one\ntwo", 7);
	journal_field(&entry, "NEWLINE", "\n", 1);
	journal_field(&entry, "NUL", "a\0b", 3);
	journal_field(&entry, "PART", "abc\ndef", 3);
	assert_int_equal(entry.length, sizeof(expected) - 1);
	assert_memory_equal(entry.data, expected, sizeof(expected) - 1);
	text_free(&entry);
}

/* The length needs several bytes: little-endian. */
static void long_values_have_their_length(void **state)
{
	struct text entry = { 0 };
	char value[0x1234];

	(void)state;
	memset(value, '\n', sizeof(value));
	journal_field(&entry, "F", value, sizeof(value));
	assert_int_equal(entry.length, 2 + 8 + sizeof(value) + 1);
	assert_memory_equal(entry.data, "F\n\x34\x12\0\0\0\0\0\0\n", 11);
	text_free(&entry);
}

static void an_entry_is_a_datagram(void **state)
{
	int journald = listen_there(), fd = journal_open(path);
	struct text entry = { 0 };
	char got[256];

	(void)state;
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	journal_field(&entry, "MESSAGE", "first", 5);
	journal_field(&entry, "PORT", "443", 3);
	assert_int_equal(journal_send(fd, &entry, 0), 0);
	assert_int_equal(entry.length, 0);
	journal_field(&entry, "MESSAGE", "a\nb", 3);
	assert_int_equal(journal_send(fd, &entry, 0), 0);
	assert_int_equal(journal_send(fd, &entry, 0), 0); /* an empty entry makes no datagram */

	assert_int_equal(recv(journald, got, sizeof(got), 0), 23);
	assert_memory_equal(got, "MESSAGE=first\nPORT=443\n", 23);
	assert_int_equal(recv(journald, got, sizeof(got), 0), 20);
	assert_memory_equal(got, "MESSAGE\n\x03\0\0\0\0\0\0\0a\nb\n", 20);
	assert_int_equal(recv(journald, got, sizeof(got), 0), -1);
	assert_int_equal(errno, EAGAIN);
	text_free(&entry);
	close(fd);
	close(journald);
}

/* Without a reader the sender must get an error and continue with an empty entry. */
static void a_full_queue_does_not_wait(void **state)
{
	int journald = listen_there(), fd = journal_open(path), sent = 0, error = 0;
	struct text entry = { 0 };

	(void)state;
	assert_true(fd >= 0);
	while (!error && sent < 1000000) {
		journal_field(&entry, "MESSAGE", "row", 3);
		if (journal_send(fd, &entry, 0) < 0)
			error = errno;
		else
			sent++;
	}
	assert_int_equal(error, EAGAIN);
	assert_true(sent > 0);
	assert_int_equal(entry.length, 0);
	text_free(&entry);
	close(fd);
	close(journald);
}

static void errors_are_told(void **state)
{
	int journald = listen_there(), fd = journal_open(path);
	char *large = calloc(1, 8 << 20), long_path[200];
	struct text entry = { 0 };

	(void)state;
	assert_true(fd >= 0);
	assert_non_null(large);
	journal_field(&entry, "LARGE", large, 8 << 20);
	assert_int_equal(journal_send(fd, &entry, 0), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_int_equal(entry.length, 0);
	/* journald has ended: an error, no signal. */
	close(journald);
	journal_field(&entry, "MESSAGE", "x", 1);
	assert_int_equal(journal_send(fd, &entry, 0), -1);
	assert_int_equal(errno, ECONNREFUSED);
	close(fd);
	assert_int_equal(journal_open(path), -1);
	assert_int_equal(errno, ECONNREFUSED);
	unlink(path);
	assert_int_equal(journal_open(path), -1);
	assert_int_equal(errno, ENOENT);
	memset(long_path, 'x', sizeof(long_path));
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(journal_open(long_path), -1);
	assert_int_equal(errno, ENAMETOOLONG);
	text_free(&entry);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_have_two_forms),  cmocka_unit_test(long_values_have_their_length),
		cmocka_unit_test(an_entry_is_a_datagram), cmocka_unit_test(a_full_queue_does_not_wait),
		cmocka_unit_test(errors_are_told),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
