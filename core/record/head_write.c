/* SPDX-License-Identifier: GPL-2.0-or-later */
/* head_write.c: the writer of a recording's first block. */
#include "core/record/head_write.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/names/enums.h"
#include "core/print/fields.h"
#include "core/base/number.h"
#include "core/record/layout.h"

static void put_word(struct text *text, const char *word)
{
	text_char(text, ' ');
	text_string(text, word);
}

static void put_number(struct text *text, uint64_t number)
{
	text_char(text, ' ');
	text_unsigned(text, number);
}

/* Appends "WORD VALUE", with blanks instead of control characters. */
static void put_line(struct text *text, const char *word, const char *value, size_t length)
{
	text_string(text, word);
	text_char(text, ' ');
	for (size_t i = 0; i < length; i++)
		text_char(text, iscntrl((unsigned char)value[i]) ? ' ' : value[i]);
	text_char(text, '\n');
}

static void put_number_line(struct text *text, const char *word, uint64_t number)
{
	text_string(text, word);
	put_number(text, number);
	text_char(text, '\n');
}

/* The buffer truncates a long command line. */
static void put_command(struct text *text)
{
	char line[4096];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, line, sizeof(line));

	if (got > 0)
		put_line(text, "command", line, (size_t)got - 1); /* without the NUL at its end */
	if (fd >= 0)
		close(fd);
}

static void put_machine(struct text *text)
{
	struct utsname name;

	put_line(text, "version", NETTRACE_VERSION, strlen(NETTRACE_VERSION));
	if (!uname(&name)) {
		put_line(text, "release", name.release, strlen(name.release));
		put_line(text, "machine", name.machine, strlen(name.machine));
		put_line(text, "host", name.nodename, strlen(name.nodename));
	}
	put_command(text);
	text_string(text, NUMBER_BIG_ENDIAN ? "order big\n" : "order little\n");
}

static void put_members(struct text *text, const struct tool *tool, const struct member *members)
{
	for (; members && members->name; members++) {
		if (!kind_rows[members->kind].recorded || !tool_sends(tool, members))
			continue;
		text_string(text, "field");
		put_word(text, members->name);
		put_word(text, kind_rows[members->kind].recorded);
		put_number(text, members->off);
		put_number(text, members->size);
		text_char(text, '\n');
	}
}

struct enum_line {
	struct text *text;
	const char *type;
};

static void put_enum_value(void *context, uint64_t value, const char *name, const char *short_name)
{
	const struct enum_line *line = context;

	if (!*name)
		return;
	text_string(line->text, "enum");
	put_word(line->text, line->type);
	put_number(line->text, value);
	put_word(line->text, name);
	put_word(line->text, short_name);
	text_char(line->text, '\n');
}

static void put_enums(struct text *text, const struct member *members)
{
	for (; members && members->name; members++) {
		if (members->btf_enum && kind_rows[members->kind].recorded)
			enum_each(members->btf_enum, put_enum_value, &(struct enum_line){ text, members->btf_enum });
	}
}

static void put_tool(struct text *text, const struct options *options)
{
	const struct tool *tool = options->tool;

	text_string(text, "tool");
	put_word(text, tool->name);
	put_number(text, tool->image.event_size);
	text_char(text, '\n');
	put_number_line(text, "flags", options->settings.flags);
	for (unsigned int i = 0; i < NUMBER_ITEMS; i++) {
		if (!options_number(options, i))
			continue;
		text_string(text, "number");
		put_number(text, i);
		put_number(text, options_number(options, i));
		text_char(text, '\n');
	}
	if (options->interval)
		put_number_line(text, "interval", options->interval);
	if (options_totals(options))
		text_string(text, "totals\n");
	if (options_text(options))
		put_line(text, "text", options_text(options), strlen(options_text(options)));
	put_members(text, tool, common_members);
	put_members(text, tool, tool->members);
	if (tool_totals_members(tool) != tool->members)
		put_members(text, tool, tool_totals_members(tool));
	put_enums(text, tool->members);
}

void record_head_write(struct text *text, const struct options *const *tools, size_t n_tools)
{
	put_machine(text);
	for (size_t i = 0; i < n_tools; i++)
		put_tool(text, tools[i]);
}

void record_head_write_part(struct text *text, uint64_t id, unsigned int part, unsigned int parts, uint64_t begun,
			    int64_t wall)
{
	text_string(text, "part");
	put_number(text, part);
	put_number(text, id);
	text_char(text, '\n');
	put_number_line(text, "parts", parts);
	put_number_line(text, "begun", begun);
	text_string(text, "wall ");
	text_signed(text, wall);
	text_char(text, '\n');
}
