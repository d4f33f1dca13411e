/* SPDX-License-Identifier: GPL-2.0-or-later */
/* losses.c: reports of lost events, at once and at the end. */
#include "core/run/losses.h"

#include <string.h>

#include "core/base/message.h"

#define NUMBER(value) ((unsigned long long)(value))

const struct json_key loss_keys[] = {
	{ "ts", JSON_TIME, .help = "time of the report: RFC 3339, with ns, in UTC" },
	{ "tool", JSON_TEXT, .help = "the tool that lost events" },
	{ "lost", JSON_NUMBER, .help = "events lost so far: lost_ring + lost_missed" },
	{ "lost_ring", JSON_NUMBER, .help = "events lost because the ring was full (--ring-size)" },
	{ "lost_missed", JSON_NUMBER, .help = "because a probe was re-entered on the same CPU" },
	{ "lost_map", JSON_NUMBER,
	  .help = "map updates that failed because the map was full: rows are incomplete or missing" },
	{ "seen", JSON_NUMBER, .help = "events so far: filtered, sent and lost" },
	{ "filtered", JSON_NUMBER, .help = "events that filters excluded" },
	{ "printed", JSON_NUMBER, .help = "rows printed so far" },
	{},
};

void losses_line(struct printer *printer, const struct ledger *ledger, uint64_t when)
{
	struct json_object line;

	if (printer->options->format != FORMAT_JSON || printer->error)
		return;
	json_begin(&line, &printer->text, loss_keys);
	json_time(&line, "ts", when);
	json_text(&line, "tool", printer->options->tool->name);
	json_number(&line, "lost", ledger_lost(ledger));
	json_number(&line, "lost_ring", ledger->counters.lost_ring);
	json_number(&line, "lost_missed", ledger->missed);
	json_number(&line, "lost_map", ledger->counters.lost_map);
	json_number(&line, "seen", ledger->seen);
	json_number(&line, "filtered", ledger->counters.filtered);
	json_number(&line, "printed", printer->rows);
	json_end(&line);
	text_char(&printer->text, '\n');
}

const struct json_key partial_keys[] = {
	{ "ts", JSON_TIME, .help = "time of the report: RFC 3339, with ns, in UTC" },
	{ "tool", JSON_TEXT, .help = "the tool that lacks rows" },
	{ "partial", JSON_BOOL,
	  .help = "true: a walk took too long, or could not enter all network namespaces: rows are missing" },
	{ "printed", JSON_NUMBER, .help = "rows printed" },
	{ "lost", JSON_NUMBER, .help = "events lost, as in the last line about losses; 0: none" },
	{},
};

void losses_partial(struct printer *printer, uint64_t when)
{
	struct json_object line;

	if (printer->options->format != FORMAT_JSON || printer->error)
		return;
	json_begin(&line, &printer->text, partial_keys);
	json_time(&line, "ts", when);
	json_text(&line, "tool", printer->options->tool->name);
	json_bool(&line, "partial", true);
	json_number(&line, "printed", printer->rows);
	json_number(&line, "lost", ledger_lost(&printer->reported));
	json_end(&line);
	text_char(&printer->text, '\n');
}

void losses_unreadable(struct losses *losses, int error)
{
	if (!losses->unreadable)
		print_warning("cannot read the loss counters: %s; losses will not be reported", strerror(error));
	losses->unreadable = true;
}

bool losses_report(struct losses *losses, const struct ledger *ledger, uint64_t when, struct printer *printer)
{
	struct ledger now = *ledger;
	const struct ledger *reported = &losses->reported;

	if (now.missed < reported->missed) /* the counters were read while events continued */
		now.missed = reported->missed;
	if (ledger_lost(&now) == ledger_lost(reported) && now.counters.lost_map == reported->counters.lost_map)
		return false;
	if (now.counters.lost_ring != reported->counters.lost_ring)
		print_warning("lost %llu events: the ring was full (%llu of %llu so far; use a larger --ring-size, or "
			      "filters)",
			      now.counters.lost_ring - reported->counters.lost_ring, now.counters.lost_ring,
			      NUMBER(now.seen));
	if (now.missed != reported->missed)
		print_warning("lost %llu events: a probe was re-entered on the same CPU (%llu of %llu so far)",
			      NUMBER(now.missed - reported->missed), NUMBER(now.missed), NUMBER(now.seen));
	if (now.counters.lost_map != reported->counters.lost_map)
		print_warning("%llu map updates failed (map full): some rows are incomplete or missing",
			      now.counters.lost_map - reported->counters.lost_map);
	losses_line(printer, &now, when);
	losses->reported = now;
	printer->reported = now;
	return true;
}

void losses_account(const struct ledger *ledger, const struct printer *printer)
{
	print_note("seen %llu = filtered %llu + sent %llu + lost %llu; printed %llu", NUMBER(ledger->seen),
		   ledger->counters.filtered, ledger->counters.sent, NUMBER(ledger_lost(ledger)),
		   NUMBER(printer->rows));
}
