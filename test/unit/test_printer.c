/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_printer.c: whole rows in few writes, losses in JSON, and outputs that fail. For layouts see test/golden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/run/losses.h"
#include "core/print/printer.h"

/* ---- a tool ---- */

static const struct column columns[] = { { "pid" }, { "comm" }, {} };
static const struct tool fake = { .name = "fake", .image.event_size = sizeof(struct event), .columns = columns };

#define ROW "4711    nginx-worker\n"

/* ---- the output ---- */

static struct options options;
static struct printer printer;
static struct event event;
static int file; /* in memory, what the printer writes to */

static int set_up(void **state)
{
	(void)state;
	clock_set(0);
	options = (struct options){ .tool = &fake };
	event = (struct event){ .ts = 3723000000000, .pid = 4711, .comm = "nginx-worker" };
	file = memfd_create("rows", MFD_CLOEXEC);
	return file < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	printer_free(&printer);
	close(file);
	return 0;
}

static void start(void)
{
	printer_free(&printer);
	printer_start(&printer, &options, false, file);
}

static void row(void)
{
	printer_row(&printer, &event, sizeof(event));
}

/* The output since the last call. */
static const char *written(void)
{
	static char text[8192];
	ssize_t length;

	assert_true(printer_flush(&printer));
	length = pread(file, text, sizeof(text) - 1, 0);
	assert_true(length >= 0);
	text[length] = '\0';
	assert_int_equal(ftruncate(file, 0), 0);
	lseek(file, 0, SEEK_SET);
	return text;
}

static void losses_are_lines_of_json(void **state)
{
	const struct ledger ledger = { { .filtered = 20, .sent = 71, .lost_ring = 7, .lost_map = 3 },
				       .seen = 100,
				       .missed = 2 };
	char when[64], rest[256];

	(void)state;
	start();
	losses_line(&printer, &ledger, 0);
	assert_string_equal(written(), ""); /* only in JSON */
	options.format = FORMAT_JSON;
	start();
	row();
	written();
	losses_line(&printer, &ledger, 0);
	assert_int_equal(sscanf(written(), "{\"ts\":\"%63[^\"]\"%255[^\n]\n", when, rest), 2);
	assert_int_equal(strlen(when), strlen("1970-01-01T01:02:03.000000000Z"));
	assert_true(when[10] == 'T' && when[29] == 'Z');
	assert_string_equal(rest, ",\"tool\":\"fake\",\"lost\":9,\"lost_ring\":7,\"lost_missed\":2,\"lost_map\":3,"
				  "\"seen\":100,\"filtered\":20,"
				  "\"printed\":1}");
}

/* ---- the destination ---- */

static void nothing_is_written_before_a_flush(void **state)
{
	struct stat status;

	(void)state;
	start();
	printer_header(&printer);
	row();
	assert_int_equal(fstat(file, &status), 0);
	assert_int_equal(status.st_size, 0);
	assert_true(printer_flush(&printer));
	assert_int_equal(fstat(file, &status), 0);
	assert_true(status.st_size > 0);
	assert_int_equal(printer.rows, 1);
	assert_true(printer_flush(&printer)); /* nothing is pending */
}

static void rows_are_written_whole(void **state)
{
	off_t before = 0;
	int writes = 0;

	(void)state;
	start();
	for (int i = 0; i < 20000; i++) {
		struct stat status;
		char last;

		row();
		assert_int_equal(fstat(file, &status), 0);
		if (status.st_size == before)
			continue;
		before = status.st_size;
		writes++;
		assert_int_equal(pread(file, &last, 1, before - 1), 1);
		assert_int_equal(last, '\n');
	}
	assert_true(writes > 3 && writes < 100); /* hundreds of rows a write, without an explicit flush */
	assert_int_equal(printer.rows, 20000);
}

/* Reads the pipe slowly until its end, and exits with 0 if `rows` whole rows arrived. */
static pid_t slow_reader(const int ends[2], int rows, const char *expected)
{
	pid_t child = fork();
	char line[256];
	FILE *in;

	assert_true(child >= 0);
	if (child > 0)
		return child;
	close(ends[1]);
	in = fdopen(ends[0], "r");
	setvbuf(in, NULL, _IOFBF, 4096);
	usleep(50000); /* until the pipe is full */
	for (; fgets(line, sizeof(line), in); rows--)
		if (strcmp(line, expected))
			_exit(1);
	_exit(rows ? 2 : 0);
}

static void slow_readers_lose_nothing(void **state)
{
	int ends[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	child = slow_reader(ends, 10000, ROW);
	close(ends[0]);
	printer_start(&printer, &options, false, ends[1]);
	for (int i = 0; i < 10000; i++)
		row();
	assert_true(printer_flush(&printer));
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void full_disks_stop_it(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(full >= 0);
	printer_start(&printer, &options, false, full);
	printer_header(&printer);
	row();
	assert_int_equal(printer.error, 0);
	assert_false(printer_flush(&printer));
	assert_int_equal(printer.error, ENOSPC);
	assert_int_equal(printer.text.length, 0);
	/* From here on nothing is collected, counted or written, for any destination. */
	printer.fd = file;
	for (int i = 0; i < 20000; i++)
		row();
	assert_int_equal(printer.rows, 1);
	assert_int_equal(printer.text.length, 0);
	printer_header(&printer);
	assert_false(printer_flush(&printer));
	assert_int_equal(printer.error, ENOSPC);
	assert_int_equal(lseek(file, 0, SEEK_END), 0);
	close(full);
}

static void full_disks_stop_it_between_flushes(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(full >= 0);
	printer_start(&printer, &options, false, full);
	for (int i = 0; i < 20000; i++)
		row();
	assert_int_equal(printer.error, ENOSPC);
	assert_true(printer.rows < 10000);
	close(full);
}

static void readers_may_leave(void **state)
{
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	printer_start(&printer, &options, false, ends[1]);
	row();
	assert_false(printer_flush(&printer));
	assert_int_equal(printer.error, EPIPE);
	close(ends[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(losses_are_lines_of_json), TEST(nothing_is_written_before_a_flush),
		TEST(rows_are_written_whole),   TEST(slow_readers_lose_nothing),
		TEST(full_disks_stop_it),       TEST(full_disks_stop_it_between_flushes),
		TEST(readers_may_leave),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
