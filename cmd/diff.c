/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diff.c: the applet `nettrace diff`: the changes between two recordings, largest first. */
#include "cmd/diff.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/diff_count.h"
#include "core/base/json.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "core/base/output.h"
#include "core/cli/helper.h"
#include "core/run/sandbox.h"

#define ROWS_USUAL 40
#define SURE       9.0 /* three standard deviations, squared: chance exceeds this in some hundred comparisons once */
#define TIMES_MANY 20  /* fewer times have no meaningful percentiles */

struct diff_own {
	const char *paths[DIFF_SIDES];
	size_t n;
	uint64_t rows;
	bool json;
};

static const struct opt opts[] = {
	{ "json", 0, O_TRUE, .off = offsetof(struct diff_own, json), .group = 1,
	  .help = "Print JSON objects, one per line" },
	{ "rows", 0, O_NUMBER, "N", .off = offsetof(struct diff_own, rows), .min = 1, .max = UINT32_MAX, .group = 1,
	  .help = "Print at most N changes (default 40)" },
	{},
};

static bool add_path(void *own, const char *word, struct error *error)
{
	struct diff_own *diff = own;

	if (diff->n == DIFF_SIDES)
		return error_set(error, EXIT_USAGE, "%.100s: two recordings can be compared, not three", word);
	diff->paths[diff->n++] = word;
	return true;
}

static const struct helper helper = {
	.name = "nettrace diff",
	.words = "A B",
	.about = "Compares two recordings, for example of a good and a bad hour: by tool, process, peer, port, reason, "
		 "error and state. What cannot be compared comes first. A change is shown if chance hardly makes it "
		 "(3 standard deviations of the rate), the surest first, with counts, rates and the percentiles of "
		 "times.",
	.note = "Exit status: 0 done, 1 a recording cannot be read, 2 bad input.",
	.opts = opts,
	.word = add_path,
};

const struct helper *diff_helper(void)
{
	return &helper;
}

/* The distance of two rates of random events (Poisson) in standard deviations, squared. */
static double score_of(const struct diff *diff, const struct diff_group *group)
{
	double a = (double)group->sides[0].rows, b = (double)group->sides[1].rows;
	double long_a = diff->recordings[0].seconds, long_b = diff->recordings[1].seconds, difference, expected;

	if (long_a <= 0 || long_b <= 0 || a + b <= 0)
		return 0;
	expected = (a + b) / (long_a + long_b);
	difference = b / long_b - a / long_a;
	return difference * difference / (expected / long_a + expected / long_b);
}

static double rate(const struct diff *diff, const struct diff_group *group, int side)
{
	double seconds = diff->recordings[side].seconds;

	return seconds > 0 ? (double)group->sides[side].rows / seconds : 0;
}

static bool has_times(const struct diff_group *group)
{
	return group->sides[0].times >= TIMES_MANY && group->sides[1].times >= TIMES_MANY;
}

/* Times count as changed if a percentile has doubled or halved. */
static bool times_differ(const struct diff_group *group)
{
	static const double quantiles[] = { 0.5, 0.99 };

	for (size_t i = 0; i < 2 && has_times(group); i++) {
		double a = (double)diff_quantile(&group->sides[0], quantiles[i]) + 1;
		double b = (double)diff_quantile(&group->sides[1], quantiles[i]) + 1;

		if (a / b >= 2 || b / a >= 2)
			return true;
	}
	return false;
}

static bool is_changed(const struct diff *diff, const struct diff_group *group)
{
	return diff_has(diff, 0, group->tool) && diff_has(diff, 1, group->tool) &&
	       (group->score >= SURE || times_differ(group));
}

static int surest_first(const void *one, const void *other)
{
	const struct diff_group *a = one, *b = other;
	int order;

	if (a->score != b->score)
		return a->score < b->score ? 1 : -1;
	if (!a->tool || !b->tool)
		return !a->tool - !b->tool;
	order = strcmp(a->tool, b->tool);
	order = order ? order : strcmp(a->what, b->what);
	return order ? order : strcmp(a->value, b->value);
}

