/* SPDX-License-Identifier: GPL-2.0-or-later */
/* writer.c: the writer of a recording. */
#include "core/record/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/names/containers.h"
#include "core/kernel/loadavg.h"
#include "core/record/block.h"
#include "core/record/head_write.h"
#include "core/record/files.h"
#include "core/record/names.h"
#include "core/record/symbols.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "core/base/output.h"
#include "core/base/error.h"

/* Size of a block: it compresses well, and one system call writes thousands of events. */
#define BLOCK (256 * 1024)

struct recorder {
	struct record_files parts;
	struct text head;   /* equal in all parts */
	struct text stream; /* the block being filled */
	const struct options *tools[RECORD_TOOLS];
	size_t n_tools; /* 0: not started */
	struct record_symbols *symbols;
	uint64_t id, events;
	int64_t wall;
	bool hides_addresses;
	uint64_t recorded[CONTAINERS_MOST]; /* serials of the places in this file */
};

static void recorder_free(struct recorder *recorder)
{
	record_files_close(&recorder->parts);
	record_symbols_free(recorder->symbols);
	text_free(&recorder->head);
	text_free(&recorder->stream);
	free(recorder);
}

struct recorder *recorder_new(const char *path, uint64_t limit, struct error *error)
{
	struct recorder *recorder = must(calloc(1, sizeof(*recorder)));

	if (record_files_open(&recorder->parts, path, limit, error))
		return recorder;
	recorder_free(recorder);
	return NULL;
}

/* Appends an item of `size` bytes and `more` further ones; the result is valid until the next call. */
static void *add_item(struct recorder *recorder, int kind, size_t tool, size_t size)
{
	const struct record_item item = { (__u32)size, (__u8)kind, (__u8)tool, 0 };
	struct text *stream = &recorder->stream;
	size_t room = record_item_room(size);
	char *at;

	at = text_room(stream, room);
	memset(at + room - 8, 0, 8); /* the padding; an item without content is these 8 bytes */
	memcpy(at, &item, sizeof(item));
	stream->length += room;
	return at + sizeof(item);
}

static void add_number(struct recorder *recorder, int kind, uint64_t number)
{
	memcpy(add_item(recorder, kind, 0, sizeof(number)), &number, sizeof(number));
}

/* Begins a file, which is readable without the others. */
static void begin_part(struct recorder *recorder)
{
	struct text head = { 0 };

	if (!record_files_begin(&recorder->parts))
		return;
	record_head_write_part(&head, recorder->id, recorder->parts.part, recorder->parts.count, clock_boot(),
			       recorder->wall);
	text_bytes(&head, recorder->head.data, recorder->head.length);
	record_files_write(&recorder->parts, BLOCK_HEAD, head.data, head.length);
	text_free(&head);
	record_symbols_restart(recorder->symbols);
	memset(recorder->recorded, 0, sizeof(recorder->recorded));
}

void recorder_hide_addresses(struct recorder *recorder)
{
	if (recorder)
		recorder->hides_addresses = true;
}

void recorder_start(struct recorder *recorder, const struct options *const *tools, size_t n_tools)
{
	if (!recorder)
		return;
	memcpy(recorder->tools, tools, n_tools * sizeof(tools[0]));
	recorder->n_tools = n_tools;
	recorder->wall = clock_offset();
	recorder->id = clock_boot();
	recorder->symbols = record_symbols_new(tools, n_tools);
	if (recorder->hides_addresses && !record_symbols_hide(recorder->symbols))
		recorder->parts.error = errno;
	record_head_write(&recorder->head, tools, n_tools);
	begin_part(recorder);
}

/* Swaps items from this machine's byte order to the files'. */
static void swap(struct text *stream)
{
	for (size_t at = 0; at < stream->length;) {
		struct record_item *item = (void *)(stream->data + at);
		size_t size = item->size;

		record_swap_item(item, size);
		at += record_item_room(size);
	}
}

static void write_stream(struct recorder *recorder)
{
	struct text *stream = &recorder->stream;

	if (RECORD_SWAPPED)
		swap(stream);
	if (stream->length)
		record_files_write(&recorder->parts, BLOCK_STREAM, stream->data, stream->length);
	stream->length = 0;
}

/* Continues in the next file, whose readers need the symbols again. */
static void next_part(struct recorder *recorder)
{
	add_item(recorder, ITEM_NEXT, 0, 0);
	write_stream(recorder);
	recorder->parts.part++;
	begin_part(recorder);
}

bool recorder_flush(struct recorder *recorder)
{
	if (!recorder)
		return true;
	write_stream(recorder);
	if (record_files_are_full(&recorder->parts, BLOCK))
		next_part(recorder);
	return !recorder->parts.error;
}

