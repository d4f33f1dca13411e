/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choice.c: the columns that a user selects. */
#include "core/print/choice.h"

#include <string.h>

#include "core/base/nearest.h"

#define NAME_SHOWN 60

static const struct column *columns_of(const struct options *options)
{
	return options_totals(options) ? tool_totals_columns(options->tool) : options->tool->columns;
}

static const struct member *members_of(const struct options *options)
{
	return options_totals(options) ? tool_totals_members(options->tool) : options->tool->members;
}

/* Rows about sockets have all common members; others only the time. */
static bool has_common(const struct options *options, const struct member *member)
{
	if (member == common_members)
		return true;
	return is_about_sockets(options->tool) && (!options_totals(options) || member->kind == F_CONTAINER);
}

/* Whether the member can be a column: histograms cannot. */
static bool is_key(const struct field *field)
{
	return !field->hidden && !field_is_histogram(field);
}

static bool is_called(const char *name, const char *wanted, size_t length)
{
	return strlen(name) == length && !memcmp(name, wanted, length);
}

/* ---- widths ---- */

static int longest_name(const struct field *field)
{
	size_t longest = 1;

	for (uint32_t i = 0; i < field->n_names; i++)
		if (field->names[i] && strlen(field->names[i]) > longest)
			longest = strlen(field->names[i]);
	return longest > 24 ? 24 : (int)longest;
}

/* The width of its common values; negative: right-aligned. */
static int usual_width(const struct field *field)
{
	switch (field->kind) {
	case F_UINT:
	case F_INT:
	case F_SI:
	case F_RATE:
	case F_PER_S:
		return -10;
	case F_MSEC:
	case F_USEC:
	case F_KBYTES:
		return 10;
	case F_ADDRESS:
		return 15;
	case F_ENDPOINT:
		return 21;
	case F_NAME:
		return longest_name(field);
	case F_TEXT:
		return field->size > 16 ? 24 : 16;
	case F_ENUM:
	case F_SYMBOL:
	case F_CONTAINER:
		return 24;
	case F_ERRNO:
		return 12;
	case F_HEX:
		return 16;
	default:
		return 8;
	}
}

static void set_width(struct field *field)
{
	int width = usual_width(field), title = (int)strlen(field->title);

	if (width < 0)
		width = -width < title ? -title : width;
	else
		width = width < title ? title : width;
	field->width = (int8_t)width;
	field->wide = (int8_t)(field->kind == F_ADDRESS ? 39 : width);
}

/* ---- a column of the tool, or a common one ---- */

/* Whether the column is complete: not part of another one, and with a heading. */
static bool stands_alone(const struct field *field)
{
	return !field->suffix && *field->title && !field_is_histogram(field);
}

static bool find_column(struct field *field, const struct tool *tool, const struct column *columns, const char *name,
			size_t length, enum where place)
{
	bool found = false;

	for (; columns && columns->name; columns++) {
		struct field each;

		if (!is_called(columns->name, name, length))
			continue;
		each = field_of_column(tool, columns);
		if (!each.title || !*each.title)
			continue;
		each.suffix = false;
		if (!stands_alone(&each) || (found && !(each.where & place)))
			continue;
		*field = each;
		found = true;
	}
	if (found && !field->width)
		set_width(field);
	return found;
}

/* ---- a JSON key without a column ---- */

/* Uses the JSON form, because the name states its unit. */
static void as_in_json(struct field *field)
{
	if (field->kind == F_MSEC || field->kind == F_USEC || field->kind == F_KBYTES)
		field->kind = F_UINT;
	if (field->kind == F_RATE)
		field->unit = 0;
	field->capitals = true;
	set_width(field);
}

static bool find_key(struct field *field, const struct options *options, const char *name, size_t length)
{
	for (const struct member *member = members_of(options); member && member->name; member++) {
		if (!is_called(member->name, name, length))
			continue;
		*field = field_of_member(options->tool, member);
		as_in_json(field);
		return is_key(field);
	}
	for (const struct member *member = common_members; member->name; member++) {
		if (!has_common(options, member) || !is_called(member->name, name, length))
			continue;
		*field = field_of_member(options->tool, member);
		as_in_json(field);
		return true;
	}
	return false;
}

static bool is_common_column(const struct options *options, const struct column *column)
{
	const char *of = column->of ? column->of : column->name;

	if (options_totals(options))
		return false;
	for (const struct member *member = common_members; member->name; member++)
		if (!strcmp(member->name, of))
			return has_common(options, member);
	return false;
}

static bool find_common(struct field *field, const struct options *options, const char *name, size_t length)
{
	for (const struct column *column = common_columns; column->name; column++) {
		if (!is_called(column->name, name, length) || !is_common_column(options, column))
			continue;
		*field = field_of_column(options->tool, column);
		return true;
	}
	return false;
}

bool choice_field(struct field *field, const struct options *options, const char *name, size_t length, enum where place)
{
	return find_column(field, options->tool, columns_of(options), name, length, place) ||
	       find_common(field, options, name, length) || find_key(field, options, name, length);
}

