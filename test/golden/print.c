/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print.c: prints events written in text as a tool would, on a kernel made of two files. See events in this directory.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "core/clock.h"
#include "core/enums.h"
#include "core/kernel.h"
#include "core/say.h"
#include "core/blocks.h"
#include "core/symbols.h"

#define TOOL(name) extern const struct tool name;
#include "cmd/tools.def"
#undef TOOL

static const struct tool *const tools[] = {
#define TOOL(name) &name,
#include "cmd/tools.def"
#undef TOOL
};

#define BOOTED   1772708460000000000 /* 11:01:00 on some day */
#define INTERVAL 1000000000ULL

/* Where the text came from, for messages. */
static struct {
	const char *name;
	int line;
} file;

#define refuse(format, ...) say_exit(EXIT_USAGE, "%s:%d: " format, file.name, file.line, ##__VA_ARGS__)

static FILE *open_text(const char *name)
{
	FILE *in = fopen(name, "re");

	if (!in)
		say_exit(EXIT_FAILED, "%s: %s", name, strerror(errno));
	file.name = name;
	file.line = 0;
	return in;
}

/* The next line that says something, without its end. */
static char *next_line(FILE *in)
{
	static char line[4096];

	while (fgets(line, sizeof(line), in)) {
		file.line++;
		if (!strchr(line, '\n'))
			refuse("too long, or not ended");
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			return line;
	}
	fclose(in);
	return NULL;
}

/* ---- the kernel: the linker gives these for what core asks the running one (--wrap) ---- */

struct btf *__wrap_kernel_btf(void);
const struct symbols *__wrap_symbols_kernel(void);

const struct symbols *__wrap_symbols_kernel(void)
{
	static struct symbols *symbols;

	if (!symbols)
		symbols = symbols_open("kernel.symbols");
	return symbols;
}

/* kernel.enums: a line "TYPE NAME VALUE" for each value. */
static struct btf *read_enums(void)
{
	FILE *in = open_text("kernel.enums");
	char last[64] = "", type[64], name[128];
	struct btf *btf = btf__new_empty();
	const char *line;
	long long value;

	btf__add_int(btf, "unsigned int", 4, 0);
	while ((line = next_line(in))) {
		if (sscanf(line, "%63s %127s %lli", type, name, &value) != 3)
			refuse("not TYPE NAME VALUE");
		if (strcmp(last, type) && btf__add_enum(btf, type, 4) < 0)
			refuse("not an enum");
		if (btf__add_enum_value(btf, name, value))
			refuse("not a value");
		strcpy(last, type);
	}
	return btf;
}

struct btf *__wrap_kernel_btf(void)
{
	static struct btf *btf;

	if (!btf)
		btf = read_enums();
	return btf;
}

const char *__wrap_devices_find(struct list *list, const char *names, unsigned int most);

/* All names are those of devices. */
const char *__wrap_devices_find(struct list *list, const char *names, unsigned int most)
{
	(void)list, (void)names, (void)most;
	return NULL;
}

/* ---- values, as the kind of their field has them; "-": not known ---- */

static uint64_t parse_number(const char *value, size_t size)
{
	uint64_t most = size >= sizeof(most) ? UINT64_MAX : (1ULL << size * 8) - 1, number;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 0);
	if (!isdigit((unsigned char)*value) || *end || errno || number > most)
		refuse("%s: not a number of %zu bytes", value, size);
	return number;
}

/* Also of any other signed number. */
static uint64_t parse_errno(const char *value)
{
	bool negative = *value == '-';
	uint64_t number = parse_number(value + negative, sizeof(int32_t));

	return (uint32_t)(negative ? 0 - number : number);
}

static uint64_t parse_name(const struct field *field, const char *value)
{
	for (uint64_t i = 0; i < field->n_names; i++) {
		if (field->names[i] && !strcmp(field->names[i], value))
			return i;
	}
	return parse_number(value, field->size);
}

static uint64_t parse_enum(const struct field *field, const char *value)
{
	uint64_t number;

	return enum_value(NULL, field->btf_enum, value, &number) ? number : parse_number(value, field->size);
}

