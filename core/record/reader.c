/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader.c: a reader of recordings that tolerates damage. */
#include "core/record/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/record/names.h"
#include "core/record/block.h"
#include "core/record/files.h"
#include "core/record/unpacked.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "core/base/error.h"
#include "core/names/containers.h"

struct part {
	char *path;
	struct record_reader reader;
	struct record_head head;
};

struct recording {
	struct part parts[RECORD_PARTS];
	size_t count, current; /* sorted by part */
	size_t at;             /* in the current block of the current part */
	bool damaged, goes_on, ended;
	pid_t unpacker; /* of the first part; 0: none */
};

static void report_damage(const struct part *part, uint64_t offset, const char *problem)
{
	print_error("%s: damaged at byte %llu: %s", part->path, (unsigned long long)offset, problem);
}

static void drop_file(struct part *part)
{
	if (part->reader.fd >= 0)
		close(part->reader.fd);
	record_reader_free(&part->reader);
	record_head_free(&part->head);
	free(part->path);
	*part = (struct part){ .reader.fd = -1 };
}

/* Reads the start of the file and its head. False: unreadable, see *error. */
static bool open_part(struct part *part, const char *path, int fd, struct error *error)
{
	const char *problem = NULL;
	uint64_t offset;

	*part = (struct part){ .path = must(strdup(path)), .reader.fd = fd };
	if (!record_reader_start(&part->reader, fd)) {
		problem = part->reader.problem;
	} else if (record_reader_next(&part->reader) != RECORD_READ || part->reader.kind != BLOCK_HEAD) {
		problem = part->reader.problem ? part->reader.problem : "it does not begin with a head";
	} else {
		problem = record_head_read(&part->head, part->reader.content.data, part->reader.content.length);
	}
	offset = part->reader.block;
	if (!problem)
		return true;
	if (offset)
		error_set(error, EXIT_FAILED, "%s: damaged at byte %llu: %s", path, (unsigned long long)offset,
			  problem);
	else
		error_set(error, EXIT_FAILED, "%s: %s (at byte %llu)", path, problem,
			  (unsigned long long)part->reader.at);
	drop_file(part);
	return false;
}

static void by_number(struct recording *recording)
{
	for (size_t i = 1; i < recording->count; i++) {
		struct part moved = recording->parts[i];
		size_t to = i;

		for (; to && recording->parts[to - 1].head.part > moved.head.part; to--)
			recording->parts[to] = recording->parts[to - 1];
		recording->parts[to] = moved;
	}
}

static void part_path(char *path, size_t size, const char *first, unsigned int file)
{
	snprintf(path, size, file ? "%s.%u" : "%s", first, file);
}

/* Opens file `file` of the recording as the next part, unless it is empty. A missing file, or a file of another
 * recording, sets *why: the reason if its part is missing. False: unreadable, see *why. */
static bool open_other(struct recording *recording, struct recording_files *files, unsigned int file, struct error *why)
{
	const struct part *first = &recording->parts[0];
	struct part *part = &recording->parts[recording->count];
	int fd = files->fds[file];
	struct stat status;
	char path[4096];

	part_path(path, sizeof(path), first->path, file);
	if (fd < 0) {
		error_set(why, EXIT_FAILED, "%s: %s", path, strerror(files->errors[file]));
		return files->errors[file] == ENOENT;
	}
	if (!fstat(fd, &status) && S_ISREG(status.st_mode) && !status.st_size)
		return true;
	files->fds[file] = -1; /* the part owns it */
	if (!open_part(part, path, fd, why))
		return false;
	if (part->head.id == first->head.id && part->head.part % first->head.parts == file) {
		recording->count++;
		return true;
	}
	drop_file(part);
	error_set(why, EXIT_FAILED, "%s: has another", path);
	return true;
}

/* Reports the missing parts between the oldest one expected and the last one found. */
static void report_missing(struct recording *recording, const char *first, struct error *why)
{
	unsigned int files = recording->parts[0].head.parts, last = recording->parts[recording->count - 1].head.part,
		     number = last < files ? 0 : last - files + 1;

	for (size_t i = 0; number <= last; number++) {
		char path[4096];

		while (i < recording->count && recording->parts[i].head.part < number)
			i++;
		if (i < recording->count && recording->parts[i].head.part == number)
			continue;
		part_path(path, sizeof(path), first, number % files);
		if (!*why[number % files].text && number + files == last + 1) /* the next file to be overwritten */
			continue;
		recording->damaged = true;
		print_error("part %u of the recording is missing: %s%s", number + 1,
			    *why[number % files].text ? why[number % files].text : path,
			    *why[number % files].text ? "" : ": has another, or nothing");
		*why[number % files].text = '\0';
	}
}

