/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listing.c: the names that an option accepts. */
#include "core/cli/listing.h"

#include <string.h>

#include "core/names/enums.h"

#define NAME_WIDTH 28

static bool is_of_errors(const struct opt *opt)
{
	return opt->type == O_COMMON && !strcmp(opt->name, "error");
}

bool listing_is_asked(const struct opt *opt, const char *arg)
{
	if (!arg || strcmp(arg, "help") != 0)
		return false;
	return opt->type == O_ENUM || opt->names || is_of_errors(opt);
}

static void put_number(struct text *text, const char *name, uint64_t number)
{
	size_t from = text->length;

	text_string(text, name);
	text_pad(text, from, NAME_WIDTH);
	text_char(text, ' ');
	text_unsigned(text, number);
}

static void put_name(void *to, uint64_t value, const char *name, const char *short_name)
{
	(void)name;
	if (enum_is_limit(short_name))
		return;
	put_number(to, short_name, value);
	text_char(to, '\n');
}

static void put_errors(struct text *text)
{
	for (int error = 1; error < ERRORS_END; error++) {
		const char *name = strerrorname_np(error);

		if (!name)
			continue;
		put_number(text, name, (uint64_t)error);
		text_string(text, "  ");
		text_string(text, strerrordesc_np(error));
		text_char(text, '\n');
	}
}

void listing_put(struct text *text, const struct opt *opt)
{
	if (opt->type == O_ENUM)
		enum_each_known(opt->btf_enum, put_name, text);
	for (const char *const *name = opt->names; name && *name; name++) {
		text_string(text, *name);
		text_char(text, '\n');
	}
	if (is_of_errors(opt))
		put_errors(text);
}
