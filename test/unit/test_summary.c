/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_summary.c: counts by key of a made-up tool: many keys, equal counts, short events. For layouts see
 * test/golden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/totals/blocks.h"

struct sample {
	struct event common;
	uint8_t address[16];
	uint16_t port;
	uint32_t reason;
	uint64_t other; /* part of no key */
};

enum { SUMMARY = 1 };

#define OWN(member) AT(struct sample, member)

static const struct member members[] = {
	{ "reason", F_UINT, OWN(reason) },
	{ "host", F_ADDRESS, OWN(address), .port = offsetof(struct sample, port) },
	{ "port", F_PORT, OWN(port) },
	{ "other", F_UINT, OWN(other) },
	{},
};
static const struct column columns[] = { { "other", "OTHER" }, {} };
static const struct member counts[] = { { "reason" }, { "host" }, { "port" }, { "count", F_COUNT }, {} };
static const struct column count_columns[] = {
	{ "reason", "REASON", .width = 10 },
	{ "remote", "REMOTE", "host", F_ENDPOINT, .width = 10 },
	{ "count", "N", .width = -5 },
	{},
};
static const struct tool tool = { .name = "fake",
				  .image.event_size = sizeof(struct sample),
				  .members = members,
				  .columns = columns,
				  .totals = &(const struct totals){
					  .members = counts, .columns = count_columns, .flag = SUMMARY } };

static struct options options;
static struct printer printer;
static struct summary *summary;
static int file;

static int set_up(void **state)
{
	(void)state;
	options = (struct options){ .tool = &tool, .settings.flags = SUMMARY, .no_header = true };
	file = memfd_create("rows", MFD_CLOEXEC);
	summary = summary_new(&tool, 0, false);
	printer_start(&printer, &options, true, file);
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

static struct sample sample_of(uint32_t reason, uint8_t host, uint16_t port)
{
	struct sample sample = { .common.family = 4, .reason = reason, .port = port };

	memset(sample.address + 10, 0xff, 2);
	sample.address[12] = 10;
	sample.address[15] = host;
	return sample;
}

/* Adds n events that differ only outside the key. The event is in memory of its exact size. */
static void add_part(struct sample sample, size_t size, int n)
{
	static uint64_t different;
	struct event *event = malloc(size);

	assert_non_null(event);
	for (; n > 0; n--) {
		sample.common.ts = sample.other = ++different;
		sample.common.pid = (uint32_t)different;
		memcpy(event, &sample, size);
		summary_add(summary, event, size);
	}
	free(event);
}

static void add(uint32_t reason, uint8_t host, uint16_t port, int n)
{
	add_part(sample_of(reason, host, port), sizeof(struct sample), n);
}

/* Prints, and returns the output since the last call. */
static char *printed(size_t rows)
{
	static char text[1 << 20];
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

/* Equal counts have one order, whatever the order of arrival. */
static void the_order_is_stable(void **state)
{
	char *first;

	(void)state;
	for (uint8_t host = 1; host <= 200; host++)
		add(7, host, (uint16_t)(host * 321), 2);
	first = strdup(printed(200));
	assert_non_null(first);
	for (int turn = 0; turn < 2; turn++) {
		for (uint8_t host = 200; host > 0; host--)
			add(7, host, (uint16_t)(host * 321), 1);
	}
	assert_string_equal(printed(200), first);
	for (int turn = 0; turn < 2; turn++) {
		for (unsigned int i = 0; i < 200; i++) {
			uint8_t host = (uint8_t)(i * 77 % 200 + 1);

			add(7, host, (uint16_t)(host * 321), 1);
		}
	}
	assert_string_equal(printed(200), first);
	free(first);
}

#define MANY 20000

/* Key i comes i % 7 + 1 times; every row exists once with its count, largest first. */
static void thousands_of_keys(void **state)
{
	static uint8_t seen[MANY];
	unsigned int reason, count, last = 7;
	const char *line;

	(void)state;
	for (unsigned int turn = 0; turn < 7; turn++) {
		for (unsigned int i = 0; i < MANY; i++)
			if (turn <= i % 7)
				add(i, 1, 80, 1);
	}
	line = printed(MANY);
	for (int i = 0; i < MANY; i++, line = strchr(line, '\n') + 1) {
		assert_int_equal(sscanf(line, "%u 10.0.0.1:80 %u\n", &reason, &count), 2);
		assert_true(reason < MANY && !seen[reason]++);
		assert_int_equal(count, reason % 7 + 1);
		assert_true(count <= last);
		last = count;
	}
	assert_int_equal(*line, '\0');
}

/* Members beyond the end of an event are unknown; no value comes from another event with the same key. */
static void truncated_events_have_a_key(void **state)
{
	struct sample sample = sample_of(5, 1, 80);

	(void)state;
	add_part(sample, offsetof(struct sample, reason), 2);
	assert_string_equal(printed(1), "-          10.0.0.1:80     2\n");
	add_part(sample, offsetof(struct sample, address), 3);
	add_part(sample, offsetof(struct sample, reason), 2);
	add_part(sample, sizeof(sample), 1);
	assert_string_equal(printed(3), "-          -              3\n"
					"-          10.0.0.1:80     2\n"
					"5          10.0.0.1:80     1\n");
}

/* A newer kernel half may send longer events than this program knows. */
static void longer_events_are_cut(void **state)
{
	struct {
		struct sample sample;
		uint64_t more[8];
	} longer = { .sample = sample_of(5, 1, 80) };

	(void)state;
	summary_add(summary, &longer.sample.common, sizeof(longer));
	longer.more[3] = 1;
	summary_add(summary, &longer.sample.common, sizeof(longer));
	assert_string_equal(printed(1), "5          10.0.0.1:80     2\n");
}

static void keys_have_a_limit(void **state)
{
	static const struct member too_long[] = {
		{ "text", F_TEXT, .off = 0, .size = 200 },
		{ "count", F_COUNT },
		{},
	};
	const struct tool wrong = { .name = "wrong",
				    .image.event_size = 200,
				    .totals = &(const struct totals){ .members = too_long } };
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		close(STDERR_FILENO);
		summary_new(&wrong, 0, false);
		_exit(100);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_FAILED);
	summary_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_order_is_stable),   TEST(thousands_of_keys), TEST(truncated_events_have_a_key),
		TEST(longer_events_are_cut), TEST(keys_have_a_limit),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
