/* SPDX-License-Identifier: GPL-2.0-or-later */
/* schema_keys.c: JSON objects other than rows (core/base/json.h), as JSON Schema. */
#include <string.h>

#include "docs/generate/write.h"

static void put_texts(FILE *out, const struct json_key *key)
{
	fputs("\"enum\": [", out);
	for (const char *const *text = key->texts; *text; text++) {
		fputs(text == key->texts ? "" : ", ", out);
		schema_string(out, *text);
	}
	fputs(key->nullable ? ", null]" : "]", out);
}

static void put_type(FILE *out, const struct json_key *key, const char *name)
{
	fprintf(out, key->nullable ? "\"type\": [\"%s\", \"null\"]" : "\"type\": \"%s\"", name);
}

static void put_properties(FILE *out, const struct json_key *keys, int indent)
{
	fprintf(out, "%*s\"type\": \"object\",\n%*s\"properties\": {\n", indent, "", indent, "");
	for (const struct json_key *key = keys; key->name; key++) {
		fputs(key == keys ? "" : ",\n", out);
		schema_key(out, key, indent + 2, NULL);
	}
	fprintf(out, "\n%*s},\n%*s\"required\": [", indent, "", indent, "");
	schema_required(out, keys, "");
	fputs("]\n", out);
}

static void put_items(FILE *out, const struct json_key *key, int indent)
{
	fputs("\"type\": \"array\", \"items\": ", out);
	if (key->objects) {
		fputs("{\n", out);
		put_properties(out, key->objects, indent + 2);
		fprintf(out, "%*s}", indent, "");
	} else if (key->schema) {
		fprintf(out, "{ \"$ref\": \"%s\" }", key->schema);
	} else {
		fputs("{ \"type\": \"integer\", \"minimum\": 0 }", out);
	}
}

void schema_key(FILE *out, const struct json_key *key, int indent, const char *tool)
{
	fprintf(out, "%*s\"%s\": { ", indent, "", key->name);
	if (tool && !strcmp(key->name, "tool")) {
		fprintf(out, "\"const\": \"%s\" }", tool);
		return;
	}
	switch (key->kind) {
	case JSON_TEXT:
		if (key->texts)
			put_texts(out, key);
		else
			put_type(out, key, "string");
		break;
	case JSON_TIME:
		fputs("\"type\": \"string\", " JSON_TIME_SCHEMA, out);
		break;
	case JSON_BOOL:
		put_type(out, key, "boolean");
		break;
	case JSON_NUMBER:
	case JSON_FRACTION:
		put_type(out, key, key->kind == JSON_NUMBER ? "integer" : "number");
		fputs(", \"minimum\": 0", out);
		break;
	case JSON_LIST:
		put_items(out, key, indent);
		break;
	}
	fputs(", \"description\": ", out);
	schema_string(out, key->help);
	fputs(" }", out);
}

void schema_required(FILE *out, const struct json_key *keys, const char *before)
{
	for (; keys->name; keys++) {
		fprintf(out, "%s\"%s\"", before, keys->name);
		before = ", ";
	}
}

void schema_object(FILE *out, const struct json_line *line, int indent)
{
	fprintf(out, "%*s\"%s\": {\n%*s\"description\": ", indent, "", line->name, indent + 2, "");
	schema_string(out, line->help);
	fputs(",\n", out);
	put_properties(out, line->keys, indent + 2);
	fprintf(out, "%*s}", indent, "");
}
