/* SPDX-License-Identifier: GPL-2.0-or-later */
/* field_write.c: what each kind of field prints; field_put.c has the kinds that every row has. */
#include <string.h>

#include "core/names/containers.h"
#include "core/names/enums.h"
#include "core/print/fields.h"
#include "core/base/histogram.h"
#include "core/names/stack.h"

static bool write_string(struct text *text, const char *string, size_t length, enum writing how, size_t cells)
{
	if (how == AS_JSON)
		text_json_string(text, string, length);
	else if (how == AS_CSV)
		text_csv_string(text, string, length);
	else
		text_printable(text, string, length, cells);
	return true;
}

/* A name of ours or the kernel's: no escaping needed, but JSON wants quotes. */
static bool write_name(struct text *text, const char *name, enum writing how)
{
	if (how == AS_JSON)
		text_char(text, '"');
	text_string(text, name);
	if (how == AS_JSON)
		text_char(text, '"');
	return true;
}

static bool write_unnamed(struct text *text, uint64_t value, enum writing how)
{
	if (how == AS_JSON)
		text_char(text, '"');
	text_unsigned(text, value);
	if (how == AS_JSON)
		text_char(text, '"');
	return true;
}

static bool write_enum(struct text *text, const struct field *field, uint64_t value, enum writing how)
{
	const char *name = enum_name(NULL, field->btf_enum, value);

	return name ? write_name(text, name, how) : write_unnamed(text, value, how);
}

/* K is 1024, and begins there. */
static bool write_amount(struct text *text, const struct field *field, uint64_t value, enum writing how)
{
	uint64_t one = field->unit ? field->unit : 1, kilo = 1024 * one, mega = 1024 * kilo;

	if (how != AS_COLUMN || (value && value < kilo)) {
		text_decimal(text, value, one, field->decimals);
	} else if (!value) {
		text_char(text, '0');
	} else {
		text_decimal(text, value, value < mega ? kilo : mega, 2);
		text_char(text, value < mega ? 'K' : 'M');
	}
	return true;
}

static bool write_number(struct text *text, const struct field *field, const struct field_row *row, enum writing how)
{
	bool known;
	uint64_t value = field_number(field, row->event, &known);

	if (!known)
		return false;
	if (field->kind == F_SPAN)
		return text_span(text, value);
	return field->kind == F_ENUM ? write_enum(text, field, value, how) : write_amount(text, field, value, how);
}

/* The slots of a histogram, all of them: 64-bit numbers may stand anywhere in an event. */
static size_t read_slots(uint64_t slots[HISTOGRAM_SLOTS], const struct field *field, const struct field_row *row)
{
	size_t n = field->kind == F_LOG2 ? HISTOGRAM_SLOTS : field->size / sizeof(*slots);
	const void *from = field->kind == F_LOG2 ? (const void *)row->slots : (const char *)row->event + field->off;

	if (!from || n > HISTOGRAM_SLOTS)
		return 0;
	memcpy(slots, from, n * sizeof(*slots));
	return n;
}

static bool write_histogram(struct text *text, const struct field *field, const struct field_row *row, enum writing how)
{
	uint64_t slots[HISTOGRAM_SLOTS];
	size_t n = read_slots(slots, field, row);

	if (how == AS_JSON)
		histogram_json(text, slots, n);
	else
		histogram_words(text, slots, n);
	return true;
}

bool field_write(struct text *text, const struct field *field, const struct field_row *row, enum writing how,
		 size_t cells)
{
	const char *at = (const char *)row->event + field->off;
	uint64_t value;
	size_t length;

	if (field_is_short(field)) {
		char *end = field_put(text_room(text, FIELD_ROOM), field, row, how, cells);

		if (end)
			text_end(text, end);
		return end != NULL;
	}
	if (field->off + field->size > row->size)
		return false;
	switch (field->kind) {
	case F_TEXT:
		return *at && write_string(text, at, field->size, how, cells);
	case F_SYMBOL:
		memcpy(&value, at, sizeof(value));
		return value && stack_symbol(text, value, how == AS_JSON);
	case F_STACK:
		return stack_inline(text, at, field->size, how == AS_JSON);
	case F_CONTAINER:
		at = containers_text(row->event, (enum of_container)field->unit, &length);
		return at && write_string(text, at, length, how, 0);
	case F_LOG2:
	case F_HISTOGRAM:
		return write_histogram(text, field, row, how);
	default:
		return write_number(text, field, row, how);
	}
}

void field_stack_lines(struct text *text, const struct field *field, const struct field_row *row)
{
	if (field->off + field->size <= row->size)
		stack_lines(text, (const char *)row->event + field->off, field->size);
}

void field_histogram_lines(struct text *text, const struct field *field, const struct field_row *row)
{
	uint64_t slots[HISTOGRAM_SLOTS];
	size_t n = read_slots(slots, field, row);

	histogram_lines(text, slots, n, field->title);
}
