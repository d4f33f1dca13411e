/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.h: JSON objects that are no rows of a tool, written by tables of their keys; docs/schema is made of the
 * same tables. */
#ifndef NETTRACE_BASE_JSON_H
#define NETTRACE_BASE_JSON_H

#include "core/base/text.h"

enum json_kind {
	JSON_TEXT,
	JSON_TIME, /* RFC 3339, ns, UTC */
	JSON_BOOL,
	JSON_NUMBER,   /* whole, not negative */
	JSON_FRACTION, /* not negative */
	JSON_LIST,
};

/* What a JSON Schema says of a JSON_TIME. */
#define JSON_TIME_SCHEMA                                                                                               \
	"\"pattern\": \"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"                                        \
	"\\\\.[0-9]{9}Z$\""

struct json_key {
	const char *name;
	enum json_kind kind;
	bool nullable;                  /* null: not known, or there is none */
	const char *const *texts;       /* JSON_TEXT: one of these; ends with NULL; NULL: any */
	const struct json_key *objects; /* JSON_LIST: of objects with these keys; */
	const char *schema;             /* or of what this schema says ("traffic.json"); neither: of numbers */
	const char *help;
};

/* The texts of a key. */
#define JSON_TEXTS(...)                                                                                                \
	.texts = (const char *const[])                                                                                 \
	{                                                                                                              \
		__VA_ARGS__, NULL                                                                                      \
	}

/* A kind of line that something prints: an object. */
struct json_line {
	const char *name, *help;
	const struct json_key *keys; /* end with a NULL name */
};

/* An object under construction. The caller writes keys in the order of their table, each as its kind; anything else
 * ends the program, because the schema promises that no key is missing. */
struct json_object {
	struct text *text;
	const struct json_key *next;
};

void json_begin(struct json_object *object, struct text *text, const struct json_key *keys);
/* value: NULL is null. */
void json_text(struct json_object *object, const char *name, const char *value);
/* boot: ns, as events have it (core/base/clock.h). */
void json_time(struct json_object *object, const char *name, uint64_t boot);
void json_bool(struct json_object *object, const char *name, bool value);
void json_number(struct json_object *object, const char *name, uint64_t value);
/* In millionths. */
void json_fraction(struct json_object *object, const char *name, uint64_t value);
void json_null(struct json_object *object, const char *name);
/* Between these two the elements, each with json_element() before it. */
void json_list(struct json_object *object, const char *name);
void json_element(struct json_object *object);
void json_list_end(struct json_object *object);
void json_end(struct json_object *object);

#endif