/* ---- text ---- */

static void put_fixed(struct text *text, double value, int width)
{
	char number[64];

	snprintf(number, sizeof(number), " %*.2f", width, value);
	text_string(text, number);
}

static void put_times(struct text *text, const struct diff_side *side, int width)
{
	static const double quantiles[] = { 0.5, 0.99 };

	for (size_t i = 0; i < 2; i++) {
		size_t from;

		text_char(text, ' ');
		from = text->length;
		if (side->times < TIMES_MANY || !text_human_ns(text, diff_quantile(side, quantiles[i])))
			text_char(text, '-');
		text_pad(text, from, -width);
	}
}

static void put_row(struct text *text, const struct diff *diff, const struct diff_group *group)
{
	double a = rate(diff, group, 0), b = rate(diff, group, 1);
	size_t from = text->length;
	char change[32];

	text_string(text, group->tool);
	text_pad(text, from, 11);
	from = text->length;
	text_string(text, *group->what ? group->what : "all rows");
	text_string(text, *group->what ? " " : "");
	text_printable(text, group->value, strlen(group->value), 40);
	text_pad(text, from, 32);
	for (int side = 0; side < DIFF_SIDES; side++) {
		text_char(text, ' ');
		from = text->length;
		text_unsigned(text, group->sides[side].rows);
		text_pad(text, from, -8);
	}
	put_fixed(text, a, 9);
	put_fixed(text, b, 9);
	if (a > 0 && b > 0)
		snprintf(change, sizeof(change), " %+8.0f%%", 100 * (b / a - 1));
	else
		snprintf(change, sizeof(change), " %9s", b > 0 ? "new" : "gone");
	text_string(text, change);
	for (int side = 0; side < DIFF_SIDES && has_times(group); side++)
		put_times(text, &group->sides[side], 8);
	text_char(text, '\n');
}

static void put_heads(struct text *text, const struct diff *diff)
{
	static const char *const names[] = { "A", "B" };

	for (int side = 0; side < DIFF_SIDES; side++) {
		const struct diff_recording *recording = &diff->recordings[side];

		text_string(text, names[side]);
		text_string(text, "  ");
		text_string(text, recording->name);
		text_string(text, ": ");
		text_decimal(text, (uint64_t)(recording->seconds * 1e9), 1000000000, 1);
		text_string(text, " s, lost ");
		text_unsigned(text, recording->lost);
		text_char(text, '\n');
		text_bytes(text, recording->about.data, recording->about.length);
	}
}

static void put_table(struct text *text, const struct diff *diff, uint64_t most)
{
	uint64_t shown = 0, left = 0;

	put_heads(text, diff);
	if (diff->problems.length) {
		text_string(text, "\nnot compared:\n");
		text_bytes(text, diff->problems.data, diff->problems.length);
	}
	text_string(text,
		    "\nTOOL        WHAT                                    A        B       A/s       B/s    CHANGE"
		    "   A:p50    A:p99    B:p50    B:p99\n");
	for (size_t i = 0; i < diff->count; i++) {
		const struct diff_group *group = &diff->groups[i];

		if (!is_changed(diff, group))
			continue;
		if (shown < most)
			put_row(text, diff, group);
		shown < most ? shown++ : left++;
	}
	if (!shown)
		text_string(text, "nothing changed more than chance does\n");
	if (left) {
		text_string(text, "... ");
		text_unsigned(text, left);
		text_string(text, " more (--rows)\n");
	}
}

/* ---- JSON ---- */

/* For each change, in this order; "b" follows "a". */
static const struct json_key change_keys[] = {
	{ "tool", JSON_TEXT, .help = "name of the tool" },
	{ "what", JSON_TEXT, .help = "key of the member that the rows have in common; empty: all rows of the tool" },
	{ "value", JSON_TEXT, .help = "its value" },
#define SIDE(side, name)                                                                                               \
	{ side "_rows", JSON_NUMBER, .help = "rows in " name },                                                        \
		{ side "_per_second", JSON_FRACTION, .help = "rows per second in " name },                             \
		{ side "_p50_ns", JSON_NUMBER, .nullable = true, .help = "median of their times; null: no times" },    \
	{                                                                                                              \
		side "_p99_ns", JSON_NUMBER, .nullable = true, .help = "99th percentile of their times"                \
	}
	SIDE("a", "the first recording"),
	SIDE("b", "the second recording"),
#undef SIDE
	{},
};

