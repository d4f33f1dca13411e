/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traffic_json.c: the traffic applet's account of what it made, for tests to compare with. */
#include "cmd/traffic_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/say.h"

void traffic_print_line(const char *line)
{
	if (puts(line) == EOF || fflush(stdout) == EOF) {
		if (errno == EPIPE)
			_exit(EXIT_DONE);
		traffic_fail("stdout: %s", strerror(errno));
	}
}

static void json_number(FILE *out, const char *key, uint64_t value)
{
	fprintf(out, "\"%s\":%llu,", key, (unsigned long long)value);
}

/* null: not used. */
static void json_port(FILE *out, const struct traffic *t, const char *key, enum slot slot, uint64_t used)
{
	if (used)
		json_number(out, key, (uint64_t)t->totals->port + slot);
	else
		fprintf(out, "\"%s\":null,", key);
}

static void json_actions(FILE *out, const struct traffic *t)
{
	for (int i = 0; i < ACTIONS; i++) {
		uint64_t n = t->counts[i] * (uint64_t)(t->families[0] + t->families[1]);
		char key[32];

		snprintf(key, sizeof(key), "%s", traffic_actions[i].name);
		for (char *dash = key; (dash = strchr(dash, '-'));)
			*dash = '_';
		json_number(out, key, n);
	}
}

void traffic_print_json(const struct traffic *t)
{
	const struct totals *totals = t->totals;
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		traffic_fail("out of memory");
	fputc('{', out);
	json_actions(out, t);
	json_number(out, "listeners", totals->listeners);
	json_number(out, "connects", totals->connects);
	json_number(out, "established", totals->established);
	json_number(out, "accepted", totals->accepted);
	json_number(out, "bytes_client", totals->bytes[CLIENT]);
	json_number(out, "bytes_server", totals->bytes[SERVER]);
	json_number(out, "retransmits_client", totals->retransmits[CLIENT]);
	json_number(out, "retransmits_server", totals->retransmits[SERVER]);
	json_number(out, "filter_drops", totals->filter_drops);
	json_number(out, "listen_drops", totals->listen_drops);
	fprintf(out, "\"churn_seconds\":%.6f,", t->churn_seconds);
	json_port(out, t, "server_port", SLOT_ACCEPTING, totals->port);
	json_port(out, t, "refused_port", SLOT_REFUSING, t->counts[REFUSE]);
	json_port(out, t, "overflow_port", SLOT_OVERFLOWING, t->counts[OVERFLOW]);
	json_port(out, t, "churn_port", SLOT_CHURNING, t->counts[CHURN]);
	json_number(out, "churn_ports", t->n_slots - SLOT_CHURNING);
	json_number(out, "client_pid", (uint64_t)t->client);
	json_number(out, "server_pid", (uint64_t)t->server);
	fputs("\"fork_pids\":[", out);
	for (size_t i = 0; i < t->n_fork_pids; i++)
		fprintf(out, "%s%d", i ? "," : "", (int)t->fork_pids[i]);
	fputs("]}", out);
	if (fclose(out) == EOF)
		traffic_fail("out of memory");
	traffic_print_line(line);
	free(line);
}
