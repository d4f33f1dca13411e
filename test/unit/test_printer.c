/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_printer.c: headings and rows of a made-up tool, in every format, and outputs that fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
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
#include "core/totals/total.h"
#include "core/print/printer.h"

/* ---- a tool ---- */

struct sample {
	struct event common;
	uint64_t bytes, place, stack[3];
	uint32_t seq, code;
	int32_t error;
	uint8_t kind;
};

enum { WITH_SEQ = 1, NO_STACK = 2, SUMMARY = 4 };

#define OWN(member) AT(struct sample, member)

static const char *const kinds[] = { NULL, "R", "LONG_KIND" };
static const char *const keys[] = { NULL, "retransmit", "long" };

static const struct member members[] = {
	{ "bytes", F_KBYTES, OWN(bytes) },
	{ "kind", F_NAME, OWN(kind), NAMES(kinds), .keys = keys },
	{ "code", F_UINT, OWN(code) },
	{ "error", F_ERRNO, OWN(error) },
	{ "why", F_NAME, OWN(kind), NAMES(kinds) },
	{ "where", F_SYMBOL, OWN(place) },
	{ "seq", F_UINT, OWN(seq) },
	{ "key_only", F_UINT, OWN(seq) },
	{ "stack", F_STACK, OWN(stack) },
	{ "never", F_UINT, OWN(seq), .hidden = true },
	{},
};

static const struct column columns[] = {
	{ "pid", "C-PID", .width = 5 },
	{ "comm", "COMM", .width = 6, .wide = 16 },
	{ "family", .where = IN_WIDE | IN_CSV },
	{ "bytes", "KB", .width = -4, .wide = -6 },
	{ "kind", "T", .width = 8, .before = "[", .after = "]" },
	{ "code", "CODE", .suffix = true },
	{ "error", "", .where = IN_TABLE | IN_WIDE, .suffix = true },
	{ "error", "ERR", .where = IN_CSV },
	{ "why", "WHY", .width = 6, .fallback = "where" },
	{ "where", "WHERE", .where = IN_CSV },
	{ "seq", "SEQ", .width = 5, .flag = WITH_SEQ },
	{ "stack", "STACK", .unless = NO_STACK },
	{},
};

static const struct member summary_members[] = { { "kind" }, { "count", F_COUNT }, {} };
static const struct column summary_columns[] = { { "kind", "T", .width = 4 }, { "count", "EVENTS", .width = -8 }, {} };

static const struct column timed_columns[] = { { "pid" }, { "time" }, { "seq", "SEQ", .width = -4 }, {} };

static const struct tool fake = { .name = "fake",
				  .image.event_size = sizeof(struct sample),
				  .members = members,
				  .columns = columns,
				  .totals = &(const struct totals){
					  .members = summary_members, .columns = summary_columns, .flag = SUMMARY } };
static const struct tool timed = {
	.name = "timed", .image.event_size = sizeof(struct sample), .members = members, .columns = timed_columns
};

/* ---- what it prints ---- */

static struct options options;
static struct printer printer;
static struct sample sample;
static int file; /* in memory, what the printer writes to */

static int set_up(void **state)
{
	(void)state;
	clock_set(0);
	options = (struct options){ .tool = &fake, .settings.flags = NO_STACK };
	memset(&sample, 0, sizeof(sample));
	sample.common.ts = 3723000000000;
	sample.common.pid = 4711;
	sample.common.protocol = IPPROTO_UDP;
	sample.common.family = 4;
	memset(sample.common.laddr + 10, 0xff, 2);
	sample.common.laddr[15] = 1;
	strcpy(sample.common.comm, "nginx-worker");
	sample.bytes = 3 * 1024;
	sample.kind = 1;
	sample.code = 12;
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
	printer_row(&printer, &sample.common, sizeof(sample));
}

/* Everything written since the last time. */
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

static void assert_row(const char *expected)
{
	row();
	assert_string_equal(written(), expected);
}

static void assert_header(const char *expected)
{
	start();
	printer_header(&printer);
	assert_string_equal(written(), expected);
}

/* ---- tables ---- */