const struct json_line *diff_lines(void)
{
	static const struct json_line lines[] = { { "change", "a change between two recordings", change_keys }, {} };

	return lines;
}

static void put_quantile(struct json_object *object, const char *name, const struct diff_side *side, double quantile)
{
	if (side->times)
		json_number(object, name, diff_quantile(side, quantile));
	else
		json_null(object, name);
}

static void put_change(struct text *text, const struct diff *diff, const struct diff_group *group)
{
	static const char *const names[DIFF_SIDES][4] = { { "a_rows", "a_per_second", "a_p50_ns", "a_p99_ns" },
							  { "b_rows", "b_per_second", "b_p50_ns", "b_p99_ns" } };
	struct json_object object;

	json_begin(&object, text, change_keys);
	json_text(&object, "tool", group->tool);
	json_text(&object, "what", group->what);
	json_text(&object, "value", group->value);
	for (int i = 0; i < DIFF_SIDES; i++) {
		json_number(&object, names[i][0], group->sides[i].rows);
		json_fraction(&object, names[i][1], (uint64_t)(rate(diff, group, i) * 1e6));
		put_quantile(&object, names[i][2], &group->sides[i], 0.5);
		put_quantile(&object, names[i][3], &group->sides[i], 0.99);
	}
	json_end(&object);
	text_char(text, '\n');
}

static void put_json(struct text *text, const struct diff *diff, uint64_t most)
{
	uint64_t shown = 0;

	for (size_t i = 0; i < diff->count && shown < most; i++) {
		if (!is_changed(diff, &diff->groups[i]))
			continue;
		shown++;
		put_change(text, diff, &diff->groups[i]);
	}
}

/* ---- the applet ---- */

/* Sorts by certainty, most certain first. */
static void sort(struct diff *diff)
{
	size_t n = 0;

	for (size_t i = 0; i < diff->room; i++) {
		struct diff_group group = diff->groups[i];

		if (!group.tool)
			continue;
		diff->groups[i] = diff->groups[n];
		diff->groups[n++] = group;
	}
	for (size_t i = 0; i < n; i++)
		diff->groups[i].score = score_of(diff, &diff->groups[i]);
	qsort(diff->groups, n, sizeof(*diff->groups), surest_first);
}

int diff_main(int argc, char **argv)
{
	struct diff_own own = { .rows = 0 };
	struct recording_files files[DIFF_SIDES];
	struct diff diff = { 0 };
	struct text text = { 0 };
	struct error error;
	size_t done;
	int problem;

	message_name(helper.name);
	if (!helper_parse(&helper, &own, argc, argv, &error))
		return error_print(&error);
	if (own.n != DIFF_SIDES) {
		print_error("which recordings? nettrace diff A B");
		return EXIT_USAGE;
	}
	for (int side = 0; side < DIFF_SIDES; side++)
		if (!recording_files_open(&files[side], own.paths[side], &error))
			return error_print(&error);
	sandbox_before_reading(false);
	for (int side = 0; side < DIFF_SIDES; side++) {
		if (!diff_count(&diff, side, &files[side], &error)) {
			diff_free(&diff);
			return error_print(&error);
		}
	}
	diff_find_missing(&diff);
	if (diff.left_out)
		print_warning("%llu rows were not counted: more than %d different values",
			      (unsigned long long)diff.left_out, DIFF_GROUPS);
	sort(&diff);
	(own.json ? put_json : put_table)(&text, &diff, own.rows ? own.rows : ROWS_USUAL);
	problem = output_write(STDOUT_FILENO, text.data, text.length, &done);
	text_free(&text);
	diff_free(&diff);
	if (problem && problem != EPIPE) {
		print_error("writing the output: %s", strerror(problem));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
