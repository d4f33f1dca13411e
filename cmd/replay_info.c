/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay_info.c: the origin and content of a recording, as text. */
#include <byteswap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/replay.h"
#include "core/base/clock.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "core/base/error.h"
#include "core/base/output.h"

/* Of one tool. */
struct sum {
	uint64_t events, bytes;
	struct record_ledger ledger; /* the last one */
};

static void put_line(struct text *text, const char *title, const char *value)
{
	if (!value)
		return;
	text_string(text, title);
	text_pad(text, text->length - strlen(title), 12);
	text_printable(text, value, strlen(value), 0);
	text_char(text, '\n');
}

static void put_time(struct text *text, const char *title, uint64_t when)
{
	text_string(text, title);
	text_pad(text, text->length - strlen(title), 12);
	clock_rfc3339(text, when);
	text_char(text, '\n');
}

static void put_count(struct text *text, const char *before, uint64_t count)
{
	text_string(text, before);
	text_unsigned(text, count);
}

static void put_tool(struct text *text, const struct recorded_tool *tool, const struct sum *sum)
{
	size_t from = text->length;

	text_string(text, tool->name);
	text_pad(text, from, 12);
	put_count(text, "events ", sum->events);
	put_count(text, ", bytes ", sum->bytes);
	put_count(text, ", filtered ", sum->ledger.filtered);
	put_count(text, ", lost ", sum->ledger.lost_ring + sum->ledger.missed);
	text_char(text, '\n');
}

static void look_at(struct sum *sums, const struct record_item *item, bool turned, uint64_t *first, uint64_t *last)
{
	const struct event *event = record_content(item);
	uint64_t ts;

	if (item->kind == ITEM_LEDGER)
		memcpy(&sums[item->tool].ledger, event, sizeof(struct record_ledger));
	if (item->kind != ITEM_EVENT)
		return;
	sums[item->tool].events++;
	sums[item->tool].bytes += item->size;
	ts = turned ? bswap_64(event->ts) : event->ts;
	if (!*first || ts < *first)
		*first = ts;
	if (ts > *last)
		*last = ts;
}

int replay_info(struct recording *recording)
{
	const struct record_head *head = recording_head(recording);
	struct sum *sums = must(calloc(RECORD_TOOLS, sizeof(*sums)));
	const struct record_item *item;
	uint64_t first = 0, last = 0;
	struct text text = { 0 };
	size_t done;
	int error;

	put_line(&text, "host", head->host);
	put_line(&text, "kernel", head->release);
	put_line(&text, "machine", head->machine);
	put_line(&text, "nettrace", head->version);
	put_line(&text, "command", head->command);
	put_time(&text, "booted", 0);
	put_time(&text, "begun", head->begun);
	while ((item = recording_next(recording)))
		look_at(sums, item, head->swapped, &first, &last);
	if (last) {
		put_time(&text, "first", first);
		put_time(&text, "last", last);
	}
	for (size_t i = 0; i < head->n_tools; i++)
		put_tool(&text, &head->tools[i], &sums[i]);
	error = output_write(STDOUT_FILENO, text.data, text.length, &done);
	free(sums);
	text_free(&text);
	if (error) {
		print_error("writing the output: %s", output_error(error));
		return EXIT_FAILED;
	}
	return recording_whole(recording) ? EXIT_DONE : EXIT_FAILED;
}
