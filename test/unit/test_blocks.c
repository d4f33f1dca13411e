/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_blocks.c: the totals of intervals of a made-up tool, as they are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/totals/blocks.h"
#include "core/base/clock.h"

struct sample {
	struct event common;
	uint64_t bytes, rate;
	uint32_t queue;
	uint8_t direction, table;
	char device[6];
};

#define OWN(member) AT(struct sample, member)

enum { SUMMARY = 1, NO_LOADAVG = 2 };

static const struct member members[] = {
	{ "direction", F_UINT, OWN(direction) },
	{ "queue", F_UINT, OWN(queue) },
	{ "bytes", F_UINT, OWN(bytes), .merge = SUM, .sorts = 1 },
	{ "rate", F_UINT, OWN(rate), .merge = LATEST },
	{},
};
static const struct column columns[] = {
	{ "queue", "QUEUE", .width = 6 },
	{ "bytes", "BYTES", .width = -6 },
	{ "rate", "A,B/s", .width = -6 },
	{},
};
/* The same by device. */
static const struct member members_of_devices[] = {
	{ "table", F_UINT, OWN(table), .hidden = true },
	{ "device", F_TEXT, OWN(device) },
	{ "queue", F_UINT, OWN(queue) },
	{ "bytes", F_UINT, OWN(bytes), .merge = SUM },
	{},
};
static const struct column columns_of_devices[] = {
	{ "device", "DEVICE", .where = IN_CSV },
	{ "queue", "QUEUE", .width = 6 },
	{ "bytes", "BYTES", .width = -6 },
	{},
};
static const struct column second[] = { { "queue", "RING", .width = 8 }, {} };
static const char *const captions[] = { "TX", "RX" };

static bool finish(const struct options *options, struct event *event, uint64_t interval)
{
	struct sample *sample = (struct sample *)event;

	(void)options;
	sample->rate = sample->bytes * 1000000000 / interval;
	return sample->queue != 666;
}

static struct block block;
static struct totals totals;
static struct tool tool;
static struct options options;
static struct printer printer;
static struct summary *summary;
static int file;

static int set_up(void **state)
{
	(void)state;
	clock_set(0);
	block = (struct block){ 0 };
	totals = (struct totals){ .members = members, .columns = columns, .block = &block, .finish = finish };
	tool = (struct tool){ .name = "fake",
			      .subject = NONE,
			      .image.event_size = sizeof(struct sample),
			      .members = members,
			      .columns = columns,
			      .totals = &totals };
	options = (struct options){ .tool = &tool };
	summary = summary_new(&tool, 0, false);
	file = memfd_create("rows", MFD_CLOEXEC);
	printer_start(&printer, &options, true, file);
	printer.columns.interval = 500000000;
	printer.now = 39727000000000; /* 11:02:07 */
	return file < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	summary_free(summary);
	printer_free(&printer);
	close(file);
	return 0;
}

static void add(uint8_t direction, uint32_t queue, uint64_t bytes)
{
	struct sample sample = { .common.ts = 1, .direction = direction, .queue = queue, .bytes = bytes };

	summary_add(summary, &sample.common, sizeof(sample));
}

static void add_some(void)
{
	add(1, 0, 10);
	add(0, 0, 7);
	add(0, 1, 5);
	add(0, 1, 6);
}

/* Prints an interval; returns everything written for it. */
static const char *printed(size_t rows)
{
	static char text[1 << 16];
	ssize_t length;

	assert_int_equal(blocks_print(summary, &printer), rows);
	summary_clear(summary);
	assert_true(printer_flush(&printer));
	length = pread(file, text, sizeof(text) - 1, 0);
	assert_true(length >= 0);
	text[length] = '\0';
	assert_int_equal(ftruncate(file, 0), 0);
	lseek(file, 0, SEEK_SET);
	return text;
}

static void use_format(enum format format)
{
	options.format = format;
	printer_free(&printer);
	printer_start(&printer, &options, true, file);
	printer.columns.interval = 500000000;
}

static void blocks_have_a_line_between(void **state)
{
	(void)state;
	totals.block = NULL;
	add_some();
	assert_string_equal(printed(3), "QUEUE   BYTES  A,B/s\n1          11     22\n0          10     20\n"
					"0           7     14\n");
	assert_string_equal(printed(0), "\nQUEUE   BYTES  A,B/s\n");
	add(0, 3, 1);
	assert_string_equal(printed(1), "\nQUEUE   BYTES  A,B/s\n3           1      2\n");
}

static void the_time_stands_above(void **state)
{
	(void)state;
	options.time = true;
	add(0, 3, 1);
	assert_string_equal(printed(1), "11:02:07\nQUEUE   BYTES  A,B/s\n3           1      2\n");
	assert_string_equal(printed(0), "\n11:02:07\nQUEUE   BYTES  A,B/s\n");
}

