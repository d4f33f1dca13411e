/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c: the replay of a recording through the filters, totals and formats of live tracing. */
#include "core/run/replay.h"

#include <errno.h>
#include <string.h>

#include "core/names/containers.h"
#include "core/names/forget.h"
#include "core/kernel/loadavg.h"
#include "core/run/losses.h"
#include "core/run/replay_time.h"
#include "core/record/source.h"
#include "core/rows/rows.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/message.h"
#include "core/base/output.h"
#include "core/model/event_reader.h"
#include "core/rows/timeline.h"

/* Events to read between releases of ordered rows. */
#define RELEASE 1024

struct replay {
	const struct options *options, *tools; /* of the run as a whole, and of each tool */
	struct rows rows;
	struct timeline timeline;
	bool has_timeline;
	struct replay_source sources[RECORD_TOOLS];
	struct losses losses[RECORD_TOOLS];
	size_t count;
	struct replay_source *by_tool[RECORD_TOOLS]; /* index in the recording; NULL: not selected */
	bool follows;                                /* intervals are those of the recording */
	bool unfinished;                             /* some events belong to no interval yet */
	uint64_t next_interval;                      /* if not .follows; 0: none */
	uint64_t since, until;                       /* excludes earlier and later events; UINT64_MAX: to the end */
	uint64_t latest;                             /* time of the last event */
	uint64_t begun, ended;                       /* of the recording, as far as it is selected; 0: unknown */
	uint64_t first, last;                        /* times of selected events, also of excluded ones; 0: none */
	bool in_range;                               /* one is between since and until */
	size_t taken;
};

static void end_interval(struct replay *replay, uint64_t now, bool partial)
{
	rows_interval(&replay->rows, now, partial);
	replay->unfinished = false;
}

/* Ends the intervals that the options set, as soon as a later event is read. */
static void on_clock(struct replay *replay, uint64_t now)
{
	uint64_t interval = replay->options->interval, behind;

	if (!replay->next_interval || now < replay->next_interval || rows_are_enough(&replay->rows))
		return;
	end_interval(replay, replay->next_interval, false);
	behind = (now - replay->next_interval) / interval;
	/* As in a live run, an interval without events has a block too; but not for the years that a broken clock
	 * skips. */
	for (uint64_t i = 0; i < behind && behind < 10000 && !rows_are_enough(&replay->rows); i++)
		end_interval(replay, replay->next_interval + (i + 1) * interval, false);
	replay->next_interval += (behind + 1) * interval;
}

static bool is_in_range(struct replay *replay, uint64_t ts)
{
	bool inside = ts >= replay->since && ts <= replay->until;

	if (!replay->first || ts < replay->first)
		replay->first = ts;
	if (ts > replay->last)
		replay->last = ts;
	replay->in_range |= inside;
	return inside;
}

/* A typing error in --since looks like a quiet night. */
static void report_empty_range(const struct replay *replay)
{
	struct text first = { 0 }, last = { 0 };

	if (replay->in_range || !replay->first)
		return;
	clock_format(&first, replay->first, "%Y-%m-%d %H:%M:%S");
	clock_format(&last, replay->last, "%Y-%m-%d %H:%M:%S");
	print_note("no event in this part of the recording: it has events from %.*s to %.*s", (int)first.length,
		   first.data, (int)last.length, last.data);
	text_free(&first);
	text_free(&last);
}

static bool handle_event(struct replay *replay, struct replay_source *source, const struct record_item *item)
{
	const struct event *event = record_content(item);
	size_t size = item->size;

	event = replay_source_event(source, event, &size);
	if (!event || !is_in_range(replay, event->ts))
		return true;
	if (replay->has_timeline) {
		if (++replay->taken % RELEASE == 0)
			timeline_release(&replay->timeline, 0);
		return timeline_add(&replay->timeline, event, size);
	}
	if (replay->next_interval)
		on_clock(replay, event->ts);
	replay->latest = event->ts;
	replay->unfinished = true;
	return rows_add(&replay->rows, event, size);
}

static void begin(struct replay *replay, uint64_t now)
{
	if (now < replay->since)
		now = replay->since;
	replay->begun = now;
	rows_begin(&replay->rows, now);
	if (replay->rows.summary && !replay->follows && replay->options->interval)
		replay->next_interval = now + replay->options->interval;
}

static void handle_interval(struct replay *replay, const struct record_interval *interval)
{
	if (!replay->rows.summary)
		return;
	loadavg_set(interval->now, interval->loadavg);
	if (interval->now <= replay->since || replay->rows.since >= replay->until) {
		rows_begin(&replay->rows, interval->now);
		return;
	}
	if (replay->follows)
		end_interval(replay, interval->now, interval->partial);
	else
		on_clock(replay, interval->now);
}

static void handle_ledger(struct replay *replay, size_t index, const struct record_ledger *recorded)
{
	struct ledger ledger = { .counters = { .filtered = recorded->filtered,
					       .sent = recorded->sent,
					       .lost_ring = recorded->lost_ring,
					       .lost_map = recorded->lost_map,
					       .nested = recorded->nested },
				 .seen = recorded->seen,
				 .missed = recorded->missed };
	struct printer *printer = &replay->rows.printer;

	ledger_filter(&ledger,
		      replay->has_timeline ? replay->timeline.lines.tools[index].rows.filtered : replay->rows.filtered);
	if (replay->has_timeline)
		printer = timeline_printer(&replay->timeline, index);
	losses_report(&replay->losses[index], &ledger, recorded->now, printer);
	if (replay->options->reader)
		replay->options->reader->ledger(replay->options->reader->state, replay->tools[index].tool, &ledger);
	if (replay->has_timeline)
		timeline_collect(&replay->timeline);
}

