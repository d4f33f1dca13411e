/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict.c: the comparison of a tool's rows with its expectations. */
#include "cmd/doctor/prove_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/doctor/count.h"
#include "core/base/must.h"
#include "core/names/enums.h"
#include "core/names/stack.h"

/* Calls handle() for every line of a text, each as a NUL-terminated string. */
static void each_line(const char *text, void (*handle)(const char *line, void *context), void *context)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		char *line = strndup(text, length);

		if (line)
			handle(line, context);
		free(line);
		text += length + (text[length] == '\n');
	}
}

static bool in_range(const char *line, const char *key, uint16_t first)
{
	uint64_t port;

	return count_number(line, key, &port) && port >= first && port < (uint64_t)first + PROVE_PORTS;
}

static bool is_process_of(uint64_t pid, const char *report, const char **comm)
{
	static const char *const names[][2] = { { "client_pid", "nt-client" }, { "server_pid", "nt-server" } };
	uint64_t number;

	for (size_t i = 0; i < 2; i++) {
		*comm = names[i][1];
		if (count_number(report, names[i][0], &number) && number == pid)
			return true;
	}
	*comm = "nt-forked";
	return count_in_array(report, "fork_pids", pid);
}

/* Whether the row belongs to the traffic of this family, by ports or by process. A row without a family belongs to
 * both. */
static bool is_ours(const char *line, int family, uint16_t port, const char *report)
{
	const char *comm;
	uint64_t number;

	if (!strstr(line, "\"tool\":") || strstr(line, "\"lost_ring\":"))
		return false;
	if (family == BY_KERNEL || !count_number(line, "family", &number))
		return true;
	if (number != (uint64_t)family)
		return false;
	return in_range(line, "lport", port) || in_range(line, "rport", port) ||
	       (count_number(line, "pid", &number) && is_process_of(number, report, &comm));
}

struct family_check {
	struct proof *proof;
	const struct known *known;
	int family;
	uint16_t port;
	size_t first; /* index of this family's first count */
};

static bool may_have_no_owner(const char *line, const struct family_check *at)
{
	for (const struct expectation *row = at->proof->tool->proof; row->what; row++)
		if (strstr(row->select, "pid=null") && count_matches(line, row->select, at->known))
			return true;
	return false;
}

/* Whether the row has a process that is none of the traffic's, or a wrong name. */
static bool is_wrong_owner(const char *line, const struct family_check *at)
{
	const char *value, *comm;
	uint64_t pid;
	size_t length;

	if (!count_value(line, "pid", &value, &length))
		return false;
	if (!count_number(line, "pid", &pid))
		return !may_have_no_owner(line, at);
	return !is_process_of(pid, at->known->report, &comm) || !count_value(line, "comm", &value, &length) ||
	       length != strlen(comm) || memcmp(value, comm, length) != 0;
}

/* Whether the row belongs to a process of the traffic. The caller has found no expectation for it. */
static bool is_unmade(const char *line, const struct family_check *at)
{
	const char *comm;
	uint64_t pid;

	return count_number(line, "pid", &pid) && is_process_of(pid, at->known->report, &comm);
}

static void count_line(const char *line, void *context)
{
	const struct family_check *at = context;
	bool expected = false;

	if (!is_ours(line, at->family, at->port, at->known->report))
		return;
	if (at->family != BY_KERNEL)
		at->proof->wrong_owners += is_wrong_owner(line, at);
	for (size_t i = at->first; i < at->proof->n_counts; i++) {
		struct count *count = &at->proof->counts[i];
		uint64_t value;

		if (!count_matches(line, count->row->select, at->known))
			continue;
		expected = true;
		if (!count->row->sum)
			count->seen++;
		else if (count_number(line, count->row->sum, &value))
			count->seen += value;
	}
	if (at->family != BY_KERNEL && !expected)
		at->proof->unmade += is_unmade(line, at);
}

static bool is_excused(const struct expectation *row, const char *messages)
{
	uint64_t value;

	return (row->needs && evidence_is_refused(messages, row->needs)) ||
	       (row->reason && !enum_value(NULL, "skb_drop_reason", row->reason, &value)) ||
	       (row->by_place && !enum_exists(NULL, "skb_drop_reason") && strstr(messages, NO_KERNEL_SYMBOLS));
}

static void check_family(struct proof *proof, int family, uint16_t port, const char *report)
{
	struct known known = { .report = report };
	struct family_check at = { proof, &known, family, port, proof->n_counts };
	size_t measured = 0;

	for (const struct expectation *row = proof->tool->proof; row->what; row++) {
		if (row->family != family && (row->family || family == BY_KERNEL))
			continue;
		if (proof->n_counts == PROVE_COUNTS)
			bug("the proof of %s has more than %d counts", proof->tool->name, PROVE_COUNTS);
		proof->counts[proof->n_counts++] = (struct count){ .row = row, .family = family };
	}
	each_line(proof->child.output, count_line, &at);
	for (size_t i = at.first; i < proof->n_counts; i++) {
		struct count *count = &proof->counts[i];

		if (count->row->how == MEASURE) {
			if (measured == COUNT_MEASURED - 1)
				bug("the proof of %s measures more than there is room for", proof->tool->name);
			known.measured[measured].name = count->row->what;
			known.measured[measured++].value = count->seen;
			continue;
		}
		count->excused = is_excused(count->row, proof->child.messages);
		if (!count_expression(count->row->expected, &known, &count->expected))
			count->wrong = true;
		else if (count->row->how == AT_LEAST)
			count->wrong = count->seen < count->expected;
		else
			count->wrong = count->seen != count->expected;
		count->wrong = count->wrong && !count->excused;
	}
}

bool verdict_is_wrong(const struct proof *proof)
{
	for (size_t i = 0; i < proof->n_counts; i++)
		if (proof->counts[i].wrong)
			return true;
	return proof->wrong_owners || proof->unmade || *proof->wrong;
}

static void add_loss(const char *line, void *context)
{
	struct proof *proof = context;
	uint64_t ring, map;

	/* Each line has the totals so far. */
	if (count_number(line, "lost_ring", &ring) && count_number(line, "lost_map", &map) &&
	    count_number(line, "lost_missed", &proof->missed))
		proof->lost = ring + map;
}

void verdict_reach(struct proof *proof, const struct sandbox *sandbox, const char *const reports[PROVE_REPORTS])
{
	if (proof->child.status)
		snprintf(proof->wrong, sizeof(proof->wrong), "ended with status %d", proof->child.status);
	for (int i = 0; i < PROVE_FAMILIES; i++)
		if (sandbox->families[i] && reports[i])
			check_family(proof, i ? 6 : 4, sandbox->ports[i], reports[i]);
	if (reports[PROVE_FAMILIES])
		check_family(proof, BY_KERNEL, 0, reports[PROVE_FAMILIES]);
	each_line(proof->child.output, add_loss, proof);
	if (proof->lost)
		snprintf(proof->wrong, sizeof(proof->wrong), "lost %llu", (unsigned long long)proof->lost);
	proof->verdict = verdict_is_wrong(proof) ? FALSE : PROVED;
	for (size_t i = 0; i < proof->n_counts && proof->verdict == PROVED; i++)
		if (proof->counts[i].excused)
			proof->verdict = PARTLY;
}
