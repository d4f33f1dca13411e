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
#include "cmd/help_reasons.h"
#include "core/base/message.h"
#include "core/base/output.h"
#include "core/base/program.h"
#include "core/base/terminal.h"
#include "core/cli/pages.h"

#define NARROWEST   40
#define WIDEST      110
#define PAGER_WORDS 8

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

/* Appends the reasons with these names, or all with the text about them. Returns the exit code. */
static int put_reasons(struct text *markdown, const char *page, char **names, int count)
{
	char nearest[64];

	if (!count) {
		text_string(markdown, page);
		help_reasons(markdown);
		return EXIT_DONE;
	}
	for (int i = 0; i < count; i++) {
		if (help_reasons_named(markdown, names[i], nearest))
			continue;
		if (*nearest)
			print_error("help reasons: no reason %s (did you mean %s?)", names[i], nearest);
		else
			print_error("help reasons: no reason %s (nettrace help reasons shows them)", names[i]);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* Writes a text, page by page on a terminal. Returns the exit code. */
static int show(const struct text *text, size_t rows)
{
	size_t done;
	int error;

	if (show_paged(text, rows))
		return EXIT_DONE;
	error = output_write(STDOUT_FILENO, text->data, text->length, &done);
	if (error && error != EPIPE) {
		print_error("writing the output: %s", strerror(error));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

int help_page(int argc, char **argv)
{
	struct terminal_size size = terminal_size(&(struct terminal){ .out = STDOUT_FILENO });
	size_t columns = size.columns < NARROWEST ? NARROWEST : size.columns > WIDEST ? WIDEST : size.columns;
	bool reasons = !strcmp(argv[1], "reasons");
	char *page = argc == 2 || reasons ? page_find(argv[1]) : NULL;
	struct text text = { 0 }, markdown = { 0 };
	int code = EXIT_DONE;

	if (argc > 2 && !reasons)
		return print_error("help: one page at a time"), EXIT_USAGE;
	if (!page)
		return unknown(argv[1]);
	if (reasons)
		code = put_reasons(&markdown, page, argv + 2, argc - 2);
	else
		text_string(&markdown, page);
	text_char(&markdown, '\0');
	if (strchr(argv[1], '/'))
		text_bytes(&text, markdown.data, markdown.length - 1);
	else
		page_render(&text, markdown.data, columns);
	if (code == EXIT_DONE)
		code = show(&text, size.rows);
	free(page);
	text_free(&markdown);
	text_free(&text);
	return code;
}