/* Opens the other parts of the recording next to the first, and sorts them. */
static void find_others(struct recording *recording, struct recording_files *files)
{
	struct error why[RECORD_PARTS] = { 0 }; /* cleared when reported */
	bool readable[RECORD_PARTS];
	const char *first = recording->parts[0].path;
	unsigned int count = recording->parts[0].head.parts;

	if (!count || count > RECORD_PARTS)
		return;
	for (unsigned int i = 1; i < count; i++)
		readable[i] = open_other(recording, files, i, &why[i]);
	by_number(recording);
	report_missing(recording, first, why);
	for (unsigned int i = 1; i < count; i++) {
		if (readable[i] || !*why[i].text)
			continue;
		recording->damaged = true;
		error_print(&why[i]);
	}
}

static void start(struct recording *recording)
{
	const struct record_head *head = recording_head(recording);

	clock_set(head->wall);
	if (head->part)
		print_warning("the recording starts late: its oldest files were overwritten (--max-size)");
}

static struct recording *open_first(const char *name, int fd, struct error *error)
{
	struct recording *recording = must(calloc(1, sizeof(*recording)));

	record_names_start();
	recording->count = 1;
	if (open_part(&recording->parts[0], name, fd, error))
		return recording;
	recording->count = 0;
	recording_close(recording);
	return NULL;
}

struct recording *recording_open_fd(const char *name, int fd, struct error *error)
{
	struct recording *recording = open_first(name, fd, error);

	if (recording)
		start(recording);
	return recording;
}

bool recording_files_open(struct recording_files *files, const char *path, struct error *error)
{
	bool in = !strcmp(path, "-");
	char name[4096];

	*files = (struct recording_files){ .path = in ? "stdin" : path, .is_stdin = in };
	for (unsigned int i = 0; i < RECORD_PARTS; i++) {
		part_path(name, sizeof(name), path, i);
		/* The first may be a pipe without a writer yet. */
		files->fds[i] = in && !i ? dup(STDIN_FILENO)
				: in     ? -1
					 : open(name, O_RDONLY | O_CLOEXEC | (i ? O_NONBLOCK : 0));
		files->errors[i] = errno;
		if (files->fds[0] < 0)
			return error_errno(error, path);
	}
	files->fds[0] = unpacked_open(path, files->fds[0], &files->unpacker, error);
	return files->fds[0] >= 0;
}

struct recording *recording_open(struct recording_files *files, struct error *error)
{
	struct recording *recording = open_first(files->path, files->fds[0], error);

	if (recording)
		recording->unpacker = files->unpacker;
	else
		unpacked_close(files->unpacker);
	if (recording && !files->is_stdin)
		find_others(recording, files);
	for (size_t i = 1; i < RECORD_PARTS; i++)
		if (files->fds[i] >= 0)
			close(files->fds[i]);
	if (recording)
		start(recording);
	return recording;
}

const struct record_head *recording_head(const struct recording *recording)
{
	return &recording->parts[0].head;
}

/* Reads the next block of the stream, from this part or the next. False: none left. */
static bool next_block(struct recording *recording)
{
	struct part *part = &recording->parts[recording->current];

	recording->at = 0;
	for (;;) {
		enum record_read got = record_reader_next(&part->reader);

		if (got != RECORD_OVER && part->reader.problem) {
			recording->damaged = true;
			report_damage(part, part->reader.block, part->reader.problem);
		}
		if (got == RECORD_READ && part->reader.kind == BLOCK_STREAM)
			return true;
		if (got == RECORD_READ || got == RECORD_BAD)
			continue;
		if (got == RECORD_OVER && !recording->ended && !recording->goes_on) {
			recording->damaged = true;
			print_error(
				"%s: ends at byte %llu without an end mark: it is truncated, or still being written",
				part->path, (unsigned long long)part->reader.at);
		}
		if (recording->current + 1 == recording->count)
			break;
		recording->current++;
		recording->goes_on = false;
		record_names_reloaded();
		part = &recording->parts[recording->current];
		clock_set(part->head.wall);
	}
	if (recording->goes_on && !recording->ended) {
		recording->damaged = true;
		print_error("%s: continues in a file that is missing here", part->path);
	}
	return false;
}