static void columns_are_aligned(void **state)
{
	(void)state;
	assert_header("C-PID COMM     KB [T (CODE)] WHY\n");
	assert_row("4711  nginx-    3 [R (12)  ] R\n");
	sample.common.pid = 1234567; /* longer than its column: the row shifts, nothing is lost */
	sample.bytes = 123456 * 1024;
	strcpy(sample.common.comm, "sh");
	sample.kind = 2;
	assert_row("1234567 sh     123456 [LONG_KIND (12)] LONG_KIND\n");
}

static void unknown_is_a_dash(void **state)
{
	(void)state;
	memset(&sample, 0, sizeof(sample));
	sample.bytes = NOT_KNOWN;
	sample.code = UINT32_MAX;
	start();
	assert_row("-     -         - [-       ] -\n");
	/* What is glued is left out; what has a stand-in shows it. */
	sample.error = -EHOSTUNREACH;
	sample.place = 0x1000;
	assert_row("-     -         - [- (EHOSTUNREACH)] 0x0000000000001000\n");
	sample.code = 1;
	assert_row("-     -         - [- (1) (EHOSTUNREACH)] 0x0000000000001000\n");
}

static void short_events_have_dashes(void **state)
{
	(void)state;
	start();
	printer_row(&printer, &sample.common, sizeof(struct event));
	assert_string_equal(written(), "4711  nginx-    - [-       ] -\n");
}

static void flags_choose_columns(void **state)
{
	(void)state;
	sample.seq = 77;
	options.settings.flags |= WITH_SEQ;
	assert_header("C-PID COMM     KB [T (CODE)] WHY    SEQ\n");
	assert_row("4711  nginx-    3 [R (12)  ] R      77\n");
	options.settings.flags = WITH_SEQ;
	start();
	assert_row("4711  nginx-    3 [R (12)  ] R      77\n\n");
}

static void wide_has_more_columns(void **state)
{
	(void)state;
	options.wide = true;
	assert_header("C-PID COMM             IP     KB [T (CODE)] WHY\n");
	assert_row("4711  nginx-worker     4       3 [R (12)  ] R\n");
}

static void stacks_stand_below(void **state)
{
	(void)state;
	options.settings.flags = 0;
	sample.stack[0] = 0x1000;
	sample.stack[1] = 0x2000;
	assert_header("C-PID COMM     KB [T (CODE)] WHY\n");
	assert_row("4711  nginx-    3 [R (12)  ] R\n\t0x0000000000001000\n\t0x0000000000002000\n\n");
	sample.stack[0] = 0;
	assert_row("4711  nginx-    3 [R (12)  ] R\n\n");
}

static void times_come_first(void **state)
{
	(void)state;
	options.time = true;
	assert_header("TIME     C-PID COMM     KB [T (CODE)] WHY\n");
	assert_row("01:02:03 4711  nginx-    3 [R (12)  ] R\n");
	options.timestamp = true;
	assert_header("TIME     TIME(s)   C-PID COMM     KB [T (CODE)] WHY\n");
	assert_row("01:02:03 0.000000  4711  nginx-    3 [R (12)  ] R\n");
	sample.common.ts += 12345600499;
	assert_row("01:02:15 12.345600 4711  nginx-    3 [R (12)  ] R\n");
	options.time = false;
	assert_header("TIME(s)   C-PID COMM     KB [T (CODE)] WHY\n");
}

/* A tool with a time of its own does not get another. */
static void own_time_stays_where_it_is(void **state)
{
	(void)state;
	options.time = true;
	options.tool = &timed;
	printer_start(&printer, &options, false, file);
	printer_header(&printer);
	row();
	assert_string_equal(written(), "PID     TIME      SEQ\n4711    01:02:03    0\n");
}

