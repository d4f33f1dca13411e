/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_text_values.c: the fields of events, set from text. */
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
	number_write(to, field->size, number);
}

void set_value(struct event *event, const struct field *field, char *value)
{
	void *to = (char *)event + field->off;

	if (!strcmp(value, "-"))
		field_set_unknown(field, event);
	else if (field->kind == F_TEXT)
		set_text(to, field->size, value);
	else if (field->kind == F_ADDRESS)
		set_address(to, value);
	else if (field->kind == F_STACK || field->kind == F_HISTOGRAM)
		set_stack(to, field->size, value);
	else
		set_number(to, field, value);
}
