/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_print.c: the findings of `nettrace why` for people, and as JSON. */
#include "cmd/why_print.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/must.h"
#include "core/base/terminal.h"

#define MS            1000000ULL
#define INDENT        12
#define FINDINGS_MOST 8 /* of a page; JSON has all */

const struct why_source why_sources[] = {
	{ "tcplife", "bytes, limits and the end of connections" },
	{ "tcpconnect", "attempts to connect and their results" },
	{ "tcpconnlat", "how often a SYN was sent" },
	{ "tcpaccept", "waits for accept()" },
	{ "tcpretrans", "retransmissions" },
	{ "tcpdrop", "drops on this machine, full listeners among them" },
	{ "tcprst", "resets: by whom and why" },
	{ "dns", "names" },
	{ "sockets", "open connections and listeners: queues, unread data, limits" },
	{},
};

bool why_has_trouble(const struct why_findings *findings)
{
	return findings->count && findings->each[0].trouble; /* trouble comes first */
}

/* ---- text in a given width ---- */

/* Appends the words of `string` from column `at` on, with `indent` columns before further lines. */
static void put_wrapped(struct text *out, const char *string, size_t at, size_t indent, size_t width)
{
	for (size_t length; *string; string += length) {
		string += strspn(string, " ");
		length = strcspn(string, " ");
		if (!length)
			break;
		if (at > indent && at + 1 + length > width) {
			text_char(out, '\n');
			for (at = 0; at < indent; at++)
				text_char(out, ' ');
		} else if (at > indent) {
			text_char(out, ' ');
			at++;
		}
		text_bytes(out, string, length);
		at += length;
	}
	text_char(out, '\n');
}

static void put_titled(struct text *out, const char *title, const char *string, size_t width)
{
	size_t from = out->length;

	text_string(out, title);
	text_pad(out, from, INDENT);
	put_wrapped(out, string, INDENT, INDENT, width);
}

__attribute__((format(printf, 2, 3))) static void put(struct text *out, const char *format, ...)
{
	char piece[400];
	va_list values;

	va_start(values, format);
	vsnprintf(piece, sizeof(piece), format, values);
	va_end(values);
	text_string(out, piece);
}

/* NUL-terminates a text for functions that take strings. */
static const char *string_of(struct text *text)
{
	text_char(text, '\0');
	return text->data;
}

/* ---- what was seen ---- */

static void put_bytes(struct text *out, uint64_t bytes)
{
	static const char units[] = "BKMGT";
	unsigned int unit = 0;
	uint64_t scale = 1;

	while (unit < 4 && bytes / scale >= 10240) {
		scale *= 1024;
		unit++;
	}
	text_decimal(out, bytes, scale, unit ? 1 : 0);
	put(out, " %c%s", units[unit], unit ? "iB" : "");
}

static void put_number(struct text *out, uint64_t number, const char *what)
{
	if (number)
		put(out, ", %llu %s", (unsigned long long)number, what);
}

static void put_seen(struct text *out, const struct why_page *page)
{
	const struct why_seen *seen = &page->model->seen;
	struct text line = { 0 };

	put(&line, "%llu connections opened", (unsigned long long)seen->connected);
	put_number(&line, seen->accepted, "accepted");
	put_number(&line, seen->older, "older");
	put_number(&line, seen->pending, "still connecting");
	put(&line, "; %llu failed; sent ", (unsigned long long)seen->failed);
	put_bytes(&line, seen->tx_bytes);
	text_string(&line, ", received ");
	put_bytes(&line, seen->rx_bytes);
	put_number(&line, seen->retrans, "segments retransmitted");
	put_number(&line, seen->queries, "DNS queries");
	put_number(&line, seen->listeners, seen->listeners == 1 ? "listener" : "listeners");
	put_titled(out, "seen", string_of(&line), page->width);
	text_free(&line);
}

static uint64_t number_of_trouble(const struct why_findings *findings)
{
	uint64_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->each[i].trouble;
	return count;
}

static void put_head(struct text *out, const struct why_page *page)
{
	const char *target = page->model->target->text;
	uint64_t count = number_of_trouble(page->findings), time = page->span->ended - page->span->begun;
	struct text line = { 0 };

	text_printable(&line, target ? target : "this machine", strlen(target ? target : "this machine"), 60);
	text_string(&line, ", ");
	text_decimal(&line, time, 1000 * MS, 1);
	text_string(&line, " s: ");
	if (count && page->colours)
		text_string(&line, terminal_red);
	if (count)
		put(&line, "TROUBLE FOUND: %llu finding%s", (unsigned long long)count, count == 1 ? "" : "s");
	else
		text_string(&line, "no trouble found");
	if (count && page->colours)
		text_string(&line, terminal_plain);
	text_bytes(out, line.data, line.length);
	text_char(out, '\n');
	text_free(&line);
}

/* ---- findings ---- */

