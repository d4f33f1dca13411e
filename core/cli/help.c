/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.c: the text of --help around the options, and its width. */
#include "core/cli/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/must.h"
#include "core/base/terminal.h"

#define NARROWEST 50 /* argp needs room to the right of the options */
#define WIDEST    120

char *help_doc(const struct tool *tool)
{
	static const char lists[] =
		"Lists are separated by commas; lists of numbers can have ranges: 80,443,8000-8100.";
	static const char filters[] = " Repeating a filter adds to its list; a row must match every filter.";
	size_t size;
	char *doc = NULL;
	FILE *stream = must(open_memstream(&doc, &size));

	fprintf(stream, "%s\v%s%s\n", tool->summary, lists, !is_about_sockets(tool) ? "" : filters);
	for (const char *const *example = tool->examples; example && example[0]; example += 2)
		fprintf(stream, "%s  %s\n        %s\n", example == tool->examples ? "\nExamples:\n" : "", example[0],
			example[1]);
	fclose(stream);
	return must(doc);
}

void help_fit_width(void)
{
	size_t columns = terminal_size(&(struct terminal){ .out = STDOUT_FILENO }).columns;
	char format[32];

	if (columns < NARROWEST)
		columns = NARROWEST;
	snprintf(format, sizeof(format), "rmargin=%zu", (columns > WIDEST ? WIDEST : columns) - 1);
	setenv("ARGP_HELP_FMT", format, 0);
}