static void end(struct replay *replay, uint64_t now)
{
	replay->ended = now < replay->until ? now : replay->until;
	if (replay->has_timeline) {
		timeline_end(&replay->timeline);
		return;
	}
	if (now > replay->until)
		now = replay->until;
	on_clock(replay, now);
	rows_end(&replay->rows, now);
	if (replay->rows.summary && !replay->follows && !rows_are_enough(&replay->rows))
		end_interval(replay, now, now < replay->next_interval);
}

/* False: the output needs no more. */
static bool handle_item(struct replay *replay, const struct record_item *item)
{
	struct replay_source *source = replay->by_tool[item->tool];
	const void *content = record_content(item);

	if (item->kind == ITEM_BEGIN)
		begin(replay, *(const uint64_t *)content);
	else if (item->kind == ITEM_END)
		end(replay, *(const uint64_t *)content);
	else if (source && item->kind == ITEM_EVENT)
		return handle_event(replay, source, item);
	else if (source && item->kind == ITEM_INTERVAL)
		handle_interval(replay, content);
	else if (source && item->kind == ITEM_LEDGER)
		handle_ledger(replay, source->index, content);
	return !replay->rows.printer.error && !(replay->rows.summary && rows_are_enough(&replay->rows));
}

/* False: this program cannot read the recording, see *error. */
static bool start(struct replay *replay, const struct record_head *head, int fd, struct error *error)
{
	const struct options *options = replay->options;
	bool readable = true;

	for (size_t i = 0; i < replay->count; i++) {
		readable &= replay_source_start(&replay->sources[i], &replay->tools[i], i, head, error);
		replay->by_tool[replay->tools[i].recorded - head->tools] = &replay->sources[i];
	}
	if (options->containers || options->names_cgroups)
		containers_on(NULL, NULL);
	rows_start(&replay->rows, options, fd);
	replay->has_timeline = options != replay->tools;
	if (replay->has_timeline)
		timeline_start(&replay->timeline, &replay->rows, replay->tools, replay->count);
	else
		replay->follows = options->recorded->totals && options->interval == options->recorded->interval;
	if (!readable)
		return false;
	if (!replay->rows.summary)
		printer_header(&replay->rows.printer);
	rows_begin(&replay->rows, head->begun);
	return true;
}

static void stop(struct replay *replay)
{
	if (replay->has_timeline)
		timeline_stop(&replay->timeline);
	rows_stop(&replay->rows);
	for (size_t i = 0; i < replay->count; i++)
		replay_source_stop(&replay->sources[i]);
	names_forget_run();
}

/* Prints the rows of a truncated recording too. */
static void cut_off(struct replay *replay)
{
	if (replay->has_timeline)
		timeline_end(&replay->timeline);
	else
		rows_end(&replay->rows, replay->latest);
	if (replay->rows.summary && replay->unfinished && !rows_are_enough(&replay->rows))
		end_interval(replay, replay->latest, true);
}

static void end_reader(struct replay *replay, bool cut)
{
	const struct event_reader *reader = replay->options->reader;
	struct event_span span = { .begun = replay->begun, .ended = replay->ended, .cut = cut };

	if (!reader)
		return;
	if (!span.begun)
		span.begun = replay->first;
	if (!span.ended)
		span.ended = replay->last;
	reader->end(reader->state, &replay->rows.printer.text, &span);
}

static bool find_range(struct replay *replay, const struct record_head *head, struct error *error)
{
	const struct options *options = replay->options;

	replay->until = UINT64_MAX;
	if (options->since && !replay_time(&replay->since, "since", options->since, head->begun, error))
		return false;
	if (options->until && !replay_time(&replay->until, "until", options->until, head->begun, error))
		return false;
	return replay->since < replay->until || error_set(error, EXIT_USAGE, "--until: not after --since");
}

bool replay_run(const struct options *options, const struct options *tools, size_t count, struct recording *recording,
		int fd, struct error *error)
{
	struct replay replay = { .options = options, .tools = tools, .count = count };
	const struct printer *printer = &replay.rows.printer;
	const struct record_item *item;

	*error = (struct error){ 0 };
	if (!find_range(&replay, recording_head(recording), error))
		return false;
	if (!start(&replay, recording_head(recording), fd, error)) {
		stop(&replay);
		return false;
	}
	while ((item = recording_next(recording)) && handle_item(&replay, item))
		;
	if (!item)
		cut_off(&replay);
	if (!replay.has_timeline)
		rows_tail(&replay.rows);
	end_reader(&replay, !recording_whole(recording));
	printer_flush(&replay.rows.printer);
	report_empty_range(&replay);
	if (printer->error && printer->error != EPIPE)
		error_set(error, EXIT_FAILED, "writing the output: %s", output_error(printer->error));
	else if (!recording_whole(recording) || rows_answer_no(&replay.rows))
		error->code = EXIT_FAILED;
	stop(&replay);
	return !error->code;
}
