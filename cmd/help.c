/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.c: the pages of the manual in the program, on the terminal. */
#include "cmd/help.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/applets.h"
#include "core/base/message.h"
#include "core/base/output.h"
#include "core/base/terminal.h"
#include "core/cli/pages.h"
#include "core/names/enums.h"

#define NARROWEST 40
#define WIDEST    110
#define REASONS   "skb_drop_reason"

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

int help_page(int argc, char **argv)
{
	size_t columns = terminal_size(&(struct terminal){ .out = STDOUT_FILENO }).columns, done;
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
	error = output_write(STDOUT_FILENO, text.data, text.length, &done);
	text_free(&text);
	if (error && error != EPIPE) {
		print_error("writing the output: %s", strerror(error));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
