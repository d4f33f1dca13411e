/* SPDX-License-Identifier: GPL-2.0-or-later */
/* head_read.c: a parser of a recording's first block, which is untrusted input. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/record/head_write.h"
#include "core/base/number.h"
#include "core/record/names.h"
#include "core/base/must.h"

#define LINE_MOST 8192

static char *copy_text(const char *text)
{
	return must(strdup(text));
}

static void copy_text_once(char **place, const char *text)
{
	if (!*place)
		*place = copy_text(text);
}

/* The next word of *line, "" at its end; advances *line past it. */
static const char *next_word(char **line)
{
	const char *word = strsep(line, " ");

	return word ? word : "";
}

/* Parses a decimal number. False: no number. */
static bool number_of(const char *word, uint64_t most, uint64_t *number)
{
	char *end;

	if (*word < '0' || *word > '9')
		return false;
	errno = 0;
	*number = strtoull(word, &end, 10);
	return !*end && !errno && *number <= most;
}

static bool name_of(const char *word, char name[RECORD_WORD])
{
	size_t length = strlen(word);

	if (!length || length >= RECORD_WORD || !record_name_is_plain(word))
		return false;
	memcpy(name, word, length + 1);
	return true;
}

static bool read_tool(struct record_head *head, char *line)
{
	struct recorded_tool *tool;
	uint64_t size;

	if (head->n_tools == RECORD_TOOLS)
		return false;
	if (!(head->n_tools & (head->n_tools - 1)))
		head->tools = must(reallocarray(head->tools, head->n_tools ? head->n_tools * 2 : 1, sizeof(*tool)));
	tool = &head->tools[head->n_tools];
	memset(tool, 0, sizeof(*tool));
	if (!name_of(next_word(&line), tool->name) || !number_of(next_word(&line), UINT16_MAX, &size))
		return false;
	tool->event_size = (size_t)size;
	head->n_tools++;
	return true;
}

static bool read_field(struct recorded_tool *tool, char *line)
{
	struct recorded_field *field = &tool->fields[tool->n_fields];
	uint64_t off, size;

	if (tool->n_fields == RECORD_FIELDS || !name_of(next_word(&line), field->name) ||
	    !name_of(next_word(&line), field->kind) || !number_of(next_word(&line), UINT16_MAX, &off) ||
	    !number_of(next_word(&line), UINT16_MAX, &size) || off + size > tool->event_size)
		return false;
	field->off = (uint16_t)off;
	field->size = (uint16_t)size;
	tool->n_fields++;
	return true;
}

static bool read_enum(char *line)
{
	const char *type = next_word(&line), *value = next_word(&line), *name = next_word(&line),
		   *short_name = next_word(&line);
	uint64_t number;

	if (!number_of(value, UINT64_MAX, &number) || !*short_name)
		return false;
	return record_names_enum(type, number, name, short_name);
}

/* Parses a line of the last tool. */
static bool read_of_tool(struct recorded_tool *tool, const char *word, char *line)
{
	uint64_t number, index;

	if (!strcmp(word, "field"))
		return read_field(tool, line);
	if (!strcmp(word, "enum"))
		return read_enum(line);
	if (!strcmp(word, "totals"))
		return tool->totals = true;
	if (!strcmp(word, "text")) {
		copy_text_once(&tool->text, line ? line : "");
		return true;
	}
	if (!strcmp(word, "flags")) {
		if (!number_of(next_word(&line), UINT32_MAX, &number))
			return false;
		tool->flags = (uint32_t)number;
	} else if (!strcmp(word, "interval")) {
		return number_of(next_word(&line), INT64_MAX, &tool->interval);
	} else if (!strcmp(word, "number")) {
		if (!number_of(next_word(&line), NUMBER_ITEMS - 1, &index) ||
		    !number_of(next_word(&line), UINT64_MAX, &number))
			return false;
		tool->numbers[index] = number;
	}
	return true;
}

static bool read_order(struct record_head *head, const char *word)
{
	bool big = !strcmp(word, "big");

	head->swapped = big != NUMBER_BIG_ENDIAN;
	return big || !strcmp(word, "little");
}

static bool read_line(struct record_head *head, char *line)
{
	const struct {
		const char *word;
		char **place;
	} texts[] = { { "version", &head->version },
		      { "release", &head->release },
		      { "machine", &head->machine },
		      { "host", &head->host },
		      { "command", &head->command } };
	const char *word = next_word(&line);
	uint64_t number;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i].word, word) != 0)
			continue;
		copy_text_once(texts[i].place, line ? line : "");
		return true;
	}
	if (!strcmp(word, "tool"))
		return read_tool(head, line);
	if (!strcmp(word, "order"))
		return read_order(head, next_word(&line));
	if (!strcmp(word, "begun"))
		return number_of(next_word(&line), INT64_MAX, &head->begun);
	if (!strcmp(word, "wall")) {
		bool negative = line && *line == '-';

		if (!number_of(next_word(&line) + negative, INT64_MAX, &number))
			return false;
		head->wall = negative ? -(int64_t)number : (int64_t)number;
	} else if (!strcmp(word, "parts")) {
		if (!number_of(next_word(&line), 1000, &number))
			return false;
		head->parts = (unsigned int)number;
	} else if (!strcmp(word, "part")) {
		if (!number_of(next_word(&line), UINT32_MAX, &number) ||
		    !number_of(next_word(&line), UINT64_MAX, &head->id))
			return false;
		head->part = (unsigned int)number;
	} else if (head->n_tools) {
		return read_of_tool(&head->tools[head->n_tools - 1], word, line);
	}
	return true;
}

const char *record_head_read(struct record_head *head, const char *text, size_t length)
{
	const char *end = text + length;
	char line[LINE_MOST];

	*head = (struct record_head){ .parts = 1, .swapped = NUMBER_BIG_ENDIAN };
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t size = newline ? (size_t)(newline - text) : 0;

		if (!newline || size >= sizeof(line))
			return "a line of its head is too long";
		memcpy(line, text, size);
		line[size] = '\0';
		if (!read_line(head, line))
			return "a line of its head is wrong";
		text = newline + 1;
	}
	return head->n_tools ? NULL : "its head names no tool";
}

const struct recorded_tool *record_head_tool(const struct record_head *head, const char *name)
{
	for (size_t i = 0; i < head->n_tools; i++)
		if (!strcmp(head->tools[i].name, name))
			return &head->tools[i];
	return NULL;
}

void record_head_free(struct record_head *head)
{
	for (size_t i = 0; i < head->n_tools; i++)
		free(head->tools[i].text);
	free(head->tools);
	free(head->version);
	free(head->release);
	free(head->machine);
	free(head->host);
	free(head->command);
	*head = (struct record_head){ 0 };
}
