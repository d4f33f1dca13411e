/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.c: the doctor's results as text within 80 columns. */
#include "cmd/doctor/parts.h"

#include <stdio.h>
#include <string.h>

#include "core/kernel/kernel.h"

#define FACT 16 /* width of a fact's name */

static void fact(const char *name, const char *value, const char *more)
{
	char line[2048];

	snprintf(line, sizeof(line), "%s%s%s", value, *more ? "; " : "", more);
	printf("%-*s", FACT, name);
	doctor_wrap(line, FACT);
}

static void kernel_facts(const struct machine *machine)
{
	char value[256];

	snprintf(value, sizeof(value), "%s %s", machine->release, machine->architecture);
	fact("kernel", value, "");
	if (machine->no_btf) {
		const char *remedy = doctor_remedy(AT_LOAD, machine->no_btf, machine);

		snprintf(value, sizeof(value), "no: %s", doctor_error_name(machine->no_btf));
		fact("BTF", value, remedy ? remedy : "");
	} else {
		snprintf(value, sizeof(value), "yes, %.1f MB", (double)machine->btf_bytes / 1e6);
		fact("BTF", value, "");
	}
	if (machine->no_bpf) {
		const char *remedy = doctor_remedy(AT_LOAD, machine->no_bpf, machine);

		snprintf(value, sizeof(value), "no: %s", doctor_error_name(machine->no_bpf));
		fact("bpf()", value, remedy ? remedy : "");
	} else {
		fact("bpf()", "yes", "");
	}
	fact("lockdown",
	     *machine->lockdown    ? machine->lockdown
	     : machine->securityfs ? "none: not in this kernel"
				   : "not known",
	     *machine->lockdown || machine->securityfs ? "" : "mount -t securityfs securityfs /sys/kernel/security");
	if (!machine->no_btf)
		fact("socket storage", machine->sk_storage ? "yes" : "no",
		     machine->sk_storage ? "" : "owners are kept in a hash instead (before 5.11)");
	if (!machine->no_btf && !machine->no_bpf && machine_may_trace(machine)) {
		snprintf(value, sizeof(value), "no: %s", doctor_error_name(machine->no_trampolines));
		fact("trampolines", machine->no_trampolines ? value : "yes",
		     machine->no_trampolines ? "no fentry and fexit: tracepoints serve instead" : "");
		snprintf(value, sizeof(value), "no: %s", doctor_error_name(machine->no_map_iterators));
		fact("map iterators", machine->no_map_iterators ? value : "yes",
		     machine->no_map_iterators ? "open sockets are found by their descriptors instead" : "");
	}
	fact("kprobes", machine->kprobes ? "yes" : "no", "no tool here needs them");
}

static void process_facts(const struct machine *machine)
{
	static const char *const mounts[] = {
		[TRACEFS_NONE] = "no; mount -t tracefs tracefs /sys/kernel/tracing",
		[TRACEFS_HIDDEN] = "mounted, but not readable here",
		[TRACEFS_READABLE] = "yes",
	};
	char value[1200], capabilities[MACHINE_CAPABILITIES];

	snprintf(value, sizeof(value), "%s, capabilities: %s", machine->root ? "root" : "not root",
		 machine_capabilities(machine, capabilities));
	fact("privileges", value, "");
	if (machine->unprivileged < 0)
		snprintf(value, sizeof(value), "no such sysctl");
	else
		snprintf(value, sizeof(value), "sysctl kernel.unprivileged_bpf_disabled=%d", machine->unprivileged);
	fact("unprivileged", value, "tracing takes CAP_BPF and CAP_PERFMON either way");
	fact("tracefs", mounts[machine->tracefs], "root reads it for accept() and listen(); no tool needs it");
	fact("kallsyms", machine->symbols ? "readable" : "hidden: kernel stacks stay numbers",
	     machine->symbols ? "" : kernel_symbols_remedy());
	fact("process ids", machine->host_pids ? "the machine's" : "a container's",
	     machine->host_pids ? "" : "rows have those of the machine: hostPID: true, or --pid=host");
}

