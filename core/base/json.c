/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.c: JSON objects written by tables of their keys. */
#include "core/base/json.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/must.h"

void json_begin(struct json_object *object, struct text *text, const struct json_key *keys)
{
	*object = (struct json_object){ text, keys };
	text_char(text, '{');
}

/* A comma, unless this is the first of an object or a list. */
static void separate(struct text *text)
{
	if (text->data[text->length - 1] != '{' && text->data[text->length - 1] != '[')
		text_char(text, ',');
}

static void key(struct json_object *object, const char *name, enum json_kind kind)
{
	const struct json_key *next = object->next++;

	if (!next->name || strcmp(next->name, name) != 0 || next->kind != kind)
		bug("%s is not the key that comes next", name);
	separate(object->text);
	text_char(object->text, '"');
	text_string(object->text, name);
	text_string(object->text, "\":");
}

static bool is_one_of(const char *const *texts, const char *value)
{
	while (*texts && strcmp(*texts, value) != 0)
		texts++;
	return *texts;
}

static void put_null(struct json_object *object, const struct json_key *of)
{
	if (!of->nullable)
		bug("%s is never null", of->name);
	text_string(object->text, "null");
}

void json_text(struct json_object *object, const char *name, const char *value)
{
	const struct json_key *of = object->next;

	key(object, name, JSON_TEXT);
	if (!value) {
		put_null(object, of);
		return;
	}
	if (of->texts && !is_one_of(of->texts, value))
		bug("%s is never %s", name, value);
	text_json_string(object->text, value, strlen(value));
}

void json_time(struct json_object *object, const char *name, uint64_t boot)
{
	key(object, name, JSON_TIME);
	text_char(object->text, '"');
	clock_rfc3339(object->text, boot);
	text_char(object->text, '"');
}

void json_bool(struct json_object *object, const char *name, bool value)
{
	key(object, name, JSON_BOOL);
	text_string(object->text, value ? "true" : "false");
}

void json_number(struct json_object *object, const char *name, uint64_t value)
{
	key(object, name, JSON_NUMBER);
	text_unsigned(object->text, value);
}

void json_fraction(struct json_object *object, const char *name, uint64_t value)
{
	key(object, name, JSON_FRACTION);
	text_decimal(object->text, value, 1000000, 6);
}

void json_null(struct json_object *object, const char *name)
{
	const struct json_key *of = object->next;

	key(object, name, of->kind);
	put_null(object, of);
}

void json_list(struct json_object *object, const char *name)
{
	key(object, name, JSON_LIST);
	text_char(object->text, '[');
}

void json_element(struct json_object *object)
{
	separate(object->text);
}

void json_list_end(struct json_object *object)
{
	text_char(object->text, ']');
}

void json_end(struct json_object *object)
{
	if (object->next->name)
		bug("%s is missing", object->next->name);
	text_char(object->text, '}');
}
