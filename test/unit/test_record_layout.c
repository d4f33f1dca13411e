/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_record_layout.c: recordings of other versions: fields that moved, or are new, missing, or changed in meaning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/print/fields.h"
#include "core/record/layout.h"
#include "core/run/replay.h"
#include "core/base/message.h"
#include "core/base/error.h"
#include "probes/tcpstates.h"

#define RECORDING  "test/golden/recordings/states.rec"

#define TOOL(name) extern const struct tool name;
#include "cmd/tools.def"
#undef TOOL

static const struct tool *const tools[] = {
#define TOOL(name) &name,
#include "cmd/tools.def"
#undef TOOL
};

/* The differences of another version. */
struct change {
	size_t at, room;     /* an unknown field of `room` bytes before this offset */
	size_t end;          /* new end of events; 0: unchanged */
	const char *without; /* a field that is missing, with its bytes */
	const char *other;   /* a field that has another kind and size: */
	const char *kind;    /* the kind, ... */
	size_t size;         /* ... and the size in bytes */
	bool turned;         /* numbers in events have the other byte order */
};

static struct text head, stream;    /* of the recording */
static struct record_head recorded; /* the parsed head */
static char rows[65536], changed_rows[65536], said[4096];
static size_t rows_size, changed_size, said_size;

static void keep_said(void *context, const char *line, size_t length)
{
	(void)context;
	assert_true(said_size + length < sizeof(said));
	memcpy(said + said_size, line, length);
	said_size += length;
	said[said_size] = '\0';
}

static int read_recording(void **state)
{
	struct record_reader reader;
	int fd = open(RECORDING, O_RDONLY | O_CLOEXEC);

	(void)state;
	message_redirect(keep_said, NULL);
	setenv("TZ", "UTC", 1);
	if (!record_reader_start(&reader, fd))
		return 1;
	while (record_reader_next(&reader) == RECORD_READ)
		text_bytes(reader.kind == BLOCK_HEAD ? &head : &stream, reader.content.data, reader.content.length);
	record_reader_free(&reader);
	close(fd);
	return !head.length || !stream.length || record_head_read(&recorded, head.data, head.length) != NULL;
}

static int free_recording(void **state)
{
	(void)state;
	record_head_free(&recorded);
	text_free(&head);
	text_free(&stream);
	return 0;
}

static const struct recorded_tool *recorded_states(void)
{
	return record_head_tool(&recorded, "tcpstates");
}

/* The field's offset in the recording may differ from the tool's current one. */
static const struct recorded_field *field_of(const char *name)
{
	const struct recorded_tool *tool = recorded_states();

	for (size_t i = 0; i < tool->n_fields; i++)
		if (!strcmp(tool->fields[i].name, name))
			return &tool->fields[i];
	fail_msg("the recording has no %s", name);
	return NULL;
}

/* Appends a line of the head in the form of the other version. */
static void change_line(struct text *to, const char *line, const struct change *change,
			const struct recorded_field *gone)
{
	char name[RECORD_WORD], kind[RECORD_WORD], other[256];
	size_t off, size;

	if (sscanf(line, "tool %63s %zu", name, &size) == 2) {
		text_string(to, change->turned ? "order big\n" : "");
		snprintf(other, sizeof(other), "tool %s %zu\nfield novelty uint %zu %zu\nnews of tomorrow\n", name,
			 size + change->room - gone->size, change->at, change->room);
		text_string(to, other);
		return;
	}
	if (sscanf(line, "field %63s %63s %zu %zu", name, kind, &off, &size) != 4) {
		text_string(to, line);
		text_char(to, '\n');
		return;
	}
	if (change->without && !strcmp(name, change->without))
		return;
	if (change->other && !strcmp(name, change->other)) {
		strcpy(kind, change->kind);
		size = change->size;
	}
	off = off - (off > gone->off ? gone->size : 0) + (change->room && off >= change->at ? change->room : 0);
	snprintf(other, sizeof(other), "field %s %s %zu %zu\n", name, kind, off, size);
	text_string(to, other);
}

static void change_head(struct text *to, const struct change *change, const struct recorded_field *gone)
{
	char line[4096];
	const char *at = head.data, *end = head.data + head.length;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		assert_non_null(newline);
		snprintf(line, sizeof(line), "%.*s", (int)(newline - at), at);
		change_line(to, line, change, gone);
		at = newline + 1;
	}
}

static void put_item(struct text *to, struct record_item item, const void *content, size_t size)
{
	static const char zeroes[8];

	item.size = (__u32)size;
	text_bytes(to, &item, sizeof(item));
	text_bytes(to, content, size);
	text_bytes(to, zeroes, record_item_room(size) - sizeof(item) - size);
}

