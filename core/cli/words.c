/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.c: a check for unknown options, with the matching of getopt_long(). */
#include "core/cli/words.h"

#include <string.h>

#include "core/base/nearest.h"

#define SHOWN 60 /* a longer word would displace the message */

struct words {
	const struct argp_option *rows;
	const char *name;
	struct error *error;
};

static bool is_end(const struct argp_option *row)
{
	return !row->name && !row->key && !row->doc && !row->group;
}

/* The row with the argument: an alias has that of the row before it. */
static const struct argp_option *whole(const struct words *words, const struct argp_option *row)
{
	while (row > words->rows && row->flags & OPTION_ALIAS)
		row--;
	return row;
}

static bool wants_argument(const struct argp_option *row)
{
	return row->arg && !(row->flags & OPTION_ARG_OPTIONAL);
}

static bool refuse(const struct words *words, const char *word, size_t length, const char *meant)
{
	return error_set(words->error, EXIT_USAGE, "%.*s: no such option (%s%s%ssee nettrace help %s)",
			 (int)(length > SHOWN ? SHOWN : length), word, meant ? "did you mean --" : "",
			 meant ? meant : "", meant ? "? " : "", words->name);
}

static bool refuse_bare(const struct words *words, const char *word, const struct argp_option *row)
{
	return error_set(words->error, EXIT_USAGE, "%.*s: needs an argument: %s (see nettrace help %s)", SHOWN, word,
			 row->arg, words->name);
}

/* Checks "--name", "--name=value", or a unique abbreviation. */
static bool check_long(const struct words *words, const char *word, bool last, bool *takes_next)
{
	const char *name = word + 2;
	size_t length = strcspn(name, "=");
	const struct argp_option *found = NULL;
	char typed[SHOWN + 1] = "";
	struct nearest nearest = nearest_to(typed);
	bool several = false;

	memcpy(typed, name, length < SHOWN ? length : SHOWN);
	for (const struct argp_option *row = words->rows; !is_end(row); row++) {
		if (!row->name)
			continue;
		if (!(whole(words, row)->flags & OPTION_HIDDEN))
			nearest_try(&nearest, row->name);
		if (strncmp(row->name, name, length) != 0)
			continue;
		if (!row->name[length]) {
			found = row;
			several = false;
			break;
		}
		several |= found && whole(words, found) != whole(words, row);
		found = row;
	}
	if (!found)
		return refuse(words, word, length + 2, nearest.found);
	if (several)
		return true; /* getopt reports all candidates */
	found = whole(words, found);
	if (name[length] == '=' && !found->arg)
		return error_set(words->error, EXIT_USAGE, "%.*s: takes no argument (see nettrace help %s)",
				 (int)length + 2, word, words->name);
	*takes_next = wants_argument(found) && name[length] != '=';
	return !*takes_next || !last || refuse_bare(words, word, found);
}

/* Checks "-x", "-xyz", "-xVALUE". */
static bool check_letters(const struct words *words, const char *word, bool last, bool *takes_next)
{
	for (const char *letter = word + 1; *letter; letter++) {
		const struct argp_option *row = words->rows;
		const char shown[] = { '-', *letter, '\0' };

		while (!is_end(row) && row->key != *letter)
			row++;
		if (is_end(row))
			return refuse(words, shown, 2, NULL);
		row = whole(words, row);
		if (!row->arg)
			continue;
		*takes_next = wants_argument(row) && !letter[1];
		return !*takes_next || !last || refuse_bare(words, shown, row);
	}
	return true;
}

bool words_check(const struct argp_option *rows, const char *name, int argc, char **argv, struct error *error)
{
	struct words words = { rows, name, error };

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		bool takes_next = false, last = i + 1 == argc;

		if (!strcmp(word, "--"))
			return true;
		if (word[0] != '-' || !word[1])
			continue;
		if (word[1] == '-' ? !check_long(&words, word, last, &takes_next)
				   : !check_letters(&words, word, last, &takes_next))
			return false;
		i += takes_next;
	}
	return true;
}
