/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_totals.c: sums of events by key and by group, and the order of the rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/histogram.h"
#include "core/totals/summary.h"

struct sample {
	struct event common;
	uint64_t bytes;
	uint64_t slots[3];
	uint64_t wait;
	uint32_t packets;
	uint32_t queue;
	uint16_t drops;
	uint8_t errors;
	uint8_t state;
	char name[8];
};

#define OWN(member) AT(struct sample, member)

enum { BY_BYTES, BY_DROPS_AND_ERRORS, BY_NOTHING };
enum { ALL, BY_PID, BY_QUEUE };

static const struct member members[] = {
	{ "pid", .groups = 1 << BY_PID },
	{ "queue", F_UINT, OWN(queue), .groups = 1 << BY_QUEUE },
	{ "name", F_TEXT, OWN(name), .groups = 1 << BY_QUEUE },
	{ "bytes", F_UINT, OWN(bytes), .merge = SUM, .sorts = 1 << BY_BYTES },
	{ "packets", F_UINT, OWN(packets), .merge = SUM },
	{ "drops", F_UINT, OWN(drops), .merge = SUM, .sorts = 1 << BY_DROPS_AND_ERRORS },
	{ "errors", F_UINT, OWN(errors), .merge = SUM, .sorts = 1 << BY_DROPS_AND_ERRORS },
	{ "slots", F_HISTOGRAM, OWN(slots), .merge = SUM },
	{ "state", F_UINT, OWN(state), .merge = LATEST },
	{ "waits", F_LOG2, OWN(wait), .unit = 1000 },
	{},
};
static const struct tool tool = { .name = "fake",
				  .image.event_size = sizeof(struct sample),
				  .totals = &(const struct totals){ .members = members } };

static const struct member counted_members[] = {
	{ "pid" },
	{ "raddr", .groups = 1 << BY_PID },
	{ "count", F_COUNT },
	{},
};
static const struct tool counted = { .name = "fake",
				     .image.event_size = sizeof(struct event),
				     .totals = &(const struct totals){ .members = counted_members } };

static struct summary *summary;

static int set_up(void **state)
{
	(void)state;
	summary = summary_new(&tool, ALL, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	summary_free(summary);
	return 0;
}

/* The event is in memory of its exact size. */
static void add_to(struct summary *to, const void *event, size_t size)
{
	struct event *copy = malloc(size);

	assert_non_null(copy);
	memcpy(copy, event, size);
	summary_add(to, copy, size);
	free(copy);
}

static void add(struct sample sample)
{
	add_to(summary, &sample, sizeof(sample));
}

static const struct sample *row(const struct total *rows, size_t i)
{
	return (const struct sample *)rows[i].event;
}

static void sums_of_every_width(void **state)
{
	size_t count;
	struct total *rows;

	(void)state;
	add((struct sample){ .bytes = 1ULL << 40, .packets = 1U << 20, .drops = 300, .errors = 100, .state = 1 });
	add((struct sample){ .bytes = 7, .packets = 5, .drops = 11, .errors = 13, .state = 2 });
	add((struct sample){ .state = 3 });
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].count, 3);
	assert_true(row(rows, 0)->bytes == (1ULL << 40) + 7);
	assert_int_equal(row(rows, 0)->packets, (1U << 20) + 5);
	assert_int_equal(row(rows, 0)->drops, 311);
	assert_int_equal(row(rows, 0)->errors, 113);
	assert_int_equal(row(rows, 0)->state, 3); /* no sum, but the latest value */
}

/* A sum that overflows its field does not change the neighbours. */
static void neighbours_are_left_alone(void **state)
{
	size_t count;
	struct total *rows;

	(void)state;
	add((struct sample){ .drops = 65535, .errors = 255, .packets = UINT32_MAX - 1, .bytes = UINT64_MAX - 1 });
	add((struct sample){ .drops = 1, .errors = 1, .packets = 3, .bytes = 2, .state = 9 });
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_int_equal(row(rows, 0)->drops, 0);
	assert_int_equal(row(rows, 0)->errors, 0);
	assert_int_equal(row(rows, 0)->state, 9);
	assert_int_equal(row(rows, 0)->packets, 1);
	assert_int_equal(row(rows, 0)->queue, 0);
	assert_true(row(rows, 0)->bytes == 0 && row(rows, 0)->slots[0] == 0);
}

static void unknown_numbers_are_not_added(void **state)
{
	size_t count;
	struct total *rows;

	(void)state;
	add((struct sample){ .packets = UINT32_MAX, .bytes = UINT64_MAX });
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_true(row(rows, 0)->packets == UINT32_MAX && row(rows, 0)->bytes == UINT64_MAX);
	add((struct sample){ .packets = 3, .bytes = UINT64_MAX });
	add((struct sample){ .packets = UINT32_MAX, .bytes = 5 });
	add((struct sample){ .packets = 4, .bytes = 6 });
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_true(row(rows, 0)->packets == 7 && row(rows, 0)->bytes == 11);
}

