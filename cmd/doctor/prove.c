/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prove.c: `nettrace doctor --prove`: all tools at once on known traffic, and their counts. */
#include "cmd/doctor/prove_parts.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/bpf/plan.h"
#include "cmd/fatal.h"

#define SETTLED_MS     200 /* for softirq work after the last packets */
#define MOST_ARGUMENTS 40

struct arguments {
	char *all[MOST_ARGUMENTS + 1];
	size_t n;
	char ports[64], without[512], rung[512], options[128]; /* storage of some arguments */
};

static void add(struct arguments *to, const char *argument)
{
	if (to->n < MOST_ARGUMENTS)
		to->all[to->n++] = (char *)(uintptr_t)argument;
	to->all[to->n] = NULL;
}

static void add_all(struct arguments *to, const char *const *arguments)
{
	while (*arguments)
		add(to, *arguments++);
}

static void add_named(struct arguments *to, const char *option, const char *value)
{
	if (!*value)
		return;
	add(to, option);
	add(to, value);
}

static void list_ports(struct arguments *to, const struct sandbox *sandbox)
{
	size_t used = 0;

	for (int i = 0; i < PROVE_FAMILIES; i++)
		if (sandbox->families[i])
			used += (size_t)snprintf(to->ports + used, sizeof(to->ports) - used, "%s%u-%u", used ? "," : "",
						 sandbox->ports[i], sandbox->ports[i] + PROVE_PORTS - 1);
}

static void start_tool(struct proof *proof, const struct doctor *doctor, const struct sandbox *sandbox)
{
	static const char *const usual[] = { "--json", "--debug", "--ring-size", "1", NULL };
	struct arguments arguments = { .n = 0 }, *to = &arguments;
	char *left = to->options, *word;

	add(to, "nettrace");
	add(to, proof->tool->name);
	add_all(to, usual);
	if (is_about_sockets(proof->tool)) {
		add(to, "--netns");
		add(to, "/proc/self/ns/net");
	}
	exclusions_known(to->without, sizeof(to->without), doctor->exclusions.without, proof->tool);
	add_named(to, "--without", to->without);
	exclusions_known_rungs(to->rung, sizeof(to->rung), doctor->exclusions.rung, proof->tool);
	add_named(to, "--rung", to->rung);
	list_ports(to, sandbox);
	snprintf(to->options, sizeof(to->options), "%s",
		 proof->tool->proof->options ? proof->tool->proof->options : "");
	while ((word = strsep(&left, " ")))
		if (*word)
			add(to, strcmp(word, "@ports") ? word : to->ports);
	child_start(&proof->child, to->all, true);
}

/* Of a tool that could not attach: keeps its last message. */
static void cannot(struct proof *proof)
{
	char *end, *line;

	child_end(&proof->child, SIGTERM);
	end = proof->child.messages + strlen(proof->child.messages);
	while (end > proof->child.messages && end[-1] == '\n')
		*--end = '\0';
	line = strrchr(proof->child.messages, '\n');
	snprintf(proof->wrong, sizeof(proof->wrong), "%s", line ? line + 1 : proof->child.messages);
	proof->verdict = proof->child.status == EXIT_CANNOT ? CANNOT : FALSE;
	if (!*proof->wrong)
		snprintf(proof->wrong, sizeof(proof->wrong), "ended with status %d", proof->child.status);
}

static bool is_waited_for(const struct proof *proof)
{
	return proof->verdict == PROVED && proof->child.pid;
}

/* Starts as many tools at a time as there are CPUs, because the verifier needs CPU time. */
static void start_tools(struct proof *proofs, size_t n, const struct doctor *doctor, const struct sandbox *sandbox)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t at_once = cpus > 0 ? (size_t)cpus : 1, waited = 0;

	for (size_t i = 0; i < n; i++) {
		if (!proofs[i].tool->proof) {
			proofs[i].verdict = NO_PROOF;
			continue;
		}
		start_tool(&proofs[i], doctor, sandbox);
		for (; waited + at_once <= i + 1; waited++)
			if (is_waited_for(&proofs[waited]) && !child_wait_attached(&proofs[waited].child))
				cannot(&proofs[waited]);
	}
	for (; waited < n; waited++)
		if (is_waited_for(&proofs[waited]) && !child_wait_attached(&proofs[waited].child))
			cannot(&proofs[waited]);
}