/* Counts of a tool that has rows: once, at the end, nothing stands above them. */
static void counts_at_the_end_have_no_stamp(void **state)
{
	(void)state;
	totals.flag = SUMMARY;
	options.time = true;
	printer.blocks = 1;
	add(0, 3, 1);
	assert_string_equal(printed(1), "QUEUE   BYTES  A,B/s\n3           1      2\n");
	options.interval = 1;
	add(0, 3, 1);
	assert_string_equal(printed(1), "\n11:02:07\nQUEUE   BYTES  A,B/s\n3           1      2\n");
}

static void stamps_and_ends(void **state)
{
	(void)state;
	block.stamp = "%a %b %e %H:%M:%S %Y";
	block.rule = true;
	add(0, 3, 1);
	assert_string_equal(
		printed(1),
		"Thu Jan  1 11:02:07 1970\nQUEUE   BYTES  A,B/s\n3           1      2\n--------------------\n");
	assert_string_equal(printed(0), "Thu Jan  1 11:02:07 1970\nQUEUE   BYTES  A,B/s\n--------------------\n");
}

static void load_average(void **state)
{
	const char *text;

	(void)state;
	block.loadavg_unless = NO_LOADAVG;
	add(0, 3, 1);
	text = printed(1);
	assert_int_equal(strncmp(text, "11:02:07 loadavg: ", 18), 0);
	assert_non_null(strstr(text, "\n\nQUEUE"));
	options.settings.flags = NO_LOADAVG;
	options.time = true; /* not twice */
	add(0, 3, 1);
	assert_string_equal(printed(1), "\nQUEUE   BYTES  A,B/s\n3           1      2\n");
}

static void a_table_for_each_value(void **state)
{
	(void)state;
	block.split = "direction";
	block.captions = captions;
	add_some();
	assert_string_equal(printed(3), "TX\nQUEUE   BYTES  A,B/s\n1          11     22\n0           7     14\n"
					"\nRX\nQUEUE   BYTES  A,B/s\n0          10     20\n");
	add(1, 0, 1);
	assert_string_equal(printed(1), "\nRX\nQUEUE   BYTES  A,B/s\n0           1      2\n");
	assert_string_equal(printed(0), "\n");
}

static void other_titles_for_one_value(void **state)
{
	(void)state;
	block.split = "direction";
	block.second = second;
	block.second_value = 1;
	add_some();
	assert_string_equal(printed(3), "QUEUE   BYTES  A,B/s\n1          11     22\n0           7     14\n"
					"\nRING      BYTES  A,B/s\n0            10     20\n");
	/* The first ones come back with the next block. */
	add(0, 3, 1);
	assert_string_equal(printed(1), "\nQUEUE   BYTES  A,B/s\n3           1      2\n");
}

static void the_last_row_is_the_sum(void **state)
{
	(void)state;
	block.split = "direction";
	block.captions = captions;
	block.total = true;
	add_some();
	assert_string_equal(printed(3), "TX\nQUEUE   BYTES  A,B/s\n1          11     22\n0           7     14\n"
					"Total      18     36\n"
					"\nRX\nQUEUE   BYTES  A,B/s\n0          10     20\nTotal      10     20\n");
	assert_int_equal(printer.rows, 3); /* sums are no rows */
}

/* --rows leaves rows out, most first, but nothing out of the sum. */
static void so_many_rows(void **state)
{
	(void)state;
	options.rows = 2;
	add_some();
	assert_string_equal(printed(2), "QUEUE   BYTES  A,B/s\n1          11     22\n0          10     20\n");
	/* A table of which no row is left is not there, */
	block.split = "direction";
	options.rows = 1;
	add_some();
	assert_string_equal(printed(1), "\nQUEUE   BYTES  A,B/s\n1          11     22\n");
	/* unless there is a sum to tell. */
	options.rows = 2;
	block.total = true;
	add_some();
	assert_string_equal(printed(2), "\nQUEUE   BYTES  A,B/s\n1          11     22\nTotal      18     36\n"
					"\nQUEUE   BYTES  A,B/s\n0          10     20\nTotal      10     20\n");
	use_format(FORMAT_CSV);
	add_some();
	assert_string_equal(printed(2), "QUEUE,BYTES,\"A,B/s\"\n1,11,22\n0,10,20\n");
}

static void rows_that_are_left_out(void **state)
{
	(void)state;
	options.rows = 2;
	block.total = true;
	add(0, 666, 1000);
	add(0, 2, 5);
	add(0, 666, 1000);
	add(0, 1, 3);
	assert_string_equal(printed(2), "QUEUE   BYTES  A,B/s\n2           5     10\n1           3      6\n"
					"Total       8     16\n");
	/* Nothing of them stays. */
	add(0, 666, 1000);
	assert_string_equal(printed(0), "\nQUEUE   BYTES  A,B/s\n");
}

