/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.c: the words of --help around the options. */
#include "core/cli/help.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/message.h"

char *option_doc(const struct tool *tool)
{
	static const char lists[] = "Lists are items with commas between; of numbers, ranges too: 80,443,8000-8100.";
	static const char filters[] =
		" A filter that is given twice takes what either names; a row must pass all filters.";
	size_t size;
	char *doc = NULL;
	FILE *stream = open_memstream(&doc, &size);

	if (!stream)
		say_exit(EXIT_FAILED, "out of memory");
	fprintf(stream, "%s\v%s%s\n", tool->summary, lists, tool->no_sockets ? "" : filters);
	for (const char *const *example = tool->examples; example && example[0]; example += 2)
		fprintf(stream, "%s  %s\n        %s\n", example == tool->examples ? "\nExamples:\n" : "", example[0],
			example[1]);
	if (fclose(stream) != 0)
		say_exit(EXIT_FAILED, "out of memory");
	return doc;
}

void option_args(struct option_table *table, const struct tool *tool)
{
	size_t length = 0;
	int words = 0;

	for (; tool->words && tool->words[words]; words++) {
		const struct option_item *item = option_table_named(table, tool->words[words]);

		length += (size_t)snprintf(table->args + length, sizeof(table->args) - length, "%s[%s",
					   words ? " " : "", item->opt->arg);
	}
	snprintf(table->args + length, sizeof(table->args) - length, "%.*s%s[-- COMMAND ARG...]", words, "]]]]",
		 words ? " " : "");
}