static void start_traffic(struct child *child, const struct sandbox *sandbox, int family)
{
	struct arguments arguments = { .n = 0 }, *to = &arguments;

	add(to, "nettrace");
	add(to, "traffic");
	add(to, family ? "--ipv6" : "--ipv4");
	add(to, "--json");
	snprintf(to->ports, sizeof(to->ports), "--port=%u", sandbox->ports[family]);
	add(to, to->ports);
	add_all(to, expected_traffic);
	if (sandbox->drops)
		add_all(to, expected_drop_traffic);
	if (sandbox->uring)
		add_all(to, expected_uring_traffic);
	child_start(child, to->all, false);
}

/* Both families at once, because they mostly wait for the kernel's timers. */
static void make_traffic(const struct sandbox *sandbox, const char *reports[PROVE_REPORTS])
{
	struct child traffic[PROVE_FAMILIES] = { { 0 } };

	for (int i = 0; i < PROVE_FAMILIES; i++)
		if (sandbox->families[i])
			start_traffic(&traffic[i], sandbox, i);
	for (int i = 0; i < PROVE_FAMILIES; i++) {
		if (!traffic[i].pid)
			continue;
		child_end(&traffic[i], 0);
		if (traffic[i].status)
			fatal(EXIT_FAILED, "the traffic could not be made: %.*s",
			      (int)strcspn(traffic[i].messages, "\n"), traffic[i].messages);
		reports[i] = traffic[i].output;
	}
	poll(NULL, 0, SETTLED_MS);
	if (sandbox->own_namespace)
		reports[PROVE_FAMILIES] = evidence_kernel_report();
}

static int exit_code(const struct proof *proofs, size_t n)
{
	int code = EXIT_DONE;

	for (size_t i = 0; i < n; i++) {
		if (proofs[i].verdict == FALSE || proofs[i].verdict == NO_PROOF)
			return EXIT_FAILED;
		if (proofs[i].verdict == CANNOT)
			code = EXIT_CANNOT;
	}
	return code;
}

/* Runs tools at once on one traffic, from start to verdict. Fills *sandbox and reports. */
static void prove_at_once(struct proof *proofs, size_t n, const struct doctor *doctor, struct sandbox *sandbox,
			  const char *reports[PROVE_REPORTS])
{
	size_t attached = 0;

	sandbox_find(sandbox);
	start_tools(proofs, n, doctor, sandbox);
	for (size_t i = 0; i < n; i++)
		attached += is_waited_for(&proofs[i]);
	if (attached)
		make_traffic(sandbox, reports);
	for (size_t i = 0; i < n; i++)
		if (is_waited_for(&proofs[i]))
			kill(proofs[i].child.pid,
			     SIGINT); /* all before waiting for any, because each needs time to stop */
	for (size_t i = 0; i < n; i++) {
		if (!is_waited_for(&proofs[i]))
			continue;
		child_end(&proofs[i].child, 0);
		verdict_reach(&proofs[i], sandbox, reports);
	}
}

/* On few or slow CPUs, a kernel that preempts programs skips some of them. So a tool with wrong counts runs again
 * alone, as users run it. The report shows the first result too. */
static void prove_alone(struct proof *proof, const struct doctor *doctor)
{
	const char *reports[PROVE_REPORTS] = { NULL };
	struct proof again = { .tool = proof->tool };
	struct sandbox sandbox;

	prove_at_once(&again, 1, doctor, &sandbox, reports);
	proof_describe(again.first, sizeof(again.first), proof, false);
	*proof = again;
}

int doctor_prove(const struct doctor *doctor)
{
	struct proof *proofs;
	const char *reports[PROVE_REPORTS] = { NULL };
	struct sandbox sandbox;
	size_t n = 0;
	int code;

	while (doctor->tools[n])
		n++;
	proofs = calloc(n, sizeof(*proofs));
	if (!proofs)
		fatal(EXIT_FAILED, "out of memory");
	for (size_t i = 0; i < n; i++)
		proofs[i].tool = doctor->tools[i];
	prove_at_once(proofs, n, doctor, &sandbox, reports);
	proof_sandbox_print(&sandbox, reports, doctor);
	for (size_t i = 0; i < n; i++) {
		if (proofs[i].verdict == FALSE && n > 1)
			prove_alone(&proofs[i], doctor);
		proof_print(&proofs[i], doctor);
	}
	code = exit_code(proofs, n);
	free(proofs);
	return code;
}
