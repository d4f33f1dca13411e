/* SPDX-License-Identifier: GPL-2.0-or-later */
/* histogram.c: power-of-two histograms. */
#include "core/base/histogram.h"

/* Columns of the terminal: of bars, in narrow and in wide lines, and of a line. */
#define BAR       40
#define BAR_WIDE  20
#define BAR_LEAST 4
#define LINE      78

unsigned int histogram_slot(uint64_t value)
{
	return value < 2 ? 0 : 63U - (unsigned int)__builtin_clzll(value);
}

static uint64_t first_of(size_t slot)
{
	return slot ? 1ULL << slot : 0;
}

static uint64_t last_of(size_t slot)
{
	return slot < 63 ? (2ULL << slot) - 1 : UINT64_MAX;
}

static void put_padded(struct text *text, uint64_t value, int width)
{
	size_t from = text->length;

	text_unsigned(text, value);
	text_pad(text, from, width);
}

static void put_stars(struct text *text, uint64_t count, uint64_t most, int room)
{
	int stars = (int)((double)count * room / (double)most);

	text_char(text, '|');
	for (int i = 0; i < room; i++)
		text_char(text, i < stars ? '*' : ' ');
	text_string(text, "|\n");
}

/* The length of a bar that leaves room for the numbers. */
static int bar_length(bool wide, size_t cells)
{
	int usual = wide ? BAR_WIDE : BAR, room = (int)cells - (LINE - usual);

	if (!cells || room > usual)
		return usual;
	return room > BAR_LEAST ? room : BAR_LEAST;
}

/* The two forms of bcc: numbers beyond 32 bits get wider columns and shorter bars. */
void histogram_lines(struct text *text, const uint64_t *slots, size_t n, const char *label, size_t cells)
{
	bool wide;
	uint64_t most = 0;
	size_t last = 0, from;

	for (size_t i = 0; i < n; i++) {
		if (!slots[i])
			continue;
		last = i;
		most = slots[i] > most ? slots[i] : most;
	}
	if (!most)
		return;
	wide = last > 31;
	if (label) {
		text_string(text, wide ? "               " : "     ");
		from = text->length;
		text_string(text, label);
		text_pad(text, from, wide ? 29 : 19);
		text_string(text, " : count     distribution\n");
	}
	for (size_t i = 0; i <= last; i++) {
		put_padded(text, first_of(i), wide ? -20 : -10);
		text_string(text, " -> ");
		put_padded(text, last_of(i), wide ? 20 : 10);
		text_string(text, " : ");
		put_padded(text, slots[i], 8);
		text_char(text, ' ');
		put_stars(text, slots[i], most, bar_length(wide, cells));
	}
}

void histogram_json(struct text *text, const uint64_t *slots, size_t n)
{
	bool first = true;

	text_char(text, '[');
	for (size_t i = 0; i < n; i++) {
		if (!slots[i])
			continue;
		text_string(text, first ? "{\"from\":" : ",{\"from\":");
		text_unsigned(text, first_of(i));
		text_string(text, ",\"to\":");
		text_unsigned(text, last_of(i));
		text_string(text, ",\"count\":");
		text_unsigned(text, slots[i]);
		text_char(text, '}');
		first = false;
	}
	text_char(text, ']');
}

void histogram_words(struct text *text, const uint64_t *slots, size_t n)
{
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		if (!slots[i])
			continue;
		if (!first)
			text_char(text, ' ');
		text_unsigned(text, first_of(i));
		text_char(text, '-');
		text_unsigned(text, last_of(i));
		text_char(text, ':');
		text_unsigned(text, slots[i]);
		first = false;
	}
}