/* Two fields may share bytes, which are swapped once. */
static void turn(char *event)
{
	const struct recorded_tool *tool = recorded_states();
	bool turned[sizeof(struct tcpstates_event)] = { false };

	for (size_t i = 0; i < tool->n_fields; i++) {
		const struct recorded_field *field = &tool->fields[i];

		if (!strcmp(field->kind, kind_rows[F_TEXT].recorded) ||
		    !strcmp(field->kind, kind_rows[F_ADDRESS].recorded) || turned[field->off])
			continue;
		turned[field->off] = true;
		for (char *low = event + field->off, *high = low + field->size - 1; low < high; low++, high--) {
			char byte = *low;

			*low = *high;
			*high = byte;
		}
	}
}

/* Appends the events in the form of the other version. */
static void change_stream(struct text *to, const struct change *change, const struct recorded_field *gone)
{
	char novelty[64];

	memset(novelty, 0xa5, sizeof(novelty));
	assert_true(change->room <= sizeof(novelty));
	for (size_t at = 0; at < stream.length;) {
		struct record_item item;
		const char *content = stream.data + at + sizeof(item);
		struct text event = { 0 };

		memcpy(&item, stream.data + at, sizeof(item));
		at += record_item_room(item.size);
		if (item.kind != ITEM_EVENT) {
			put_item(to, item, content, item.size);
			continue;
		}
		for (size_t i = 0, end = change->end ? change->end : item.size; i <= end; i++) {
			if (i == change->at)
				text_bytes(&event, novelty, change->room);
			if (i == end)
				break;
			if (i < gone->off || i >= gone->off + gone->size)
				text_char(&event, content[i]);
		}
		if (change->turned)
			turn(event.data);
		put_item(to, item, event.data, event.length);
		text_free(&event);
	}
}

/* Replays the recording with the change, as lines of JSON. */
static int replay_changed(const struct change *change, char *to, size_t room, size_t *printed)
{
	struct record_start start = { .magic = RECORD_MAGIC, .version = RECORD_VERSION };
	struct recorded_field gone = change->without ? *field_of(change->without) : (struct recorded_field){ 0 };
	struct text changed_head = { 0 }, changed_stream = { 0 }, block = { 0 };
	int in = memfd_create("recording", MFD_CLOEXEC), out = memfd_create("rows", MFD_CLOEXEC), code;
	struct recording *recording;
	struct options options;
	struct error error;

	said_size = 0;
	said[0] = '\0';
	change_head(&changed_head, change, &gone);
	change_stream(&changed_stream, change, &gone);
	assert_int_equal(write(in, &start, sizeof(start)), sizeof(start));
	record_block_make(&block, BLOCK_HEAD, 0, changed_head.data, changed_head.length);
	assert_int_equal(write(in, block.data, block.length), block.length);
	record_block_make(&block, BLOCK_STREAM, 1, changed_stream.data, changed_stream.length);
	assert_int_equal(write(in, block.data, block.length), block.length);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	text_free(&changed_head);
	text_free(&changed_stream);
	text_free(&block);

	recording = recording_open_fd("changed", in, &error);
	assert_non_null(recording);
	options_init(&options, &tcpstates);
	options.recorded = record_head_tool(recording_head(recording), "tcpstates");
	options.format = FORMAT_JSON;
	replay_run(&options, &options, 1, recording, out, &error);
	code = error_print(&error);
	recording_close(recording);
	*printed = (size_t)pread(out, to, room - 1, 0);
	to[*printed] = '\0';
	close(out);
	return code;
}

/* Replaces the value of this key by null in the rows. Returns the number of rows with another value. */
static size_t forget(const char *name)
{
	char *to = changed_rows, key[RECORD_WORD];
	const char *from = rows;
	size_t count = 0;

	snprintf(key, sizeof(key), "\"%s\":", name);
	for (const char *next; (next = strstr(from, key)); count++) {
		next += strlen(key);
		memcpy(to, from, (size_t)(next - from));
		to = stpcpy(to + (next - from), "null");
		from = next + (*next == '"' ? strcspn(next + 1, "\"") + 2 : strcspn(next, ",}"));
	}
	strcpy(to, from);
	changed_size = strlen(changed_rows);
	return count;
}

static void as_it_was(void **state)
{
	size_t lines = 0;

	(void)state;
	assert_int_equal(replay_changed(&(struct change){ 0 }, rows, sizeof(rows), &rows_size), EXIT_DONE);
	assert_string_equal(said, "");
	for (size_t i = 0; i < rows_size; i++)
		lines += rows[i] == '\n';
	assert_int_equal(lines, 10 + 2 + 2); /* a connection, the refused attempt, the listener */
}

/* A new field before each field, and one after all. */
static void what_moved_is_found(void **state)
{
	const struct recorded_tool *tool = recorded_states();

	(void)state;
	for (size_t i = 0; i <= tool->n_fields; i++) {
		struct change change = { .at = i < tool->n_fields ? tool->fields[i].off : tool->event_size,
					 .room = 24 };

		assert_int_equal(replay_changed(&change, changed_rows, sizeof(changed_rows), &changed_size), EXIT_DONE);
		assert_string_equal(changed_rows, rows);
		assert_string_equal(said, "");
	}
}

