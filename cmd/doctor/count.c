/* SPDX-License-Identifier: GPL-2.0-or-later */
/* count.c: counters over JSON lines that nettrace wrote. */
#include "cmd/doctor/count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool count_value(const char *line, const char *key, const char **value, size_t *length)
{
	char quoted[64];
	const char *found;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	found = strstr(line, quoted);
	if (!found)
		return false;
	found += strlen(quoted);
	*length = 0;
	if (*found == '"') {
		*value = ++found;
		while (found[*length] && found[*length] != '"')
			*length += found[*length] == '\\' && found[*length + 1] ? 2 : 1;
		return true;
	}
	*value = found;
	*length = *found == '[' ? strcspn(found, "]\n") + 1 : strcspn(found, ",}\n");
	return true;
}

bool count_number(const char *line, const char *key, uint64_t *number)
{
	const char *value;
	size_t length;

	if (!count_value(line, key, &value, &length) || *value < '0' || *value > '9')
		return false;
	*number = strtoull(value, NULL, 10);
	return true;
}

/* name: of `length` characters. */
static bool known_number(const struct known *known, const char *name, size_t length, uint64_t *number)
{
	char key[64];

	if (length >= sizeof(key))
		return false;
	memcpy(key, name, length);
	key[length] = '\0';
	for (size_t i = 0; i < COUNT_MEASURED && known->measured[i].name; i++) {
		*number = known->measured[i].value;
		if (!strcmp(known->measured[i].name, key))
			return true;
	}
	return known->report && count_number(known->report, key, number);
}

/* Parses "3", "name" or "3*name". */
static bool term(const char **text, const struct known *known, uint64_t *value)
{
	uint64_t number = 1, factor = 1;
	size_t length;

	if (**text >= '0' && **text <= '9') {
		factor = strtoull(*text, (char **)(uintptr_t)text, 10);
		if (**text != '*') {
			*value = factor;
			return true;
		}
		++*text;
	}
	length = strcspn(*text, "+-");
	if (!length || !known_number(known, *text, length, &number))
		return false;
	*text += length;
	*value = factor * number;
	return true;
}

bool count_expression(const char *expression, const struct known *known, uint64_t *sum)
{
	int64_t total = 0;
	char sign = '+';

	for (const char *at = expression;; at++) {
		uint64_t value;

		if (!term(&at, known, &value))
			return false;
		total += sign == '+' ? (int64_t)value : -(int64_t)value;
		sign = *at;
		if (!sign)
			break;
		if (sign != '+' && sign != '-')
			return false;
	}
	*sum = (uint64_t)total;
	return total >= 0;
}

/* Whether the value is one of `wanted` alternatives, separated by '|' in `size` characters. */
static bool is_one_of(const char *value, size_t length, const char *wanted, size_t size, const struct known *known)
{
	for (size_t at = 0; at <= size;) {
		size_t word = strcspn(wanted + at, "| ");
		uint64_t number;
		char digits[24];

		if (word > size - at)
			word = size - at;
		if (word && wanted[at] == '@' && known_number(known, wanted + at + 1, word - 1, &number)) {
			snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
			if (strlen(digits) == length && !memcmp(digits, value, length))
				return true;
		} else if (word == length && !memcmp(wanted + at, value, length)) {
			return true;
		}
		at += word + 1;
	}
	return false;
}

bool count_matches(const char *line, const char *select, const struct known *known)
{
	while (*select) {
		size_t size = strcspn(select, " "), name = strcspn(select, "=");
		const char *value;
		char key[64];
		size_t length;

		if (name >= size || name >= sizeof(key))
			return false;
		memcpy(key, select, name);
		key[name] = '\0';
		if (!count_value(line, key, &value, &length) ||
		    !is_one_of(value, length, select + name + 1, size - name - 1, known))
			return false;
		select += size;
		select += strspn(select, " ");
	}
	return true;
}

bool count_in_array(const char *report, const char *key, uint64_t number)
{
	const char *value;
	size_t length;

	if (!count_value(report, key, &value, &length) || *value != '[')
		return false;
	for (const char *at = value + 1; *at && *at != ']'; at += strspn(at, ", ")) {
		char *end;

		if (strtoull(at, &end, 10) == number && end > at)
			return true;
		if (end == at)
			return false;
		at = end;
	}
	return false;
}