static void arrays_are_added_one_by_one(void **state)
{
	size_t count;
	struct total *rows;

	(void)state;
	add((struct sample){ .slots = { 1, UINT32_MAX, 1ULL << 63 } });
	add((struct sample){ .slots = { 2, 1, 5 } });
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_true(row(rows, 0)->slots[0] == 3 && row(rows, 0)->slots[1] == 1ULL << 32 &&
		    row(rows, 0)->slots[2] == (1ULL << 63) + 5);
	assert_true(row(rows, 0)->wait == 0);
}

/* A truncated event adds what it has. */
static void short_events_add_what_they_have(void **state)
{
	struct sample sample = { .bytes = 5, .packets = 7, .state = 1 };
	size_t count;
	struct total *rows;

	(void)state;
	add_to(summary, &sample, sizeof(sample));
	add_to(summary, &sample, offsetof(struct sample, slots));
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_int_equal(count, 1);
	assert_true(row(rows, 0)->bytes == 10 && row(rows, 0)->packets == 7);
	assert_int_equal(row(rows, 0)->state, 0);
}

static void logs_of_the_number(void **state)
{
	size_t count;
	struct total *rows;

	(void)state;
	add((struct sample){ .wait = 999 });
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_int_equal(rows[0].slots[0], 1);
	add((struct sample){ .wait = 1999 });
	add((struct sample){ .wait = 2000 });
	add((struct sample){ .wait = 1000 * 1000 * 1000 });
	add((struct sample){ .wait = NOT_KNOWN }); /* counted, but in no slot */
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_int_equal(rows[0].count, 5);
	assert_int_equal(rows[0].slots[0], 2);
	assert_int_equal(rows[0].slots[1], 1);
	assert_int_equal(rows[0].slots[19], 1);
	summary_clear(summary);
	add((struct sample){ .wait = NOT_KNOWN });
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_null(rows[0].slots);
}

static void sorts(void **state)
{
	static const struct sample samples[] = {
		{ .queue = 3, .bytes = 10, .drops = 1, .errors = 9 },
		{ .queue = 1, .bytes = 20, .drops = 2, .errors = 1 },
		{ .queue = 2, .bytes = 30, .drops = 1, .errors = 9 },
	};
	/* Equal rows, and all rows without a field to sort by, are sorted by key. */
	static const uint32_t expected[][3] = {
		[BY_BYTES] = { 2, 1, 3 },
		[BY_DROPS_AND_ERRORS] = { 2, 3, 1 },
		[BY_NOTHING] = { 1, 2, 3 },
	};
	size_t count;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		add(samples[i]);
	add((struct sample){ .queue = 3 }); /* without a count field, the number of events does not matter */
	for (unsigned int sort = 0; sort < 3; sort++) {
		struct total *rows = summary_sort(summary, sort, &count);

		assert_int_equal(count, 3);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(row(rows, i)->queue, expected[sort][i]);
	}
	/* Rows are found again after they were moved. */
	add(samples[1]);
	summary_sort(summary, BY_BYTES, &count);
	assert_int_equal(count, 3);
}

static void numbers_sort_as_numbers(void **state)
{
	static const uint32_t queues[] = { 256, 1, 65536, 255, 2, 16777216, 10 };
	static const uint32_t expected[] = { 1, 2, 10, 255, 256, 65536, 16777216 };
	size_t count;
	struct total *rows;

	(void)state;
	for (size_t i = 0; i < 7; i++)
		add((struct sample){ .queue = queues[i] });
	rows = summary_sort(summary, BY_NOTHING, &count);
	assert_int_equal(count, 7);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(row(rows, i)->queue, expected[i]);
}

static void texts_sort_as_texts(void **state)
{
	size_t count;
	struct total *rows;

	(void)state;
	add((struct sample){ .name = "rcu" });
	add((struct sample){ .name = "block" });
	add((struct sample){ .name = "rc" });
	rows = summary_sort(summary, BY_NOTHING, &count);
	assert_int_equal(count, 3);
	assert_string_equal(row(rows, 0)->name, "block");
	assert_string_equal(row(rows, 1)->name, "rc");
	assert_string_equal(row(rows, 2)->name, "rcu");
}

static void without_sorts_by_count(void **state)
{
	struct summary *counts = summary_new(&counted, ALL, false);
	struct event event = { .pid = 5, .family = 4, .raddr = { [15] = 1 } };
	size_t count;
	struct total *rows;

	(void)state;
	add_to(counts, &event, sizeof(event));
	event.pid = 7;
	add_to(counts, &event, sizeof(event));
	add_to(counts, &event, sizeof(event));
	rows = summary_sort(counts, 0, &count);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].event->pid, 7);
	summary_free(counts);
}

