/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor.c: the applet `nettrace doctor`: what works on this machine, what does not, why, and the remedy. */
#include "cmd/doctor/doctor.h"

#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/tools.h"
#include "cmd/doctor/parts.h"
#include "core/bpf/plan.h"
#include "core/cli/helper.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "cmd/fatal.h"

#define IN(member) .off = offsetof(struct doctor, member)

static const struct opt opts[] = {
	{ "prove", 0, O_TRUE, IN(prove), .group = 1,
	  .help = "Generate known traffic (in a network namespace of its own, if permitted), run every tool on it, and "
		  "count" },
	{ "all-rungs", 0, O_TRUE, IN(all_rungs), .group = 1,
	  .help = "Try every program of every hook separately, not only the best" },
	{ "rung", 0, O_TEXT, "WHICH", IN(exclusions.rung), .group = 1,
	  .help = "Use a fallback program: N for each hook's N-th choice, or a program type (tp_btf, fexit, iter) or "
		  "name as shown by -v" },
	{ "without", 0, O_TEXT, "NAMES", IN(exclusions.without), .group = 1,
	  .help = "Exclude these, as if unavailable: programs, types (fexit, iter), sk_storage, tag_slots, "
		  "map_iterators, "
		  "task_btf, cast, trampolines" },
	{ "json", 0, O_TRUE, IN(json), .group = 2, .help = "Print JSON objects, one per line" },
	{ "verbose", 'v', O_TRUE, IN(verbose), .group = 2, .help = "With --prove: print every count" },
	{},
};

static bool add_tool(void *own, const char *name, struct error *error)
{
	struct doctor *doctor = own;
	const struct tool *found = tool_find(name);
	size_t n = 0;

	if (!found)
		return error_set(error, EXIT_USAGE, "%.100s: no such tool (nettrace --list shows them)", name);
	while (doctor->tools[n] && doctor->tools[n] != found)
		n++;
	doctor->tools[n] = found;
	return true;
}

static const struct helper helper = {
	.name = "nettrace doctor",
	.words = "[TOOL...]",
	.about =
		"Prints for each tool and hook which program works on this kernel with these privileges, why no better "
		"one works, and what to do. No program stays attached.",
	.note = "Exit status: 0 every tool works (with --prove: is proved), 1 with --prove: a count was wrong, 2 bad "
		"input, 3 a tool does not work here.",
	.opts = opts,
	.word = add_tool,
};

typedef const char *known_filter(char *known, size_t size, const char *names, const struct tool *tool);

/* Refuses names that belong to no tool. */
static void check_names(const struct doctor *doctor, const char *option, const char *given, known_filter *filter)
{
	char names[512], known[512];

	if (given && strlen(given) >= sizeof(names))
		fatal(EXIT_USAGE, "%s: too long", option);
	snprintf(names, sizeof(names), "%s", given ? given : "");
	for (char *left = names, *name; given && (name = strsep(&left, ","));) {
		bool found = false;

		for (size_t i = 0; doctor->tools[i] && !found; i++)
			found = *name && !filter(known, sizeof(known), name, doctor->tools[i]);
		if (!found)
			fatal(EXIT_USAGE,
			      "%s %s: not a program of these tools, nor a kind of them (tp_btf, fexit, iter)", option,
			      name);
	}
}

static void survey(struct survey *found, const struct tool *tool, const struct doctor *doctor)
{
	char without[512], rung[512];
	const struct exclusions exclusions = { without, rung };

	exclusions_known(without, sizeof(without), doctor->exclusions.without, tool);
	exclusions_known_rungs(rung, sizeof(rung), doctor->exclusions.rung, tool);
	(doctor->all_rungs ? survey_rungs : survey_tool)(found, tool, &exclusions);
}

/* The last line: the conclusion, with the remedy if one thing stops everything. */
static void print_verdict(const struct survey *surveys, size_t n, const struct machine *machine)
{
	int error = machine->no_btf ? machine->no_btf : machine->no_bpf;
	const char *remedy = error ? doctor_remedy(AT_LOAD, error, machine) : NULL;
	char not_working[512] = "";
	size_t working = 0;

	for (size_t i = 0; i < n; i++) {
		working += surveys[i].works;
		if (!surveys[i].works)
			snprintf(not_working + strlen(not_working), sizeof(not_working) - strlen(not_working), "%s%s",
				 *not_working ? ", " : "", surveys[i].tool->name);
	}
	if (working == n)
		printf("\nverdict: all %zu tools work here\n", n);
	else if (!working && error)
		printf("\nverdict: no tool works here: %s: %s%s%s%s\n", machine->no_btf ? "BTF" : "bpf()",
		       doctor_error_name(error), remedy ? " (" : "", remedy ? remedy : "", remedy ? ")" : "");
	else
		printf("\nverdict: %zu of %zu tools work here; not: %s\n", working, n, not_working);
}

/* Tools that do not work come first. */
static int examine(const struct doctor *doctor)
{
	struct survey *surveys;
	size_t n = 0, working = 0;

	while (doctor->tools[n])
		n++;
	surveys = must(calloc(n ? n : 1, sizeof(*surveys)));
	(doctor->json ? doctor_machine_json : doctor_machine_table)(&doctor->machine);
	for (size_t i = 0; i < n; i++) {
		survey(&surveys[i], doctor->tools[i], doctor);
		working += surveys[i].works;
		if (doctor->json)
			doctor_tool_json(&surveys[i], doctor);
	}
	for (int works = 0; works < 2 && !doctor->json; works++)
		for (size_t i = 0; i < n; i++)
			if (surveys[i].works == works)
				doctor_tool_table(&surveys[i], doctor);
	if (!doctor->json)
		print_verdict(surveys, n, &doctor->machine);
	free(surveys);
	return working == n ? EXIT_DONE : EXIT_CANNOT;
}

const struct helper *doctor_helper(void)
{
	return &helper;
}

/* As head(1) is, after its lines. */
static bool reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

int doctor_main(int argc, char **argv)
{
	struct doctor doctor = { .tools = must(calloc(tools_count() + 1, sizeof(*doctor.tools))) };
	struct error error;
	int code;

	message_name(helper.name);
	if (!helper_parse(&helper, &doctor, argc, argv, &error))
		return error_print(&error);
	if (doctor.all_rungs && (doctor.prove || doctor.exclusions.rung))
		fatal(EXIT_USAGE, "--all-rungs: not together with %s", doctor.prove ? "--prove" : "--rung");
	if (!doctor.tools[0])
		for (size_t i = 0; tool_at(i); i++)
			doctor.tools[i] = tool_at(i);
	check_names(&doctor, "--without", doctor.exclusions.without, exclusions_known);
	check_names(&doctor, "--rung", doctor.exclusions.rung, exclusions_known_rungs);
	machine_detect(&doctor.machine);
	code = (doctor.prove ? doctor_prove : examine)(&doctor);
	free(doctor.tools);
	if ((fflush(stdout) == EOF || ferror(stdout)) && !reader_is_gone()) {
		print_error("cannot write to stdout");
		return EXIT_FAILED;
	}
	return code;
}