/* ---- all of them ---- */

/* Calls each(name, to) for every name; a name of both a column and a key comes once. */
static void for_all(const struct options *options, void (*each)(const char *name, void *to), void *to)
{
	const struct column *columns = columns_of(options);
	struct field field;

	for (const struct column *column = columns; column && column->name; column++) {
		bool again = false;

		for (const struct column *before = columns; before < column; before++)
			again |= !strcmp(before->name, column->name);
		if (!again && *column->name &&
		    find_column(&field, options->tool, columns, column->name, strlen(column->name), IN_TABLE))
			each(column->name, to);
	}
	for (const struct column *column = common_columns; column->name; column++)
		if (is_common_column(options, column) &&
		    !find_column(&field, options->tool, columns, column->name, strlen(column->name), IN_TABLE))
			each(column->name, to);
	for (int common = 1; common >= 0; common--) {
		const struct member *member = common ? common_members : members_of(options);

		for (; member && member->name; member++) {
			size_t length = strlen(member->name);

			if ((common && !has_common(options, member)) ||
			    find_column(&field, options->tool, columns, member->name, length, IN_TABLE) ||
			    find_common(&field, options, member->name, length))
				continue;
			if (find_key(&field, options, member->name, length))
				each(member->name, to);
		}
	}
}

struct list_to {
	struct text *text;
	const struct options *options;
};

static bool ends(const char *name, const char *with)
{
	size_t length = strlen(name), tail = strlen(with);

	return length > tail && !strcmp(name + length - tail, with);
}

/* The unit of the kind, or in the suffix of the name. */
static const char *unit_of(const struct field *field)
{
	const struct kind_row *kind = &kind_rows[field->kind];
	const char *unit = field->capitals ? kind->json_unit : kind->column_unit;

	if (unit)
		return unit;
	if (kind->has_port)
		return "addr:port";
	return ends(field->name, "_ns")      ? "ns"
	       : ends(field->name, "_us")    ? "us"
	       : ends(field->name, "_bytes") ? "bytes"
					     : "";
}

static void list_one(const char *name, void *to)
{
	const struct list_to *list = to;
	struct text *text = list->text;
	struct field field;
	size_t from = text->length;

	if (!choice_field(&field, list->options, name, strlen(name), IN_TABLE))
		return;
	text_string(text, name);
	text_pad(text, from, 16);
	text_char(text, ' ');
	text_string(text, unit_of(&field));
	text_pad(text, from, 26);
	text_char(text, ' ');
	text_string(text, field.help ? field.help : "both in one column");
	text_char(text, '\n');
}

void choice_list(struct text *text, const struct options *options)
{
	text_string(text, "KEY              UNIT      MEANING\n");
	for_all(options, list_one, &(struct list_to){ text, options });
}

/* ---- what the user wrote ---- */

static void try_one(const char *name, void *to)
{
	nearest_try(to, name);
}

static bool refuse(const struct options *options, const char *name, struct error *error)
{
	struct nearest nearest = nearest_to(name);

	for_all(options, try_one, &nearest);
	return error_set(error, EXIT_USAGE, "--columns %s: no such column (%s%s%s--columns help lists them)", name,
			 nearest.found ? "did you mean " : "", nearest.found ? nearest.found : "",
			 nearest.found ? "? " : "");
}

static bool check_one(struct options *options, const char *name, size_t length, struct error *error)
{
	char shown[NAME_SHOWN];
	struct field field;

	if (choice_field(&field, options, name, length, IN_TABLE)) {
		options->containers |= field.kind == F_CONTAINER;
		return true;
	}
	memcpy(shown, name, length < NAME_SHOWN ? length : NAME_SHOWN - 1);
	shown[length < NAME_SHOWN ? length : NAME_SHOWN - 1] = '\0';
	return refuse(options, shown, error);
}

bool choice_is_histogram(const struct options *options)
{
	const struct member *member = options_totals(options) ? members_of(options) : NULL;
	uint32_t flags = options->settings.flags;

	for (; member && member->name; member++) {
		struct field field = field_of_member(options->tool, member);

		if (field_is_histogram(&field) && (field.flag & flags) == field.flag && !(field.unless & flags))
			return true;
	}
	return false;
}

bool choice_check(struct options *options, struct error *error)
{
	size_t n = 0, length;

	if (options->format == FORMAT_JSON)
		return error_set(error, EXIT_USAGE, "--columns: not together with --json, which has every key");
	if (choice_is_histogram(options))
		return error_set(error, EXIT_USAGE, "--columns: histograms have none");
	for (const char *name = options->columns;; name += length + 1) {
		length = strcspn(name, ",");
		if (!check_one(options, name, length, error))
			return false;
		if (++n > CHOICE_MOST)
			return error_set(error, EXIT_USAGE, "--columns: more than %d columns", CHOICE_MOST);
		if (!name[length])
			return true;
	}
}
