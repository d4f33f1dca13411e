/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_text_values.c: members of events set from text. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/names/enums.h"
#include "core/base/number.h"
#include "test/golden/record_text.h"

uint64_t parse_number(const char *value, size_t size)
{
	uint64_t most = size >= sizeof(most) ? UINT64_MAX : (1ULL << size * 8) - 1, number;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 0);
	if (!isdigit((unsigned char)*value) || *end || errno || number > most)
		refuse("%s: not a number of %zu bytes", value, size);
	return number;
}

/* Parses an errno, or any other signed number. */
static uint64_t parse_errno(const struct member *member, char *value)
{
	bool negative = *value == '-';
	uint64_t number = parse_number(value + negative, member->size);

	return (uint32_t)(negative ? 0 - number : number);
}

static uint64_t parse_name(const struct member *member, char *value)
{
	for (uint64_t i = 0; i < member->n_names; i++) {
		if (member->names[i] && !strcmp(member->names[i], value))
			return i;
	}
	return parse_number(value, member->size);
}

static uint64_t parse_enum(const struct member *member, char *value)
{
	uint64_t number;

	return enum_value(NULL, member->btf_enum, value, &number) ? number : parse_number(value, member->size);
}

static uint64_t parse_flags(const struct member *member, char *value)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR" };
	uint64_t flags = 0;

	if (isdigit((unsigned char)*value))
		return parse_number(value, member->size);
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

/* Copies text, with \xNN for any byte. */
static void set_text(void *bytes, size_t size, char *value)
{
	char *to = bytes, *end = to + size;

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

static void set_address(void *to, size_t size, char *value)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v6 = strchr(value, ':');

	(void)size;
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

/* The parser of each kind, by its name in recordings; other kinds are plain numbers. */
static const struct {
	const char *recorded;
	uint64_t (*number)(const struct member *member, char *value);
	void (*bytes)(void *to, size_t size, char *value);
} parsers[] = {
	{ "text", .bytes = set_text },   { "address", .bytes = set_address },
	{ "stack", .bytes = set_stack }, { "histogram", .bytes = set_stack },
	{ "index", parse_name },         { "enum", parse_enum },
	{ "tcpflags", parse_flags },     { "errno", parse_errno },
	{ "int", parse_errno },
};

void set_value(struct event *event, const struct member *member, char *value)
{
	char *to = (char *)event + member->off;

	if (!strcmp(value, "-")) {
		member_set_unknown(member, event);
		return;
	}
	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
		if (strcmp(parsers[i].recorded, kind_rows[member->kind].recorded) != 0)
			continue;
		if (parsers[i].bytes)
			parsers[i].bytes(to, member->size, value);
		else
			number_write(to, member->size, parsers[i].number(member, value));
		return;
	}
	number_write(to, member->size, parse_number(value, member->size));
}
