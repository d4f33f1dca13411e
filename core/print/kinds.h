/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kinds.h: the properties of each kind of value: one table for printing, recordings, totals and documents. */
#ifndef NETTRACE_PRINT_KINDS_H
#define NETTRACE_PRINT_KINDS_H

#include "core/base/number.h"
#include "core/base/text.h"
#include "core/tool.h"

/* The style of a value. */
enum writing {
	AS_COLUMN,
	AS_CSV,
	AS_JSON,
};

/* A member as a column, a JSON key or a word shows it: the input of formatting. */
struct field {
	const char *name, *title;
	enum kind kind;
	uint16_t off, size, port; /* port: of kinds with a port; else 0 */
	uint16_t values, stack;   /* F_VALUES */
	uint8_t decimals;
	bool bracketed;
	bool portless;
	uint32_t n_names;
	const char *const *names, *const *keys;
	const char *btf_enum;
	uint32_t unit;
	/* Of a column: */
	uint8_t where;
	int8_t width, wide;
	bool truncate, once, suffix, bad;
	bool shorten;  /* text beyond the width is cut, so that other columns keep their places */
	bool iso;      /* F_TIME: with date, fraction and zone */
	bool capitals; /* the title is a key, in capitals */
	const char *fallback, *before, *after;
	uint32_t flag, unless;
	/* In totals: */
	enum merge merge;
	uint16_t sorts, groups;
	bool hidden;
	const char *help; /* NULL: none */
};

/* The input of a row besides its event. */
struct field_row {
	const struct event *event;
	size_t size;           /* of the event as received: fields beyond it are unknown */
	uint64_t first_ts;     /* of the first row printed: the origin of F_RELATIVE */
	uint64_t count;        /* F_COUNT */
	uint64_t interval;     /* F_RATE: ns; 0: unknown */
	const uint64_t *slots; /* F_LOG2; NULL: all zero */
	const char *label;     /* replaces the value of the first column; NULL: nothing */
};

/* Sizes in bytes are bits of a mask; and these: */
#define SIZES_NUMBER  (1 | 2 | 4 | 8)
#define SIZES_TEXT    32 /* any */
#define SIZES_NUMBERS 64 /* several of 8 bytes each */

struct kind_row {
	/* Name in recordings; kinds of one name have the same bytes. NULL: no bytes of an event of its own. */
	const char *recorded;
	/* Its type, as members of a JSON Schema; NULL: a string, one of the names. */
	const char *schema;
	/* Its units in columns and in JSON, for manuals; NULL: as the kind's name says. */
	const char *column_unit, *json_unit;
	/* Short values: writes to a buffer of FIELD_ROOM bytes and returns the end; NULL: unknown. */
	char *(*put)(char *to, const struct field *field, const struct field_row *row, enum writing how, size_t cells);
	/* Values of any length. False, nothing appended: unknown. A kind has one of the two functions, or both if the
	 * choice depends on the field. */
	bool (*append)(struct text *text, const struct field *field, const struct field_row *row, enum writing how,
		       size_t cells);
	uint8_t sizes;                                              /* mask of allowed sizes */
	enum { UNKNOWN_ZERO, UNKNOWN_ONES, UNKNOWN_LEAST } unknown; /* the bytes of an unknown value */
	bool is_bytes;                                              /* bytes without an order: no number */
	bool is_address;                                            /* printed by the event's family */
	bool has_port;                                              /* an address, and its port */
	bool is_histogram;                                          /* a section of a table; in JSON it has one unit */
	bool is_below;                                              /* lines below the row of a table */
	bool is_code;                                               /* addresses in the kernel's code */
	bool is_pointer;                                            /* the address of another kernel object */
	bool is_counted;                                            /* in no event: computed by totals */
};

extern const struct kind_row kind_rows[F_KINDS];

/* The number in a field of 1, 2, 4 or 8 bytes; *known: not all bits are set. With constant sizes the compiler emits no
 * call. */
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

/* Sets the member to unknown; the event must contain all of it. */
void member_set_unknown(const struct member *member, struct event *event);
/* Appends a stack (F_STACK) as lines "\tsymbol+0xoffset\n"; nothing for an empty one. */
void field_stack_lines(struct text *text, const struct field *field, const struct field_row *row);
/* Appends a histogram (F_LOG2, F_HISTOGRAM) as lines. */
void field_histogram_lines(struct text *text, const struct field *field, const struct field_row *row, bool heading,
			   size_t cells);

#endif