static void put_about(struct text *out, const struct why_page *page, const struct why_finding *f)
{
	struct text line = { 0 };

	if (f->connections)
		put(&line, "%llu connection%s, ", (unsigned long long)f->connections, f->connections == 1 ? "" : "s");
	clock_local(&line, f->first, 3, false);
	if (f->last > f->first + MS) {
		text_string(&line, " to ");
		clock_local(&line, f->last, 3, false);
	}
	put_titled(out, "  about", string_of(&line), page->width);
	text_free(&line);
}

/* Evidence has text of processes. */
static void put_evidence(struct text *out, const struct why_page *page, const struct why_evidence *evidence)
{
	struct text line = { 0 };

	clock_local(&line, evidence->ts, 3, false);
	put(&line, " %s ", evidence->tool);
	text_printable(&line, evidence->text, strlen(evidence->text), 0);
	put_titled(out, "  evidence", string_of(&line), page->width);
	text_free(&line);
}

static void put_finding(struct text *out, const struct why_page *page, const struct why_finding *f)
{
	struct text line = { 0 };

	text_char(out, '\n');
	put(&line, "%s %s: ", f->trouble ? "VERDICT" : "note", why_texts[f->code].name);
	text_printable(&line, f->sentence, strlen(f->sentence), 0);
	put(&line, " (%s)", why_certainties[f->certainty]);
	put_wrapped(out, string_of(&line), 0, 2, page->width);
	text_free(&line);
	put_about(out, page, f);
	for (unsigned int i = 0; i < f->n_evidence; i++)
		put_evidence(out, page, &f->evidence[i]);
	put_titled(out, "  do", why_texts[f->code].remedy, page->width);
}

/* ---- what could not be checked ---- */

typedef void put_gap(void *context, const char *tool, const char *what);

static void each_gap(const struct why_page *page, put_gap *gap, void *context)
{
	const struct why_model *model = page->model;
	char what[200];

	for (const struct why_source *source = why_sources; source->name; source++)
		if (!why_model_has(model, source->name))
			gap(context, source->name, source->lost);
	for (size_t i = 0; i < model->n_tools; i++)
		if (model->tools[i].lost) {
			snprintf(what, sizeof(what), "%llu events were lost", (unsigned long long)model->tools[i].lost);
			gap(context, model->tools[i].tool->name, what);
		}
	if (page->span->partial)
		gap(context, "sockets", "a walk took too long: some sockets are missing");
	if (page->span->cut)
		gap(context, "why", "ended early, or the recording is damaged: the end is missing");
	if (model->left_out + model->unkept + model->other_listeners + model->other_servers) {
		snprintf(what, sizeof(what),
			 "not kept: %llu connections, %llu listeners, %llu name servers (tables full)",
			 (unsigned long long)(model->left_out + model->unkept),
			 (unsigned long long)model->other_listeners, (unsigned long long)model->other_servers);
		gap(context, "why", what);
	}
	if (page->findings->left_out) {
		snprintf(what, sizeof(what), "not kept: %llu further findings",
			 (unsigned long long)page->findings->left_out);
		gap(context, "why", what);
	}
}

struct gaps {
	struct text *out;
	struct json_object *list;
	size_t width;
	bool any;
};

static void put_gap_line(void *context, const char *tool, const char *what)
{
	struct gaps *gaps = context;
	struct text line = { 0 };

	if (!gaps->any)
		text_string(gaps->out, "\ncould not check\n");
	gaps->any = true;
	put(&line, "%s (%s)", what, tool);
	text_string(gaps->out, "  ");
	put_wrapped(gaps->out, string_of(&line), 2, 2, gaps->width);
	text_free(&line);
}

void why_print_page(struct text *out, const struct why_page *page)
{
	const struct why_findings *findings = page->findings;
	struct gaps gaps = { .out = out, .width = page->width };

	put_head(out, page);
	put_seen(out, page);
	for (size_t i = 0; i < findings->count && i < FINDINGS_MOST; i++)
		put_finding(out, page, &findings->each[i]);
	if (findings->count > FINDINGS_MOST)
		put(out, "\n%zu more findings: --json has all\n", findings->count - FINDINGS_MOST);
	each_gap(page, put_gap_line, &gaps);
}

/* ---- JSON ---- */

static const struct json_key evidence_keys[] = {
	{ "ts", JSON_TIME, .help = "time of the event: RFC 3339, with ns, in UTC" },
	{ "tool", JSON_TEXT, .help = "the tool that reported it" },
	{ "text", JSON_TEXT, .help = "the event in words" },
	{},
};

static const struct json_key finding_keys[] = {
	{ "code", JSON_TEXT, .help = "what was found; nettrace help why lists the codes" },
	{ "trouble", JSON_BOOL, .help = "false: a note, which does not change the exit status" },
	{ "certainty", JSON_TEXT, JSON_TEXTS("possible", "supported", "proved"), .help = "how sure it is" },
	{ "sentence", JSON_TEXT, .help = "the finding in words" },
	{ "subject", JSON_TEXT, .help = "what it is about: an end, a server, a process" },
	{ "pid", JSON_NUMBER, true, .help = "process of the first connection" },
	{ "comm", JSON_TEXT, true, .help = "its name" },
	{ "connections", JSON_NUMBER, .help = "connections it is about" },
	{ "events", JSON_NUMBER, .help = "events: SYNs, drops, segments, queries" },
	{ "first", JSON_TIME, .help = "time of the first" },
	{ "last", JSON_TIME, .help = "time of the last" },
	{ "evidence", JSON_LIST, .objects = evidence_keys, .help = "events that speak for it" },
	{ "remedy", JSON_TEXT, .help = "what to do" },
	{},
};

