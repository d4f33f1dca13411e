/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor.c: `nettrace doctor` tells what works on this machine, what does not, why, and what to do about it. */
#include "cmd/doctor/doctor.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/tools.h"
#include "cmd/doctor/parts.h"
#include "core/bpf/plan.h"
#include "core/cli/help.h"
#include "core/base/message.h"
#include "cmd/fatal.h"

enum key { KEY_HELP = 'h', KEY_VERBOSE = 'v', KEY_JSON = 256, KEY_ALL, KEY_PROVE, KEY_RUNG, KEY_WITHOUT };

static const struct argp_option options[] = {
	{ "prove", KEY_PROVE, NULL, 0,
	  "Make known traffic (in a network namespace of its own, if allowed), run every tool on it, count", 1 },
	{ "all-rungs", KEY_ALL, NULL, 0, "Try every program of every hook by itself, not only the best", 1 },
	{ "rung", KEY_RUNG, "WHICH", 0,
	  "Programs that are not the best: 2 (of each hook the second best, or its last), 3; or kinds (fexit, tp_btf, "
	  "iter) or names of programs, where a hook has them",
	  1 },
	{ "without", KEY_WITHOUT, "NAMES", 0,
	  "As if these could not be had: programs, kinds (fexit, iter), sk_storage, tag_slots, map_iterators, "
	  "task_btf, cast, "
	  "trampolines",
	  1 },
	{ "json", KEY_JSON, NULL, 0, "JSON objects, one a line", 2 },
	{ "verbose", KEY_VERBOSE, NULL, 0, "With --prove: everything that was counted", 2 },
	{ "help", KEY_HELP, NULL, 0, "Print this help", -1 },
	{ 0 },
};

static error_t parse_option(int key, char *text, struct argp_state *state);
static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[TOOL...]",
	.doc = "Tells for each tool and hook which program serves it on this kernel and with these privileges, why "
	       "none that would be better, and what to do about it. Nothing stays attached.\v"
	       "Exit status: 0 every tool works (--prove: is proved), 1 --prove: something was wrong, 2 bad input, "
	       "3 a tool does not work here.",
};

static void add_tool(struct doctor *doctor, const char *name)
{
	const struct tool *found = tool_find(name);
	size_t n = 0;

	if (!found)
		fatal(EXIT_USAGE, "%.100s: no such tool (nettrace --list shows them)", name);
	while (doctor->tools[n] && doctor->tools[n] != found)
		n++;
	if (n < DOCTOR_TOOLS)
		doctor->tools[n] = found;
}

/* argp would print two lines; getopt has already stepped over the option that it does not like. */
__attribute__((noreturn)) static void bad_option(const struct argp_state *state)
{
	int at = state->next > 1 ? state->next - 1 : state->next;

	fatal(EXIT_USAGE, "%.100s: no such option, or its argument is missing; see --help", state->argv[at]);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct doctor *doctor = state->input;

	switch (key) {
	case KEY_JSON:
		doctor->json = true;
		return 0;
	case KEY_ALL:
		doctor->all_rungs = true;
		return 0;
	case KEY_PROVE:
		doctor->prove = true;
		return 0;
	case KEY_VERBOSE:
		doctor->verbose = true;
		return 0;
	case KEY_WITHOUT:
		doctor->exclusions.without = text;
		return 0;
	case KEY_RUNG:
		doctor->exclusions.rung = text;
		return 0;
	case KEY_HELP:
		help_fit_width();
		argp_help(&argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
			  (char *)(uintptr_t) "nettrace doctor");
		exit(EXIT_DONE);
	case ARGP_KEY_ARG:
		add_tool(doctor, text);
		return 0;
	case ARGP_KEY_ERROR:
		bad_option(state);
	}
	return ARGP_ERR_UNKNOWN;
}

typedef const char *known_filter(char *known, size_t size, const char *names, const struct tool *tool);

/* Each name is one of some tool's. */
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

static int examine(const struct doctor *doctor)
{
	int code = EXIT_DONE;

	(doctor->json ? doctor_machine_json : doctor_machine_table)(&doctor->machine);
	for (size_t i = 0; doctor->tools[i]; i++) {
		struct survey survey;
		char without[512], rung[512];
		const struct exclusions exclusions = { without, rung };

		exclusions_known(without, sizeof(without), doctor->exclusions.without, doctor->tools[i]);
		exclusions_known_rungs(rung, sizeof(rung), doctor->exclusions.rung, doctor->tools[i]);
		(doctor->all_rungs ? survey_rungs : survey_tool)(&survey, doctor->tools[i], &exclusions);
		(doctor->json ? doctor_tool_json : doctor_tool_table)(&survey, doctor);
		fflush(stdout);
		if (!survey.works)
			code = EXIT_CANNOT;
	}
	return code;
}

const struct argp *doctor_argp(void)
{
	return &argp;
}

int doctor_main(int argc, char **argv)
{
	struct doctor doctor = { 0 };
	int code;

	program_name = "nettrace doctor";
	if (argp_parse(&argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP | ARGP_NO_EXIT, NULL, &doctor))
		fatal(EXIT_FAILED, "options: out of memory");
	if (doctor.all_rungs && (doctor.prove || doctor.exclusions.rung))
		fatal(EXIT_USAGE, "--all-rungs: not together with %s", doctor.prove ? "--prove" : "--rung");
	if (!doctor.tools[0])
		for (size_t i = 0; tool_at(i); i++)
			add_tool(&doctor, tool_at(i)->name);
	check_names(&doctor, "--without", doctor.exclusions.without, exclusions_known);
	check_names(&doctor, "--rung", doctor.exclusions.rung, exclusions_known_rungs);
	machine_detect(&doctor.machine);
	code = (doctor.prove ? doctor_prove : examine)(&doctor);
	if (fflush(stdout) == EOF || ferror(stdout)) {
		print_error("cannot write to stdout");
		return EXIT_FAILED;
	}
	return code;
}
