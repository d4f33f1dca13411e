/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kinds.h: what is to be known of each kind of value: one table, for all who print, record, add up and describe them.
 */
#ifndef NETTRACE_PRINT_KINDS_H
#define NETTRACE_PRINT_KINDS_H

#include "core/base/number.h"
#include "core/base/text.h"
#include "core/tool.h"

/* How a value is written. */
enum writing {
	AS_COLUMN,
	AS_CSV,
	AS_JSON,
};

/* A member as a column, a JSON key or a word shows it: what a value is written from. */
struct field {
	const char *name, *title;
	enum kind kind;
	uint16_t off, size, port; /* port: of kinds that have one; else 0 */
	uint8_t decimals;
	bool bracketed;
	uint32_t n_names;
	const char *const *names, *const *keys;
	const char *btf_enum;
	uint32_t unit;
	/* Of a column: */
	uint8_t where;
	int8_t width, wide;
	bool truncate, suffix, bad;
	bool capitals; /* the title is a key, shown in capitals */
	const char *fallback, *before, *after;
	uint32_t flag, unless;
	/* In totals: */
	enum merge merge;
	uint8_t sorts, groups;
	bool hidden;
	const char *help; /* NULL: there is none */
};

/* What a row needs beyond its event. */
struct field_row {
	const struct event *event;
	size_t size;           /* of the event as it came: fields beyond it are not known */
	uint64_t first_ts;     /* of the first row printed: what F_RELATIVE counts from */
	uint64_t count;        /* F_COUNT */
	const uint64_t *slots; /* F_LOG2; NULL: it counted nothing */
	const char *label;     /* stands in the first column instead of its value; NULL: nothing does */
};

/* Sizes in bytes are bits; and these: */
#define SIZES_NUMBER  (1 | 2 | 4 | 8)
#define SIZES_TEXT    32 /* any */
#define SIZES_NUMBERS 64 /* many of 8 bytes each */

struct kind_row {
	/* What recordings call it; kinds of one name have the same bytes. NULL: it is no bytes of an event by itself.
	 */
	const char *recorded;
	/* Its type, as members of a JSON Schema; NULL: one of its names. */
	const char *schema;
	/* Its units in columns and in JSON, for manuals; NULL: what its name tells. */
	const char *column_unit, *json_unit;
	/* Short values: writes where there is room for FIELD_ROOM bytes and returns the end; NULL: it is not known. */
	char *(*put)(char *to, const struct field *field, const struct field_row *row, enum writing how, size_t cells);
	/* Values of any length. False, nothing appended: it is not known. A kind has one of the two; both, where it
	 * depends on the field. */
	bool (*append)(struct text *text, const struct field *field, const struct field_row *row, enum writing how,
		       size_t cells);
	uint8_t sizes;                                              /* that it may have */
	enum { UNKNOWN_ZERO, UNKNOWN_ONES, UNKNOWN_LEAST } unknown; /* the bytes of what is not known */
	bool is_bytes;                                              /* no number, whose bytes have an order */
	bool is_address;                                            /* is printed by the family of the event */
	bool has_port;                                              /* an address, and its port */
	bool is_histogram; /* a section of a table; in JSON it is of one unit */
	bool is_below;     /* lines below the row of a table */
	bool is_code;      /* addresses in the kernel's code */
	bool is_counted;   /* in no event: totals make it */
};

extern const struct kind_row kind_rows[F_KINDS];

/* The number of a field of 1, 2, 4 or 8 bytes; *known: not all bits are set. Sizes that the compiler knows: no call. */
static inline uint64_t field_number(const struct field *field, const struct event *event, bool *known)
{
	const char *at = (const char *)event + field->off;
	uint64_t value;

	switch (field->size) {
	case 1:
		value = number_read(at, 1);
		*known = value != UINT8_MAX;
		break;
	case 2:
		value = number_read(at, 2);
		*known = value != UINT16_MAX;
		break;
	case 4:
		value = number_read(at, 4);
		*known = value != UINT32_MAX;
		break;
	default:
		value = number_read(at, 8);
		*known = value != UINT64_MAX;
	}
	return value;
}

/* Makes the member of an event, all of which must be there, not known. */
void member_set_unknown(const struct member *member, struct event *event);
/* Appends a stack (F_STACK) as lines "\tsymbol+0xoffset\n", and nothing for an empty one. */
void field_stack_lines(struct text *text, const struct field *field, const struct field_row *row);
/* Appends a histogram (F_LOG2, F_HISTOGRAM) as lines. */
void field_histogram_lines(struct text *text, const struct field *field, const struct field_row *row);

#endif