/* A row has the group's part of the key only; the rest is unknown, instead of the value of any one event. */
static void groups(void **state)
{
	struct summary *by_pid = summary_new(&tool, BY_PID, false);
	size_t count;
	struct total *rows;

	(void)state;
	add((struct sample){ .common.pid = 1, .queue = 1, .name = "a", .bytes = 1, .slots = { 1 }, .wait = 1000 });
	add((struct sample){ .common.pid = 1, .queue = 2, .name = "b", .bytes = 2, .slots = { 2 }, .wait = 1000 });
	add((struct sample){ .common.pid = 2, .queue = 1, .name = "a", .bytes = 4, .wait = 2000 });
	add((struct sample){ .common.pid = 1, .queue = 1, .name = "a", .bytes = 8, .wait = 2000 });
	summary_add_all(by_pid, summary);
	rows = summary_sort(by_pid, BY_BYTES, &count);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].event->pid, 1);
	assert_true(row(rows, 0)->bytes == 11 && row(rows, 0)->slots[0] == 3);
	assert_true(rows[0].count == 3 && rows[0].slots[0] == 2 && rows[0].slots[1] == 1);
	assert_int_equal(row(rows, 0)->queue, 0);
	assert_string_equal(row(rows, 0)->name, "");
	assert_int_equal(rows[1].event->pid, 2);
	assert_true(row(rows, 1)->bytes == 4 && rows[1].count == 1);
	/* The source keeps its rows. */
	rows = summary_sort(summary, BY_BYTES, &count);
	assert_int_equal(count, 3);
	assert_true(row(rows, 0)->bytes == 9 && row(rows, 0)->queue == 1);
	/* The next interval adds to the same rows. */
	summary_add_all(by_pid, summary);
	rows = summary_sort(by_pid, BY_BYTES, &count);
	assert_true(count == 2 && row(rows, 0)->bytes == 22 && rows[0].count == 6);
	summary_free(by_pid);
}

static void groups_of_events(void **state)
{
	struct summary *by_queue = summary_new(&tool, BY_QUEUE, false);
	struct sample sample = { .common.pid = 1, .queue = 4, .name = "a", .packets = 3 };
	size_t count;
	struct total *rows;

	(void)state;
	add_to(by_queue, &sample, sizeof(sample));
	sample.common.pid = 2;
	add_to(by_queue, &sample, sizeof(sample));
	rows = summary_sort(by_queue, BY_NOTHING, &count);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].event->pid, 0);
	assert_true(row(rows, 0)->queue == 4 && row(rows, 0)->packets == 6);
	assert_string_equal(row(rows, 0)->name, "a");
	summary_free(by_queue);
}

/* The family belongs to the address: in a group without addresses it is unknown too. */
static void groups_forget_the_family_with_the_address(void **state)
{
	struct summary *all = summary_new(&counted, ALL, false), *by_address = summary_new(&counted, BY_PID, false);
	struct event event = { .pid = 5, .family = 4, .raddr = { [15] = 1 } };
	size_t count;
	struct total *rows;

	(void)state;
	add_to(all, &event, sizeof(event));
	event.family = 6;
	event.pid = 6;
	add_to(all, &event, sizeof(event));
	summary_add_all(by_address, all);
	rows = summary_sort(by_address, 0, &count);
	assert_int_equal(count, 2);
	assert_true(rows[0].event->pid == 0 && rows[1].event->pid == 0);
	assert_int_equal(rows[0].event->family + rows[1].event->family, 10);
	summary_free(all);
	summary_free(by_address);
}

static void many_groups(void **state)
{
	struct summary *by_pid = summary_new(&tool, BY_PID, false);
	uint64_t sum = 0;
	size_t count;
	struct total *rows;

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		add((struct sample){ .common.pid = i % 997 + 1, .queue = i, .bytes = i });
	summary_add_all(by_pid, summary);
	rows = summary_sort(by_pid, BY_BYTES, &count);
	assert_int_equal(count, 997);
	for (size_t i = 0; i < count; i++)
		sum += row(rows, i)->bytes;
	assert_true(sum == 4999ULL * 5000 / 2);
	summary_free(by_pid);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sums_of_every_width),
		TEST(neighbours_are_left_alone),
		TEST(unknown_numbers_are_not_added),
		TEST(arrays_are_added_one_by_one),
		TEST(short_events_add_what_they_have),
		TEST(logs_of_the_number),
		TEST(sorts),
		TEST(numbers_sort_as_numbers),
		TEST(texts_sort_as_texts),
		TEST(without_sorts_by_count),
		TEST(groups),
		TEST(groups_of_events),
		TEST(groups_forget_the_family_with_the_address),
		TEST(many_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