static void what_is_missing_is_not_known(void **state)
{
	static const char *const names[] = { "pid",   "tid",   "skaddr", "cgroup_id", "comm",     "uid",
					     "netns", "lport", "rport",  "oldstate",  "newstate", "duration_ns" };
	char expected[sizeof(rows)], note[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct change change = { .without = names[i] };

		assert_int_equal(forget(names[i]), 14);
		strcpy(expected, changed_rows);
		assert_int_equal(replay_changed(&change, changed_rows, sizeof(changed_rows), &changed_size), EXIT_DONE);
		assert_string_equal(changed_rows, expected);
		snprintf(note, sizeof(note), "warning: the recording of tcpstates lacks %s: nettrace ", names[i]);
		assert_non_null(strstr(said, note));
		assert_ptr_equal(strchr(said, '\n'), said + said_size - 1);
	}
}

/* Events that end early, as some do, do not grow when their fields move. */
static void what_is_behind_the_end_is_not_known(void **state)
{
	const size_t end = field_of("duration_ns")->off;
	struct change cut = { .end = end }, cut_and_moved = { .end = end, .room = 8 };
	char expected[sizeof(rows)];
	size_t size;

	(void)state;
	assert_int_equal(replay_changed(&cut, expected, sizeof(expected), &size), EXIT_DONE);
	assert_non_null(strstr(expected, "\"oldstate\":null,\"newstate\":null,\"duration_ns\":null"));
	assert_int_equal(replay_changed(&cut_and_moved, changed_rows, sizeof(changed_rows), &changed_size), EXIT_DONE);
	assert_string_equal(changed_rows, expected);
}

static void what_means_something_else_is_refused(void **state)
{
	const struct change changes[] = { { .other = "duration_ns", .kind = "text", .size = 8 },
					  { .other = "duration_ns", .kind = "uint", .size = 4 } };

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		assert_int_equal(replay_changed(&changes[i], changed_rows, sizeof(changed_rows), &changed_size),
				 EXIT_FAILED);
		assert_int_equal(changed_size, 0);
		assert_non_null(strstr(said, "the recording has another kind of duration_ns: nettrace "));
	}
}

static void the_other_byte_order_is_turned(void **state)
{
	const struct change change = { .turned = true };
	struct record_head read;
	char bad[] = "order middle\ntool x 8\n";

	(void)state;
	assert_int_equal(replay_changed(&change, changed_rows, sizeof(changed_rows), &changed_size), EXIT_DONE);
	assert_string_equal(changed_rows, rows);
	assert_string_equal(said, "");
	assert_non_null(record_head_read(&read, bad, strlen(bad)));
	record_head_free(&read);
}

/* A swapped number is wrong if another field shares some of its bytes. */
static void fields_are_apart_or_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		for (const struct member *one = tools[i]->members; one->name; one++) {
			for (const struct member *other = tools[i]->members; other < one; other++) {
				bool apart = one->off >= other->off + other->size || other->off >= one->off + one->size;
				bool same = one->off == other->off && one->size == other->size;

				if (kind_rows[one->kind].recorded && kind_rows[other->kind].recorded && !apart && !same)
					fail_msg("%s: %s and %s share bytes", tools[i]->name, one->name, other->name);
			}
		}
	}
}

/* Whether a recorded field begins at this offset. */
static bool is_recorded(const struct tool *tool, uint16_t off)
{
	const struct member *const all[] = { common_members, tool->members, tool_totals_members(tool) };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (const struct member *field = all[i]; field && field->name; field++)
			if (kind_rows[field->kind].recorded && field->off == off)
				return true;
	return false;
}

static void what_a_timeline_goes_by_is_recorded(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		const struct story *story = tools[i]->story;

		if (!story)
			continue;
		for (const struct column *word = story->words; word->name; word++)
			if (*word->name && !is_recorded(tools[i], field_named(tools[i], word->name).off))
				fail_msg("%s: %s is in no recording", tools[i]->name, word->name);
		if ((story->duration && !is_recorded(tools[i], story->duration)) ||
		    (story->socket && !is_recorded(tools[i], story->socket)) ||
		    (story->ends && !is_recorded(tools[i], story->end)))
			fail_msg("%s: its story goes by what is in no recording", tools[i]->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_it_was), /* first: the others compare with its rows */
		cmocka_unit_test(what_moved_is_found),
		cmocka_unit_test(what_is_missing_is_not_known),
		cmocka_unit_test(what_is_behind_the_end_is_not_known),
		cmocka_unit_test(what_means_something_else_is_refused),
		cmocka_unit_test(the_other_byte_order_is_turned),
		cmocka_unit_test(fields_are_apart_or_the_same),
		cmocka_unit_test(what_a_timeline_goes_by_is_recorded),
	};

	return cmocka_run_group_tests(tests, read_recording, free_recording);
}
