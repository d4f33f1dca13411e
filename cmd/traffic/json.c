/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.c: the traffic applet's report of the events that it made, for comparison by tests. */
#include "cmd/traffic/traffic.h"
#include "cmd/traffic/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"

void traffic_print_line(const char *line)
{
	if (puts(line) == EOF || fflush(stdout) == EOF) {
		if (errno == EPIPE)
			_exit(EXIT_DONE);
		traffic_fail("stdout: %s", strerror(errno));
	}
}

/* Keys after those of the actions. */
static const struct json_key more_keys[] = {
	{ "listeners", JSON_NUMBER, .help = "sockets that listened" },
	{ "connects", JSON_NUMBER, .help = "connection attempts" },
	{ "established", JSON_NUMBER, .help = "established connections among them" },
	{ "accepted", JSON_NUMBER, .help = "connections that the server accepted" },
	{ "bytes_client", JSON_NUMBER, .help = "payload that the client sent" },
	{ "bytes_server", JSON_NUMBER, .help = "payload that the server sent" },
	{ "retransmits_client", JSON_NUMBER, .help = "segments that the client's sockets retransmitted" },
	{ "retransmits_server", JSON_NUMBER, .help = "segments that the server's sockets retransmitted" },
	{ "filter_drops", JSON_NUMBER, .help = "segments that socket filters dropped" },
	{ "listen_drops", JSON_NUMBER, .help = "segments dropped because the accept queue was full" },
	{ "buffer_drops", JSON_NUMBER, .help = "datagrams dropped because the receive buffer was full" },
	{ "churn_seconds", JSON_FRACTION, .help = "duration of --churn in seconds" },
	{ "server_port", JSON_NUMBER, .nullable = true,
	  .help = "port where the server accepts; this port and those below are null if unused" },
	{ "refused_port", JSON_NUMBER, .nullable = true, .help = "port where no process listens" },
	{ "overflow_port", JSON_NUMBER, .nullable = true, .help = "port whose accept queue is full" },
	{ "churn_port", JSON_NUMBER, .nullable = true, .help = "first port of --churn" },
	{ "churn_ports", JSON_NUMBER, .help = "number of ports of --churn" },
	{ "client_pid", JSON_NUMBER, .help = "process of the client" },
	{ "server_pid", JSON_NUMBER, .help = "process of the server" },
	{ "fork_pids", JSON_LIST, .help = "processes of the client's children (--fork)" },
	{},
};

/* One key for each action, with the name of its option, then more_keys. */
static const struct json_key *all_keys(void)
{
	static struct json_key keys[ACTIONS + sizeof(more_keys) / sizeof(more_keys[0])];
	static char names[ACTIONS][32];

	for (size_t i = 0; i < ACTIONS; i++) {
		snprintf(names[i], sizeof(names[i]), "%s", traffic_actions[i].name);
		for (char *dash = names[i]; (dash = strchr(dash, '-'));)
			*dash = '_';
		keys[i] = (struct json_key){ names[i], JSON_NUMBER, .help = traffic_actions[i].help };
	}
	memcpy(keys + ACTIONS, more_keys, sizeof(more_keys));
	return keys;
}

const struct json_line *traffic_lines(void)
{
	static struct json_line lines[] = { { "report", "the generated traffic", NULL }, {} };

	lines[0].keys = all_keys();
	return lines;
}

static void put_port(struct json_object *line, const struct traffic *t, const char *key, enum slot slot, bool used)
{
	if (used)
		json_number(line, key, (uint64_t)t->totals->port + slot);
	else
		json_null(line, key);
}

static void put_totals(struct json_object *line, const struct traffic_totals *totals)
{
	json_number(line, "listeners", totals->listeners);
	json_number(line, "connects", totals->connects);
	json_number(line, "established", totals->established);
	json_number(line, "accepted", totals->accepted);
	json_number(line, "bytes_client", totals->bytes[CLIENT]);
	json_number(line, "bytes_server", totals->bytes[SERVER]);
	json_number(line, "retransmits_client", totals->retransmits[CLIENT]);
	json_number(line, "retransmits_server", totals->retransmits[SERVER]);
	json_number(line, "filter_drops", totals->filter_drops);
	json_number(line, "listen_drops", totals->listen_drops);
	json_number(line, "buffer_drops", totals->buffer_drops);
}

static void put_processes(struct json_object *line, const struct traffic *t)
{
	json_number(line, "client_pid", (uint64_t)t->client);
	json_number(line, "server_pid", (uint64_t)t->server);
	json_list(line, "fork_pids");
	for (size_t i = 0; i < t->n_fork_pids; i++) {
		json_element(line);
		text_unsigned(line->text, (uint64_t)t->fork_pids[i]);
	}
	json_list_end(line);
}

void traffic_print_json(const struct traffic *t)
{
	const struct json_key *keys = traffic_lines()->keys;
	struct text text = { 0 };
	struct json_object line;

	json_begin(&line, &text, keys);
	for (size_t i = 0; i < ACTIONS; i++)
		json_number(&line, keys[i].name, t->counts[i] * (uint64_t)(t->families[0] + t->families[1]));
	put_totals(&line, t->totals);
	json_fraction(&line, "churn_seconds", (uint64_t)(t->churn_seconds * 1e6));
	put_port(&line, t, "server_port", SLOT_ACCEPTING, t->totals->port);
	put_port(&line, t, "refused_port", SLOT_REFUSING, t->counts[REFUSE] || t->counts[UDP_REFUSE]);
	put_port(&line, t, "overflow_port", SLOT_OVERFLOWING, t->counts[OVERFLOW]);
	put_port(&line, t, "churn_port", SLOT_CHURNING, t->counts[CHURN]);
	json_number(&line, "churn_ports", t->n_slots - SLOT_CHURNING);
	put_processes(&line, t);
	json_end(&line);
	text_char(&text, '\0');
	traffic_print_line(text.data);
	text_free(&text);
}
