/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.h: JSON objects other than rows, written by tables of their keys; docs/schema comes from the same tables. */
#ifndef NETTRACE_BASE_JSON_H
#define NETTRACE_BASE_JSON_H

#include "core/base/text.h"

enum json_kind {
	JSON_TEXT,
	JSON_TIME, /* RFC 3339, ns, UTC */
	JSON_BOOL,
	JSON_NUMBER,   /* integer, >= 0 */
	JSON_FRACTION, /* fraction, >= 0 */
	JSON_LIST,
};

/* JSON Schema of a JSON_TIME. */
#define JSON_TIME_SCHEMA                                                                                               \
	"\"pattern\": \"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"                                        \
	"\\\\.[0-9]{9}Z$\""

struct json_key {
	const char *name;
	enum json_kind kind;
	bool nullable;                  /* null: unknown, or none */
	const char *const *texts;       /* JSON_TEXT: the possible values, ends with NULL; NULL: any */
	const struct json_key *objects; /* JSON_LIST: the elements are objects with these keys; */
	const char *schema;             /* or match this schema ("traffic.json"); neither: the elements are numbers */
	const char *help;
};

#define JSON_TEXTS(...)                                                                                                \
	.texts = (const char *const[])                                                                                 \
	{                                                                                                              \
		__VA_ARGS__, NULL                                                                                      \
	}

/* An object that the program prints on a line of its own. */
struct json_line {
	const char *name, *help;
	const struct json_key *keys; /* end with a NULL name */
};

/* An object under construction. The caller writes the keys in the order and kinds of their table. Anything else is a
 * bug (core/base/must.h), because the schema promises that every key is present. */
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
/* value: in millionths. */
void json_fraction(struct json_object *object, const char *name, uint64_t value);
void json_null(struct json_object *object, const char *name);
/* The caller writes the elements between these two, each after json_element(). */
void json_list(struct json_object *object, const char *name);
void json_element(struct json_object *object);
void json_list_end(struct json_object *object);
void json_end(struct json_object *object);

#endif