static uint64_t parse_flags(const struct field *field, char *value)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR" };
	uint64_t flags = 0;

	if (isdigit((unsigned char)*value))
		return parse_number(value, field->size);
	for (char *name; (name = strsep(&value, "|"));) {
		int bit = 0;

		while (bit < 8 && strcmp(names[bit], name))
			bit++;
		if (bit == 8)
			refuse("%s: not a TCP flag", name);
		flags |= 1ULL << bit;
	}
	return flags;
}

/* Bytes as they are, and \xNN. */
static void set_text(char *to, size_t size, const char *value)
{
	char *end = to + size;

	memset(to, 0, size);
	while (*value) {
		char digits[3] = "";

		if (to == end)
			refuse("longer than %zu bytes", size);
		if (*value != '\\') {
			*to++ = *value++;
			continue;
		}
		if (value[1] != 'x' || !isxdigit((unsigned char)value[2]) || !isxdigit((unsigned char)value[3]))
			refuse("%s: not \\xNN", value);
		memcpy(digits, value + 2, 2);
		*to++ = (char)strtoul(digits, NULL, 16);
		value += 4;
	}
}

static void set_address(void *to, const char *value)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v6 = strchr(value, ':');

	if (!v6)
		memcpy(to, mapped, sizeof(mapped));
	if (inet_pton(v6 ? AF_INET6 : AF_INET, value, v6 ? to : (char *)to + 12) != 1)
		refuse("%s: not an address", value);
}

static void set_stack(void *to, size_t size, char *value)
{
	size_t at = 0;

	memset(to, 0, size);
	for (char *item; (item = strsep(&value, ",")); at += sizeof(uint64_t)) {
		uint64_t address = parse_number(item, sizeof(address));

		if (at + sizeof(address) > size)
			refuse("too many frames");
		memcpy((char *)to + at, &address, sizeof(address));
	}
}

static void set_unknown(void *to, const struct field *field)
{
	switch (field->kind) {
	case F_INT:
		*(int32_t *)to = INT32_MIN;
		break;
	case F_UINT:
	case F_MSEC:
	case F_USEC:
	case F_KBYTES:
	case F_SCALED:
	case F_ENUM:
	case F_TCPFLAGS:
		memset(to, 0xff, field->size);
		break;
	default:
		memset(to, 0, field->size);
		break;
	}
}

static void set_number(void *to, const struct field *field, char *value)
{
	uint64_t number;

	if (field->size > sizeof(number))
		refuse("%s: no field of text has this kind", field->name);
	if (field->kind == F_NAME)
		number = parse_name(field, value);
	else if (field->kind == F_ENUM)
		number = parse_enum(field, value);
	else if (field->kind == F_TCPFLAGS)
		number = parse_flags(field, value);
	else if (field->kind == F_ERRNO || field->kind == F_INT)
		number = parse_errno(value);
	else
		number = parse_number(value, field->size);
	memcpy(to, &number, field->size);
}

static void set_value(void *to, const struct field *field, char *value)
{
	if (!strcmp(value, "-"))
		set_unknown(to, field);
	else if (field->kind == F_TEXT)
		set_text(to, field->size, value);
	else if (field->kind == F_ADDRESS)
		set_address(to, value);
	else if (field->kind == F_STACK || field->kind == F_HISTOGRAM)
		set_stack(to, field->size, value);
	else
		set_number(to, field, value);
}

/* ---- events ---- */

struct made {
	size_t size;
	union {
		struct event common;
		char bytes[UINT16_MAX];
	};
};

/* What is made of others, or is no part of an event. */
static bool is_derived(const struct field *field)
{
	return field->kind == F_NONE || field->kind == F_ENDPOINT || field->kind == F_BRACKETS ||
	       field->kind == F_RELATIVE || field->kind == F_COUNT;
}

static const struct field *find_field(const struct tool *tool, const char *name)
{
	const struct field *const tables[] = { tool->fields, tool->summary_fields, common_fields };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct field *field = tables[i]; field && field->name; field++)
			if (!strcmp(field->name, name) && !is_derived(field))
				return field;
	}
	refuse("%s: no such field", name);
}