/* Nor does one with a -t of its own; without -t it is not there. */
static void own_timestamp_stays_where_it_is(void **state)
{
	static const struct column own[] = { { "pid", "PID", .width = 7 },
					     { "timestamp", .width = 8, .decimals = 3, .unless = WITH_SEQ },
					     { "timestamp_ns", .flag = WITH_SEQ },
					     { "family" },
					     {} };
	static const struct tool with_own = { .name = "own",
					      .image.event_size = sizeof(struct sample),
					      .columns = own };

	(void)state;
	options.tool = &with_own;
	options.timestamp = true;
	options.settings.flags = 0;
	printer_free(&printer);
	printer_start(&printer, &options, false, file);
	printer_header(&printer);
	row();
	assert_string_equal(written(), "PID     TIME(s)  IP\n4711    0.000    4\n");
	options.settings.flags = WITH_SEQ;
	printer_free(&printer);
	printer_start(&printer, &options, false, file);
	printer_header(&printer);
	row();
	assert_string_equal(written(), "PID     TIME(ns)       IP\n4711    0              4\n");
	options.timestamp = false;
	printer_free(&printer);
	printer_start(&printer, &options, false, file);
	printer_header(&printer);
	row();
	assert_string_equal(written(), "PID     IP\n4711    4\n");
}

static void no_header_when_not_wanted(void **state)
{
	(void)state;
	options.no_header = true;
	assert_header("");
	options.format = FORMAT_CSV;
	assert_header("");
	options.format = FORMAT_JSON;
	options.no_header = false;
	assert_header("");
}

static void total(uint64_t count)
{
	total_print(&printer, &(struct total){ .event = &sample.common, .size = sizeof(sample), .count = count }, NULL);
}

static void summaries_have_counts(void **state)
{
	(void)state;
	options.settings.flags = SUMMARY;
	options.time = options.timestamp = true; /* when the latest one was is nothing to line up by */
	printer_start(&printer, &options, true, file);
	printer_header(&printer);
	total(1234);
	sample.kind = 2;
	total(5);
	assert_string_equal(written(), "T      EVENTS\nR        1234\nLONG_KIND        5\n");
}

/* ---- CSV ---- */

static void csv_has_all_columns(void **state)
{
	(void)state;
	options.format = FORMAT_CSV;
	options.wide = true; /* no matter */
	options.settings.flags = 0;
	sample.error = -EPIPE;
	sample.place = 0x1000;
	sample.stack[0] = 0x1000;
	sample.stack[1] = 0x2000;
	assert_header("C-PID,COMM,IP,BYTES,T,CODE,ERR,WHY,WHERE,STACK\n");
	assert_row("4711,nginx-worker,4,3072,R,12,EPIPE,R,0x0000000000001000,0x0000000000001000;0x0000000000002000\n");
	options.time = options.timestamp = true;
	options.settings.flags = WITH_SEQ | NO_STACK;
	assert_header("TIME,TIME(s),C-PID,COMM,IP,BYTES,T,CODE,ERR,WHY,WHERE,SEQ\n");
	assert_row("01:02:03,0.000000,4711,nginx-worker,4,3072,R,12,EPIPE,R,0x0000000000001000,0\n");
}

static void csv_quotes_and_leaves_empty(void **state)
{
	(void)state;
	options.format = FORMAT_CSV;
	start();
	strcpy(sample.common.comm, "a,\"b\"\nc");
	assert_row("4711,\"a,\"\"b\"\"\\x0ac\",4,3072,R,12,,R,\n");
	memset(&sample, 0, sizeof(sample));
	sample.bytes = NOT_KNOWN;
	sample.code = UINT32_MAX;
	assert_row(",,,,,,,,\n");
}

/* ---- JSON ---- */

#define JSON_COMMON                                                                                                    \
	"{\"ts\":\"1970-01-01T01:02:03.000000000Z\",\"tool\":\"fake\",\"pid\":4711,\"tid\":null,"                      \
	"\"comm\":\"nginx-worker\",\"uid\":0,\"owner\":\"unknown\",\"netns\":null,\"cgroup_id\":null,"                 \
	"\"container_id\":null,\"pod_uid\":null,\"cgroup_path\":null,\"protocol\":\"udp\",\"family\":4,"               \
	"\"laddr\":\"0.0.0.1\",\"lport\":null,\"raddr\":\"0.0.0.0\",\"rport\":null,"

static void json_has_its_keys_in_order(void **state)
{
	(void)state;
	options.format = FORMAT_JSON;
	options.settings.flags = 0;
	sample.error = ETIMEDOUT;
	sample.seq = 77;
	sample.stack[0] = 0x1000;
	start();
	assert_row(JSON_COMMON
		   "\"bytes\":3072,\"kind\":\"retransmit\",\"code\":12,\"error\":\"ETIMEDOUT\",\"why\":\"R\","
		   "\"where\":null,\"seq\":77,\"key_only\":77,\"stack\":[\"0x0000000000001000\"]}\n");
}