static bool apply_item(struct recording *recording, const struct record_item *item)
{
	recording->goes_on |= item->kind == ITEM_NEXT;
	recording->ended |= item->kind == ITEM_END;
	return item->tool < recording_head(recording)->n_tools && record_item_apply(item);
}

static bool is_handed_over(int kind)
{
	return kind == ITEM_EVENT || kind == ITEM_BEGIN || kind == ITEM_INTERVAL || kind == ITEM_LEDGER ||
	       kind == ITEM_END;
}

const struct record_item *recording_next(struct recording *recording)
{
	for (;;) {
		const struct part *part = &recording->parts[recording->current];
		const struct text *content = &part->reader.content;
		struct record_item *item = (void *)(content->data + recording->at);
		size_t left;

		if (recording->at >= content->length || part->reader.kind != BLOCK_STREAM) {
			if (!next_block(recording))
				return NULL;
			continue;
		}
		left = content->length - recording->at;
		if (RECORD_SWAPPED && left >= sizeof(*item))
			record_swap_item(item, left - sizeof(*item));
		if (left < sizeof(*item) || record_item_room(item->size) > left || !apply_item(recording, item)) {
			recording->damaged = true;
			report_damage(part, part->reader.block, "what is in this block makes no sense");
			recording->at = content->length;
			continue;
		}
		recording->at += record_item_room(item->size);
		if (is_handed_over(item->kind))
			return item;
	}
}

bool recording_whole(const struct recording *recording)
{
	return !recording->damaged;
}

void recording_close(struct recording *recording)
{
	for (size_t i = 0; i < recording->count; i++)
		drop_file(&recording->parts[i]);
	unpacked_close(recording->unpacker);
	free(recording);
	record_names_stop();
}

/* ---- items with names and time, which are untrusted input ---- */

/* Returns the string at *at and advances *at past it. NULL: it does not end before `end`. */
static const char *take_string(const char **at, const char *end)
{
	const char *string = *at, *nul = memchr(string, '\0', (size_t)(end - string));

	*at = nul ? nul + 1 : end;
	return nul ? string : NULL;
}

static bool apply_symbol(const void *content, size_t size)
{
	const struct record_symbol *symbol = content;
	const char *at = symbol->names, *end = (const char *)content + size, *name, *module;

	if (size <= sizeof(*symbol))
		return false;
	name = take_string(&at, end);
	module = take_string(&at, end);
	return name && module && record_names_symbol(symbol->start, symbol->end, name, module);
}

static bool apply_enum(const void *content, size_t size)
{
	const struct record_enum *value = content;
	const char *at = value->names, *end = (const char *)content + size, *type, *name, *short_name;

	if (size <= sizeof(*value))
		return false;
	type = take_string(&at, end);
	name = take_string(&at, end);
	short_name = take_string(&at, end);
	return type && name && short_name && record_names_enum(type, value->value, name, short_name);
}

static bool apply_cgroup(const void *content, size_t size)
{
	const struct record_cgroup *place = content;
	const char *at = place->path, *end = (const char *)content + size, *path;

	if (size <= sizeof(*place))
		return false;
	path = take_string(&at, end);
	if (path)
		containers_add(place->cgroup_id, place->owner, path);
	return path;
}

bool record_item_apply(const struct record_item *item)
{
	const void *content = item + 1;

	switch (item->kind) {
	case ITEM_EVENT: /* version 0.1.0 has no protocol: the layout adds it */
		return item->size >= offsetof(struct event, protocol);
	case ITEM_CLOCK:
		if (item->size >= sizeof(int64_t))
			clock_set(*(const int64_t *)content);
		return item->size >= sizeof(int64_t);
	case ITEM_INTERVAL:
		return item->size > sizeof(struct record_interval) &&
		       !((const char *)content)[item->size - 1]; /* its text ends with NUL */
	case ITEM_LEDGER:
		return item->size >= sizeof(struct record_ledger);
	case ITEM_SYMBOL:
		return apply_symbol(content, item->size);
	case ITEM_RELOADED:
		record_names_reloaded();
		return true;
	case ITEM_ENUM:
		return apply_enum(content, item->size);
	case ITEM_CGROUP:
		return apply_cgroup(content, item->size);
	case ITEM_BEGIN:
	case ITEM_END:
		return item->size >= sizeof(uint64_t);
	default:
		return true;
	}
}