static void all_unknown(struct made *made, const struct tool *tool)
{
	const struct field *const tables[] = { common_fields, tool->fields, tool->summary_fields };

	memset(made, 0, sizeof(*made));
	made->size = tool->event_size;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct field *field = tables[i]; field && field->name; field++)
			if (!is_derived(field))
				set_unknown(made->bytes + field->off, field);
	}
}

/* "FIELD=VALUE ..."; "ends=FIELD": the event came without that field and those behind it. */
static void set_fields(struct made *made, const struct tool *tool, char *words)
{
	for (char *word; (word = strsep(&words, " "));) {
		char *value = strchr(word, '=');

		if (!value)
			refuse("%s: not FIELD=VALUE", word);
		*value++ = '\0';
		if (!strcmp(word, "ends")) {
			made->size = find_field(tool, value)->off;
		} else {
			const struct field *field = find_field(tool, word);

			set_value(made->bytes + field->off, field, value);
		}
	}
}

/* ---- rows ---- */

struct output {
	struct options options;
	struct printer printer;
	struct summary *summary; /* NULL: rows */
	uint64_t latest;         /* time of the last event */
};

static void start(struct output *output)
{
	const struct tool *tool = output->options.tool;
	const struct field *totals = options_totals(&output->options);

	output->summary = totals ? summary_new(tool, 0) : NULL;
	printer_start(&output->printer, &output->options, totals ? totals : tool->fields, STDOUT_FILENO);
	if (!totals)
		printer_header(&output->printer);
}

/* The event ends where its memory does: AddressSanitizer sees who reads on. */
static void print_event(struct output *output, const struct made *made)
{
	struct event *event = malloc(made->size);

	if (!event || made->size < sizeof(*event))
		refuse("shorter than what all events have");
	memcpy(event, made->bytes, made->size);
	output->latest = event->ts;
	if (output->options.tool->derive && !output->options.tool->derive(&output->options, event, made->size)) {
		free(event);
		return;
	}
	if (output->summary)
		summary_add(output->summary, event, made->size);
	else
		printer_row(&output->printer, event, made->size);
	free(event);
}

static void print_totals(struct output *output)
{
	if (!output->summary)
		return;
	output->printer.now = output->latest;
	output->printer.interval = INTERVAL;
	blocks_print(output->summary, &output->printer);
	summary_clear(output->summary);
}

static void print_events(struct output *output, const char *name)
{
	static struct made usual, made;
	const struct tool *tool = output->options.tool;
	FILE *in = open_text(name);
	char *line;

	all_unknown(&usual, tool);
	while ((line = next_line(in))) {
		char *word = strsep(&line, " ");

		if (!strcmp(word, "always") && line) {
			set_fields(&usual, tool, line);
		} else if (!strcmp(word, "event")) {
			made = usual;
			if (line)
				set_fields(&made, tool, line);
			print_event(output, &made);
		} else if (!strcmp(word, "interval")) {
			print_totals(output);
		} else if (strcmp(word, "case") && strcmp(word, "shows")) {
			refuse("%s: not a case, shows, always, event or interval", word);
		}
	}
	output->printer.partial = output->options.interval != 0;
	print_totals(output);
}

static const struct tool *find_tool(const char *name)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (!strcmp(tools[i]->name, name))
			return tools[i];
	}
	say_exit(EXIT_USAGE, "%s: no such tool", name);
}

int main(int argc, char **argv)
{
	static struct output output;
	bool done;

	if (argc < 3)
		say_exit(EXIT_USAGE, "usage: print EVENTS TOOL [OPTION...]");
	kernel_btf(); /* now: a line of it is not one of the events */
	setenv("TZ", "UTC", 1);
	tzset();
	clock_set(BOOTED);
	options_parse(&output.options, find_tool(argv[2]), argc - 2, argv + 2);
	start(&output);
	print_events(&output, argv[1]);
	done = printer_flush(&output.printer);
	summary_free(output.summary);
	printer_free(&output.printer);
	return done ? EXIT_DONE : EXIT_FAILED;
}