static void no_headings(void **state)
{
	(void)state;
	block.no_header = true;
	block.split = "direction";
	block.captions = captions;
	add_some();
	assert_string_equal(printed(3), "TX\n1          11     22\n0           7     14\n\nRX\n0          10     20\n");
	block = (struct block){ .no_header = true };
	assert_string_equal(printed(0), "\n");
	block = (struct block){ 0 };
	options.no_header = true;
	add(0, 3, 1);
	assert_string_equal(printed(1), "\n3           1      2\n");
}

static void add_of(const char *device, uint8_t table, uint64_t bytes)
{
	struct sample sample = { .table = table, .bytes = bytes };

	strcpy(sample.device, device);
	summary_add(summary, &sample.common, sizeof(sample));
}

/* The name stands above, where there is more than one; tables are in the order of the number, not of the names. */
static void whose_tables_follow(void **state)
{
	(void)state;
	tool.members = totals.members = members_of_devices;
	tool.columns = totals.columns = columns_of_devices;
	totals.finish = NULL;
	block = (struct block){ .stamp = "%H", .split = "table", .above = "device", .rule = true };
	summary_free(summary);
	summary = summary_new(&tool, 0, false);
	use_format(FORMAT_TABLE);
	printer.now = 0;
	add_of("eth9", 0, 1);
	add_of("eth9", 1, 2);
	add_of("eth1", 3, 4);
	add_of("eth1", 2, 3);
	assert_string_equal(printed(4), "00\neth9\nQUEUE   BYTES\n0           1\n\nQUEUE   BYTES\n0           2\n"
					"\neth1\nQUEUE   BYTES\n0           3\n\nQUEUE   BYTES\n0           4\n"
					"-------------\n");
	add_of("eth1", 3, 4);
	add_of("eth1", 2, 3);
	assert_string_equal(printed(2), "00\nQUEUE   BYTES\n0           3\n\nQUEUE   BYTES\n0           4\n"
					"-------------\n");
	use_format(FORMAT_CSV);
	add_of("eth9", 0, 1);
	add_of("eth1", 3, 4);
	assert_string_equal(printed(2), "DEVICE,QUEUE,BYTES\neth9,0,1\neth1,0,4\n");
	use_format(FORMAT_JSON);
	add_of("eth9", 0, 1);
	assert_string_equal(printed(1), "{\"ts\":\"1970-01-01T00:00:00.000000000Z\",\"tool\":\"fake\","
					"\"interval_ns\":500000000,\"partial\":false,"
					"\"device\":\"eth9\",\"queue\":0,\"bytes\":1}\n");
}

static void csv_has_one_heading(void **state)
{
	(void)state;
	block = (struct block){
		.stamp = "%H", .split = "direction", .captions = captions, .total = true, .rule = true
	};
	use_format(FORMAT_CSV);
	add_some();
	assert_string_equal(printed(3), "QUEUE,BYTES,\"A,B/s\"\n1,11,22\n0,10,20\n0,7,14\n");
	assert_string_equal(printed(0), "");
	add(0, 3, 1);
	assert_string_equal(printed(1), "3,1,2\n");
	options.no_header = true;
	use_format(FORMAT_CSV);
	add(0, 3, 1);
	assert_string_equal(printed(1), "3,1,2\n");
}

static void json_tells_the_interval(void **state)
{
	(void)state;
	block = (struct block){
		.stamp = "%H", .split = "direction", .captions = captions, .total = true, .rule = true
	};
	use_format(FORMAT_JSON);
	add(1, 3, 1);
	assert_string_equal(printed(1), "{\"ts\":\"1970-01-01T00:00:00.000000001Z\",\"tool\":\"fake\","
					"\"interval_ns\":500000000,\"partial\":false,"
					"\"direction\":1,\"queue\":3,\"bytes\":1,\"rate\":2}\n");
	printer.columns.partial = true;
	printer.columns.interval = 250000000;
	add(0, 3, 1);
	assert_string_equal(printed(1), "{\"ts\":\"1970-01-01T00:00:00.000000001Z\",\"tool\":\"fake\","
					"\"interval_ns\":250000000,\"partial\":true,"
					"\"direction\":0,\"queue\":3,\"bytes\":1,\"rate\":4}\n");
	assert_string_equal(printed(0), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(blocks_have_a_line_between),
		TEST(the_time_stands_above),
		TEST(counts_at_the_end_have_no_stamp),
		TEST(stamps_and_ends),
		TEST(load_average),
		TEST(a_table_for_each_value),
		TEST(other_titles_for_one_value),
		TEST(the_last_row_is_the_sum),
		TEST(so_many_rows),
		TEST(rows_that_are_left_out),
		TEST(no_headings),
		TEST(whose_tables_follow),
		TEST(csv_has_one_heading),
		TEST(json_tells_the_interval),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
