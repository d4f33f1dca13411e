/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_recording.c: recordings truncated or changed at any byte: the damage is reported, and the readable rows are
 * printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/run/replay.h"
#include "core/base/message.h"
#include "core/base/error.h"

#define RECORDING "test/golden/recordings/states.rec"

extern const struct tool tcpstates;

static char whole[65536], rows[65536];
static size_t whole_size, rows_size;
static unsigned int said;

static void count_lines(void *context, const char *line, size_t length)
{
	(void)context, (void)line, (void)length;
	said++;
}

/* Replays bytes as a file, and writes the output to *to. */
static int replay_bytes(const char *bytes, size_t size, char *to, size_t room, size_t *printed)
{
	int in = memfd_create("recording", MFD_CLOEXEC), out = memfd_create("rows", MFD_CLOEXEC), code = EXIT_FAILED;
	const struct recorded_tool *recorded;
	struct recording *recording;
	struct options options;
	struct error error;

	said = 0;
	assert_int_equal(write(in, bytes, size), (ssize_t)size);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	recording = recording_open_fd("cut", in, &error);
	if (!recording)
		error_print(&error);
	if (recording) {
		recorded = record_head_tool(recording_head(recording), "tcpstates");
		options_init(&options, &tcpstates);
		options.recorded = recorded;
		options.format = FORMAT_CSV;
		if (recorded)
			code = replay_run(&options, &options, 1, recording, out, &error) ? EXIT_DONE
											 : error_print(&error);
		recording_close(recording);
	}
	*printed = (size_t)pread(out, to, room, 0);
	close(out);
	return code;
}

static int read_whole(void **state)
{
	int fd = open(RECORDING, O_RDONLY | O_CLOEXEC);

	(void)state;
	message_redirect(count_lines, NULL);
	setenv("TZ", "UTC", 1);
	whole_size = (size_t)read(fd, whole, sizeof(whole));
	close(fd);
	return replay_bytes(whole, whole_size, rows, sizeof(rows), &rows_size) != EXIT_DONE || said;
}

static void a_whole_one_is_printed(void **state)
{
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < rows_size; i++)
		lines += rows[i] == '\n';
	assert_int_equal(lines, 1 + 10 + 2 + 2); /* the heading, a connection, the refused attempt, the listener */
}

/* Asserts exit status 1, a message, and whole rows up to some point. */
static void assert_noticed(const char *bytes, size_t size)
{
	static char some[sizeof(rows)];
	size_t some_size;

	assert_int_equal(replay_bytes(bytes, size, some, sizeof(some), &some_size), EXIT_FAILED);
	assert_true(said >= 1);
	assert_true(some_size <= rows_size);
	assert_memory_equal(some, rows, some_size);
	assert_true(!some_size || some[some_size - 1] == '\n');
}

static void each_cut_is_noticed(void **state)
{
	(void)state;
	for (size_t size = 0; size < whole_size; size++)
		assert_noticed(whole, size);
}

static void each_changed_byte_is_noticed(void **state)
{
	static char changed[sizeof(whole)];

	(void)state;
	for (size_t i = 0; i < whole_size; i++) {
		memcpy(changed, whole, whole_size);
		changed[i] = (char)(changed[i] ^ 1 << i % 8);
		assert_noticed(changed, whole_size);
	}
}

/* Garbage between two blocks. */
static void what_is_behind_the_end_is_noticed(void **state)
{
	static char more[sizeof(whole) + 100];

	(void)state;
	memcpy(more, whole, whole_size);
	memset(more + whole_size, 'x', 100);
	for (size_t size = whole_size + 1; size < whole_size + 100; size++)
		assert_noticed(more, size);
}

static void other_files_are_refused(void **state)
{
	static const char *const others[] = { "", "\x89ntrec", "#!/bin/sh\nexit 0\n",
					      "\x7f"
					      "ELF" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_noticed(others[i], strlen(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_one_is_printed),       cmocka_unit_test(each_cut_is_noticed),
		cmocka_unit_test(each_changed_byte_is_noticed), cmocka_unit_test(what_is_behind_the_end_is_noticed),
		cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests(tests, read_whole, NULL);
}