static const struct json_key gap_keys[] = {
	{ "tool", JSON_TEXT, .help = "the tool that lacks something" },
	{ "what", JSON_TEXT, .help = "what is unknown" },
	{},
};

const struct json_key why_keys[] = {
	{ "ts", JSON_TIME, .help = "end of the time that was watched: RFC 3339, with ns, in UTC" },
	{ "verdict", JSON_TEXT, JSON_TEXTS("fine", "trouble"), .help = "trouble: exit status 10" },
	{ "target", JSON_TEXT, true, .help = "as the user wrote it; null: the whole machine" },
	{ "duration_ns", JSON_NUMBER, .help = "time that was watched" },
	{ "connected", JSON_NUMBER, .help = "connections opened by this machine" },
	{ "accepted", JSON_NUMBER, .help = "connections accepted" },
	{ "older", JSON_NUMBER, .help = "connections opened before" },
	{ "pending", JSON_NUMBER, .help = "attempts without a result yet" },
	{ "failed", JSON_NUMBER, .help = "attempts that failed" },
	{ "tx_bytes", JSON_NUMBER, .help = "payload sent in this time" },
	{ "rx_bytes", JSON_NUMBER, .help = "payload received" },
	{ "retrans", JSON_NUMBER, .help = "segments retransmitted" },
	{ "queries", JSON_NUMBER, .help = "DNS queries" },
	{ "findings", JSON_LIST, .objects = finding_keys, .help = "trouble first" },
	{ "unchecked", JSON_LIST, .objects = gap_keys, .help = "what could not be checked" },
	{},
};

static void json_evidence(struct text *out, const struct why_evidence *evidence)
{
	struct json_object object;

	json_begin(&object, out, evidence_keys);
	json_time(&object, "ts", evidence->ts);
	json_text(&object, "tool", evidence->tool);
	json_text(&object, "text", evidence->text);
	json_end(&object);
}

static void json_finding(struct text *out, const struct why_finding *f)
{
	struct json_object object;

	json_begin(&object, out, finding_keys);
	json_text(&object, "code", why_texts[f->code].name);
	json_bool(&object, "trouble", f->trouble);
	json_text(&object, "certainty", why_certainties[f->certainty]);
	json_text(&object, "sentence", f->sentence);
	json_text(&object, "subject", f->subject);
	if (f->who.pid)
		json_number(&object, "pid", f->who.pid);
	else
		json_null(&object, "pid");
	json_text(&object, "comm", *f->who.comm ? f->who.comm : NULL);
	json_number(&object, "connections", f->connections);
	json_number(&object, "events", f->events);
	json_time(&object, "first", f->first);
	json_time(&object, "last", f->last);
	json_list(&object, "evidence");
	for (unsigned int i = 0; i < f->n_evidence; i++) {
		json_element(&object);
		json_evidence(out, &f->evidence[i]);
	}
	json_list_end(&object);
	json_text(&object, "remedy", why_texts[f->code].remedy);
	json_end(&object);
}

static void json_gap(void *context, const char *tool, const char *what)
{
	struct gaps *gaps = context;
	struct json_object object;

	json_element(gaps->list);
	json_begin(&object, gaps->out, gap_keys);
	json_text(&object, "tool", tool);
	json_text(&object, "what", what);
	json_end(&object);
}

void why_print_json(struct text *out, const struct why_page *page)
{
	const struct why_seen *seen = &page->model->seen;
	struct json_object object;
	struct gaps gaps = { .out = out, .list = &object };

	json_begin(&object, out, why_keys);
	json_time(&object, "ts", page->span->ended);
	json_text(&object, "verdict", why_has_trouble(page->findings) ? "trouble" : "fine");
	json_text(&object, "target", page->model->target->text);
	json_number(&object, "duration_ns", page->span->ended - page->span->begun);
	json_number(&object, "connected", seen->connected);
	json_number(&object, "accepted", seen->accepted);
	json_number(&object, "older", seen->older);
	json_number(&object, "pending", seen->pending);
	json_number(&object, "failed", seen->failed);
	json_number(&object, "tx_bytes", seen->tx_bytes);
	json_number(&object, "rx_bytes", seen->rx_bytes);
	json_number(&object, "retrans", seen->retrans);
	json_number(&object, "queries", seen->queries);
	json_list(&object, "findings");
	for (size_t i = 0; i < page->findings->count; i++) {
		json_element(&object);
		json_finding(out, &page->findings->each[i]);
	}
	json_list_end(&object);
	json_list(&object, "unchecked");
	each_gap(page, json_gap, &gaps);
	json_list_end(&object);
	json_end(&object);
	text_char(out, '\n');
}