/* Called before each item. Items before recorder_start() belong to no interval and make no row. */
static bool is_open(struct recorder *recorder)
{
	if (!recorder || !recorder->n_tools || recorder->parts.error)
		return false;
	if (recorder->stream.length >= BLOCK)
		recorder_flush(recorder);
	return true;
}

static void add_symbol(void *context, const struct symbol *symbol)
{
	const char *module = symbol->module ? symbol->module : "";
	size_t name_size = strlen(symbol->name) + 1, module_size = strlen(module) + 1;
	struct record_symbol *item;

	if (!record_name_is_plain(symbol->name) || !record_name_is_plain(module)) /* a reader would reject it */
		return;
	item = add_item(context, ITEM_SYMBOL, 0, sizeof(*item) + name_size + module_size);
	item->start = symbol->start;
	item->end = symbol->end;
	memcpy(item->names, symbol->name, name_size);
	memcpy(item->names + name_size, module, module_size);
}

/* Records the place of an event, if this file lacks it. */
static void add_cgroup_path(struct recorder *recorder, const struct event *event)
{
	const struct cgroup_place *place = containers_lookup(event);
	struct record_cgroup *item;
	size_t size;

	if (!place || !place->path || recorder->recorded[place->index] == place->serial)
		return;
	recorder->recorded[place->index] = place->serial;
	size = strlen(place->path) + 1;
	item = add_item(recorder, ITEM_CGROUP, 0, sizeof(*item) + size);
	item->cgroup_id = event->cgroup_id;
	item->owner = place->of_owner ? event->pid : 0;
	item->pad = 0;
	memcpy(item->path, place->path, size);
}

void recorder_event(struct recorder *recorder, size_t tool, const struct event *event, size_t size)
{
	struct event *copy;

	if (!is_open(recorder))
		return;
	if (record_symbols_changed(recorder->symbols))
		add_item(recorder, ITEM_RELOADED, 0, 0);
	record_symbols_of(recorder->symbols, tool, event, size, add_symbol, recorder);
	add_cgroup_path(recorder, event);
	copy = add_item(recorder, ITEM_EVENT, tool, size);
	memcpy(copy, event, size);
	record_symbols_hide_in(recorder->symbols, tool, copy, size);
	recorder->events++;
}

void recorder_clock(struct recorder *recorder)
{
	int64_t wall = clock_offset();

	if (!is_open(recorder) || wall == recorder->wall)
		return;
	recorder->wall = wall;
	add_number(recorder, ITEM_CLOCK, (uint64_t)wall);
}

void recorder_begin(struct recorder *recorder, uint64_t now)
{
	if (is_open(recorder))
		add_number(recorder, ITEM_BEGIN, now);
}

void recorder_interval(struct recorder *recorder, size_t tool, uint64_t now, bool partial)
{
	struct record_interval *item;
	const struct totals *totals;
	const char *load;

	if (!is_open(recorder))
		return;
	totals = recorder->tools[tool]->tool->totals;
	load = totals && totals->block && totals->block->loadavg_unless ? loadavg_at(now) : "";
	item = add_item(recorder, ITEM_INTERVAL, tool, sizeof(*item) + strlen(load) + 1);
	item->now = now;
	item->partial = partial;
	item->pad = 0;
	strcpy(item->loadavg, load);
}

void recorder_ledger(struct recorder *recorder, size_t tool, uint64_t now, const struct ledger *ledger)
{
	const struct ledger_counters *counters = &ledger->counters;

	if (!is_open(recorder))
		return;
	*(struct record_ledger *)add_item(recorder, ITEM_LEDGER, tool, sizeof(struct record_ledger)) =
		(struct record_ledger){ .now = now,
					.seen = ledger->seen,
					.missed = ledger->missed,
					.filtered = counters->filtered,
					.sent = counters->sent,
					.lost_ring = counters->lost_ring,
					.lost_map = counters->lost_map,
					.nested = counters->nested };
}

bool recorder_has_failed(const struct recorder *recorder)
{
	return recorder && recorder->parts.error;
}

bool recorder_stop(struct recorder *recorder, uint64_t now, bool report, struct error *error)
{
	bool done;

	if (!recorder)
		return true;
	if (is_open(recorder)) {
		add_number(recorder, ITEM_END, now);
		write_stream(recorder);
	}
	record_files_close(&recorder->parts); /* may fail too */
	done = !recorder->parts.error;
	if (!done)
		error_set(error, EXIT_FAILED, "%s: %s: the recording ends there", recorder->parts.path,
			  output_error(recorder->parts.error));
	else if (report)
		print_note("%s: %llu events, %llu bytes", recorder->parts.path, (unsigned long long)recorder->events,
			   (unsigned long long)recorder->parts.total);
	recorder_free(recorder);
	return done;
}