void doctor_machine_table(const struct machine *machine)
{
	kernel_facts(machine);
	process_facts(machine);
	printf("\n%-11s %-23s %-10s %s\n", "TOOL", "HOOK", "RUNG", "PROGRAM");
}

static void print_rung(const struct rung *rung, const char *word, const struct machine *machine)
{
	char line[512];

	snprintf(line, sizeof(line), "%s %s (%s)%s%s", word, rung->section, rung->program,
		 rung->fate == NOT_REFUSED ? "" : ": ",
		 rung->older ? "; as before 5.11: without socket storage" : doctor_why(rung, machine));
	printf("%-14s", "");
	doctor_wrap(line, 16);
}

static void print_rungs(const struct hook_survey *found, const struct doctor *doctor)
{
	for (size_t i = 0; i < found->n_rungs; i++) {
		const struct rung *rung = &found->rungs[i];

		if (doctor->all_rungs)
			print_rung(rung, rung->loads_alone ? "yes" : "not", &doctor->machine);
		else if (rung->fate != NOT_REFUSED)
			print_rung(rung, "not", &doctor->machine);
	}
}

/* Prints each remedy once. */
static void print_remedies(const struct survey *survey, const struct doctor *doctor)
{
	char last[1024] = "";

	for (size_t i = 0; i < survey->n_hooks; i++) {
		const struct hook_survey *found = &survey->hooks[i];

		for (size_t j = 0; j < found->n_rungs; j++) {
			const char *remedy =
				doctor_remedy(found->rungs[j].fate, found->rungs[j].error, &doctor->machine);

			if (!remedy || !strcmp(remedy, last))
				continue;
			snprintf(last, sizeof(last), "%s", remedy);
			printf("%-12s", "");
			doctor_wrap_after("remedy: ", remedy, 14);
		}
	}
}

void doctor_tool_table(const struct survey *survey, const struct doctor *doctor)
{
	const char *name = survey->tool->name, *nameless = doctor_unnamed_column(survey->tool);

	for (size_t i = 0; i < survey->n_hooks; i++) {
		const struct hook_survey *found = &survey->hooks[i];
		const struct rung *rung = found->serves == PLAN_NONE ? NULL : &found->rungs[found->serves];
		const char *lacks = !rung ? found->hook->optional : found->hook->lacks[found->serves];

		if (found->unneeded)
			continue;
		printf("%-11s %-23s %-10.*s %s\n", name, found->hook->name, rung ? (int)strcspn(rung->section, "/") : 1,
		       rung ? rung->section : "-", rung ? rung->program : "-");
		name = "";
		print_rungs(found, doctor);
		if (lacks) {
			printf("%-14s", "");
			doctor_wrap_after("lacks ", lacks, 16);
		}
	}
	if (nameless) {
		printf("%-14s", "");
		doctor_wrap_after("lacks ", nameless, 16);
	}
	print_remedies(survey, doctor);
	if (survey->works)
		return;
	printf("%-12s", "");
	if (survey->error)
		printf("%s DOES NOT WORK HERE: %s: %s\n", survey->tool->name, survey->what,
		       doctor_error_name(survey->error));
	else
		printf("%s DOES NOT WORK HERE\n", survey->tool->name);
}

/* ---- text within 80 columns ---- */

#define COLUMNS 80

void doctor_wrap(const char *text, int indent)
{
	int column = indent;

	while (*text) {
		int length = (int)strcspn(text, " ");

		if (column > indent && column + 1 + length > COLUMNS) {
			printf("\n%*s", indent, "");
			column = indent;
		}
		column += printf("%s%.*s", column > indent ? " " : "", length, text);
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

void doctor_wrap_after(const char *first, const char *text, int indent)
{
	char both[2048];

	snprintf(both, sizeof(both), "%s%s", first, text);
	doctor_wrap(both, indent);
}