/* Options of the table change nothing; what is not known is null; no key is ever left out. */
static void json_never_omits_a_key(void **state)
{
	static const char unknown[] =
		"{\"ts\":\"1970-01-01T00:00:00.000000000Z\",\"tool\":\"fake\",\"pid\":null,\"tid\":null,\"comm\":null,"
		"\"uid\":null,\"owner\":\"unknown\",\"netns\":null,\"cgroup_id\":null,"
		"\"container_id\":null,\"pod_uid\":null,\"cgroup_path\":null,\"protocol\":null,\"family\":null,"
		"\"laddr\":null,\"lport\":null,\"raddr\":null,\"rport\":null,\"bytes\":null,\"kind\":null,"
		"\"code\":null,\"error\":null,\"why\":null,\"where\":null,\"seq\":null,\"key_only\":null,\"stack\":"
		"null}"
		"\n";

	(void)state;
	options.format = FORMAT_JSON;
	options.wide = options.time = options.timestamp = true;
	memset(&sample, 0, sizeof(sample));
	sample.common.uid = UID_NOT_KNOWN;
	start();
	printer_row(&printer, &sample.common, sizeof(struct event));
	assert_string_equal(written(), unknown);
	options.settings.flags = WITH_SEQ;
	start();
	printer_row(&printer, &sample.common, sizeof(struct event));
	assert_string_equal(written(), unknown);
}

static void json_escapes(void **state)
{
	const char *text;

	(void)state;
	options.format = FORMAT_JSON;
	strcpy(sample.common.comm, "\"\n\\\x01");
	start();
	row();
	text = strstr(written(), "\"comm\":");
	assert_non_null(text);
	assert_int_equal(strncmp(text, "\"comm\":\"\\\"\\n\\\\\\u0001\",", 22), 0);
}

static void json_summaries_are_short(void **state)
{
	(void)state;
	options.format = FORMAT_JSON;
	options.settings.flags = SUMMARY;
	printer_start(&printer, &options, true, file);
	printer.columns.interval = 500;
	printer.columns.partial = true;
	printer_header(&printer);
	total(5);
	assert_string_equal(written(), "{\"ts\":\"1970-01-01T01:02:03.000000000Z\",\"tool\":\"fake\","
				       "\"interval_ns\":500,\"partial\":true,\"kind\":\"retransmit\",\"count\":5,"
				       "\"container_id\":null,\"pod_uid\":null,\"cgroup_path\":null}\n");
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

/* ---- where it goes ---- */

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
	assert_true(printer_flush(&printer)); /* nothing waits */
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
	assert_true(writes > 3 && writes < 100); /* hundreds of rows at once, without being asked to */
	assert_int_equal(printer.rows, 20000);
}

/* Reads the pipe slowly until its end, and exits with 0 if that many whole rows came. */
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
	child = slow_reader(ends, 10000, "4711  nginx-    3 [R (12)  ] R\n");
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
	/* From now on nothing is collected, counted or written, wherever it would go. */
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
		TEST(columns_are_aligned),
		TEST(unknown_is_a_dash),
		TEST(short_events_have_dashes),
		TEST(flags_choose_columns),
		TEST(wide_has_more_columns),
		TEST(stacks_stand_below),
		TEST(times_come_first),
		TEST(own_time_stays_where_it_is),
		TEST(own_timestamp_stays_where_it_is),
		TEST(no_header_when_not_wanted),
		TEST(summaries_have_counts),
		TEST(csv_has_all_columns),
		TEST(csv_quotes_and_leaves_empty),
		TEST(json_has_its_keys_in_order),
		TEST(json_never_omits_a_key),
		TEST(json_escapes),
		TEST(json_summaries_are_short),
		TEST(losses_are_lines_of_json),
		TEST(nothing_is_written_before_a_flush),
		TEST(rows_are_written_whole),
		TEST(slow_readers_lose_nothing),
		TEST(full_disks_stop_it),
		TEST(full_disks_stop_it_between_flushes),
		TEST(readers_may_leave),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
