/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.c: the last line of a table: "sockets: 7 (5 process, 2 orphan)". */
#include "core/rows/tally.h"

#include <string.h>

void tally_start(struct tally *tally, const struct options *options)
{
	const struct tool *tool = options->tool;
	uint32_t compares = tool->totals ? tool->totals->compares : 0;

	memset(tally, 0, sizeof(*tally));
	if (tool->tally && options->format == FORMAT_TABLE && !options->no_header && !options->by_name &&
	    !(compares & options->settings.flags))
		tally->field = field_named(tool, tool->tally);
}

void tally_add(struct tally *tally, const struct event *event)
{
	uint64_t value;
	bool known;

	if (!tally->field.name)
		return;
	value = field_number(&tally->field, event, &known);
	tally->rows++;
	if (known && value < TALLY_VALUES)
		tally->of[value]++;
}

void tally_count(struct tally *tally, const struct summary *summary)
{
	size_t count;
	const struct total *totals = summary_rows(summary, &count);

	memset(tally->of, 0, sizeof(tally->of));
	tally->rows = 0;
	for (size_t i = 0; i < count; i++)
		tally_add(tally, totals[i].event);
}

void tally_print(const struct tally *tally, struct printer *printer)
{
	struct text *text = &printer->text;
	const char *before = " (";

	if (!tally->field.name || printer->error)
		return;
	text_string(text, printer->options->tool->name);
	text_string(text, ": ");
	text_unsigned(text, tally->rows);
	for (size_t i = 0; i < TALLY_VALUES && i < tally->field.n_names; i++) {
		if (!tally->of[i])
			continue;
		text_string(text, before);
		text_unsigned(text, tally->of[i]);
		text_char(text, ' ');
		text_string(text, tally->field.names[i]);
		before = ", ";
	}
	text_string(text, tally->rows ? ")\n" : "\n");
}
