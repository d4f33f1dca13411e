/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.c: the pages of the manual in the program, on the terminal. */
#include "cmd/help.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/applets.h"
#include "core/base/message.h"
#include "core/base/output.h"
#include "core/base/program.h"
#include "core/base/terminal.h"
#include "core/cli/pages.h"
#include "core/names/enums.h"

#define NARROWEST   40
#define WIDEST      110
#define PAGER_WORDS 8
#define REASONS     "skb_drop_reason"

static void put_reason(void *to, uint64_t value, const char *name, const char *short_name)
{
	struct text *text = to;
	size_t from = text->length;

	(void)name;
	if (enum_is_limit(short_name))
		return;
	text_string(text, "    ");
	text_unsigned(text, value);
	text_pad(text, from, 12);
	text_string(text, short_name);
	text_char(text, '\n');
}

/* With this kernel's numbers. */
static void put_reasons(struct text *text)
{
	if (!enum_exists(NULL, REASONS)) {
		text_string(text,
			    "\nTHE REASONS OF THIS KERNEL\nIt has none (Linux 5.17 and later have), or its BTF cannot "
			    "be read.\n");
		return;
	}
	text_string(text, "\nTHE REASONS OF THIS KERNEL\n");
	enum_each(REASONS, put_reason, text);
}

static int unknown(const char *name)
{
	char nearest[64];

	if (page_nearest(name, nearest))
		print_error("help %s: no such page (did you mean %s?)", name, nearest);
	else
		print_error("help %s: no such page (nettrace help shows them)", name);
	return EXIT_USAGE;
}

/* Splits $PAGER into words; without it, less, which cuts wide tables at the edge. A program with file capabilities
 * ignores the variable. */
static void choose_pager(const char *words[PAGER_WORDS + 1], char *pager, size_t size)
{
	const char *given = secure_getenv("PAGER");
	size_t count = 0;

	snprintf(pager, size, "%s", given && *given ? given : "less -S");
	for (char *word = strtok(pager, " "); word && count < PAGER_WORDS; word = strtok(NULL, " "))
		words[count++] = word;
	words[count] = NULL;
}

/* Shows a text that is longer than the terminal page by page, as man(1) does. False: not shown. */
static bool show_paged(const struct text *text, size_t rows)
{
	const char *words[PAGER_WORDS + 1], *const last_resort[] = { "more", NULL };
	char pager[256];
	size_t done;
	int page;

	if (!terminal_is_capable(STDOUT_FILENO) || text_lines(text) < rows)
		return false;
	page = memfd_create("page", MFD_CLOEXEC);
	if (page < 0)
		return false;
	choose_pager(words, pager, sizeof(pager));
	if (output_write(page, text->data, text->length, &done) || lseek(page, 0, SEEK_SET) < 0 || !words[0] ||
	    (program_show(words, page) && program_show(last_resort, page)))
		done = 0;
	close(page);
	return done == text->length;
}

int help_page(int argc, char **argv)
{
	struct terminal_size size = terminal_size(&(struct terminal){ .out = STDOUT_FILENO });
	size_t columns = size.columns, done;
	char *page = argc == 2 ? page_find(argv[1]) : NULL;
	struct text text = { 0 };
	int error;

	if (argc > 2)
		return print_error("help: one page at a time"), EXIT_USAGE;
	if (!page)
		return unknown(argv[1]);
	if (strchr(argv[1], '/'))
		text_string(&text, page);
	else
		page_render(&text, page, columns < NARROWEST ? NARROWEST : columns > WIDEST ? WIDEST : columns);
	if (!strcmp(argv[1], "reasons"))
		put_reasons(&text);
	free(page);
	if (show_paged(&text, size.rows)) {
		text_free(&text);
		return EXIT_DONE;
	}
	error = output_write(STDOUT_FILENO, text.data, text.length, &done);
	text_free(&text);
	if (error && error != EPIPE) {
		print_error("writing the output: %s", strerror(error));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
