/* SPDX-License-Identifier: GPL-2.0-or-later */
/* total.c: one row of totals: sums, latest values and order. */
#include "core/totals/total.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/histogram.h"
#include "core/base/number.h"
#include "core/base/must.h"

#define SUMS_MAX 1024 /* bytes of all SUM fields of a tool */

void totals_fields(struct totals_fields *fields, const struct tool *tool)
{
	size_t sums = 0;

	memset(fields, 0, sizeof(*fields));
	fields->event_size = tool_row_size(tool);
	for (const struct member *member = tool_totals_members(tool); member->name; member++) {
		struct field *whole = &fields->fields[fields->count];

		if (fields->count++ == TOTALS_FIELDS)
			bug("a summary has too many fields");
		*whole = field_of_member(tool, member);
		if (whole->kind == F_RATE) { /* the sum is another field */
			whole->merge = LATEST;
			whole->sorts = 0;
		}
		sums += whole->merge == SUM ? whole->size : 0;
		if (sums > SUMS_MAX)
			bug("a summary has too many sums");
		fields->counts |= whole->kind == F_COUNT;
		if (whole->kind == F_COUNT && whole->size)
			fields->weight = whole;
		if (kind_rows[whole->kind].is_histogram && kind_rows[whole->kind].is_counted)
			fields->log2 = whole;
	}
}

/* Whether a number of 4 or 8 bytes is unknown; narrower ones are always counted. */
static bool is_unknown(uint64_t number, size_t size)
{
	return size >= sizeof(uint32_t) && number == UINT64_MAX >> (64 - 8 * size);
}

/* A sum is unknown if no number in it is known. */
static void add_number(unsigned char *to, const unsigned char *from, size_t size)
{
	uint64_t a = number_read(to, size), b = number_read(from, size);

	number_write(to, size, is_unknown(a, size) ? b : is_unknown(b, size) ? a : a + b);
}

/* Adds the packed SUM values at *from to the SUM fields. */
static void add_sums(const struct totals_fields *fields, struct event *event, const unsigned char *from)
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->fields[i];
		size_t step = field->size > 8 ? 8 : field->size; /* F_HISTOGRAM is an array */

		if (field->merge != SUM)
			continue;
		for (size_t at = 0; at < field->size; at += step)
			add_number((unsigned char *)event + field->off + at, from + at, step);
		from += field->size;
	}
}

static void save_sums(const struct totals_fields *fields, const struct event *event, unsigned char *to)
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->fields[i];

		if (field->merge != SUM)
			continue;
		memcpy(to, (const unsigned char *)event + field->off, field->size);
		to += field->size;
	}
}

/* Replaces the older event by the newer one, except the sums. */
static void merge(const struct totals_fields *fields, struct total *total, const struct event *event, size_t size)
{
	unsigned char sums[SUMS_MAX];

	if (size > fields->event_size)
		size = fields->event_size;
	if (total->event)
		save_sums(fields, total->event, sums);
	else
		total->event = must(calloc(1, fields->event_size));
	memset(total->event, 0, fields->event_size);
	memcpy(total->event, event, size);
	if (total->size)
		add_sums(fields, total->event, sums);
	total->size = size;
}

static uint64_t *slots_of(struct total *total)
{
	if (!total->slots)
		total->slots = must(calloc(HISTOGRAM_SLOTS, sizeof(*total->slots)));
	return total->slots;
}

/* The count that an event adds. */
static uint64_t weight_of(const struct totals_fields *fields, const struct event *event, size_t size)
{
	const struct field *weight = fields->weight;
	uint64_t value;

	if (!weight || (size_t)weight->off + weight->size > size)
		return 1;
	value = number_read((const unsigned char *)event + weight->off, weight->size);
	return value == UINT64_MAX >> (64 - 8 * weight->size) ? 1 : value;
}

void totals_add_event(const struct totals_fields *fields, struct total *total, const struct event *event, size_t size)
{
	merge(fields, total, event, size);
	total->count += weight_of(fields, event, size);
	if (fields->log2 && (size_t)fields->log2->off + fields->log2->size <= size) {
		bool known;
		uint64_t value = field_number(fields->log2, event, &known);

		if (known)
			slots_of(total)[histogram_slot(value / fields->log2->unit)]++;
	}
}

void totals_add_row(const struct totals_fields *fields, struct total *total, const struct total *row)
{
	merge(fields, total, row->event, row->size);
	total->count += row->count;
	for (size_t i = 0; row->slots && i < HISTOGRAM_SLOTS; i++)
		slots_of(total)[i] += row->slots[i];
}

void totals_release(struct total *total)
{
	free(total->event);
	free(total->slots);
	total->event = NULL;
	total->slots = NULL;
}

static uint64_t rank(const struct totals_fields *fields, const struct total *total, unsigned int sort)
{
	uint64_t sum = 0;
	bool any = false, known;

	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->fields[i];
		uint64_t value;

		if (!(field->sorts & 1U << sort))
			continue;
		value = field_number(field, total->event, &known);
		sum += known ? value : 0;
		any = true;
	}
	return any ? sum : fields->counts ? total->count : 0;
}

static int most_first(const void *one, const void *other)
{
	const struct total *a = one, *b = other;

	if (a->rank != b->rank)
		return a->rank < b->rank ? 1 : -1;
	return memcmp(a->key, b->key, sizeof(a->key));
}

void totals_sort(const struct totals_fields *fields, struct total *totals, size_t count, unsigned int sort)
{
	for (size_t i = 0; i < count; i++)
		totals[i].rank = rank(fields, &totals[i], sort);
	if (count)
		qsort(totals, count, sizeof(*totals), most_first);
}

void total_print(struct printer *printer, const struct total *total, const char *label)
{
	printer_field_row(printer, &(struct field_row){ .event = total->event,
							.size = total->size,
							.count = total->count,
							.interval = printer->columns.interval,
							.slots = total->slots,
							.label = label });
}
