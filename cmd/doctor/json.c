/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json.c: the doctor's results as JSON: one object a line. */
#include "cmd/doctor/doctor.h"
#include "cmd/doctor/prove_parts.h"

#include <stdio.h>

#include "core/kernel/btf/signature.h"

static void put_error(struct json_object *line, const char *key, int error)
{
	json_text(line, key, error ? doctor_error_name(error) : NULL);
}

static const char *const mounts[] = {
	[TRACEFS_NONE] = "none",
	[TRACEFS_HIDDEN] = "hidden",
	[TRACEFS_READABLE] = "readable",
	NULL,
};

static const struct json_key machine_keys[] = {
	DOCTOR_ABOUT("machine"),
	{ "kernel", JSON_TEXT, .help = "kernel release" },
	{ "architecture", JSON_TEXT, .help = "architecture of the machine" },
	{ "btf", JSON_BOOL, .help = "whether the kernel's types are readable" },
	{ "btf_error", JSON_TEXT, .nullable = true, .help = "why not" },
	{ "btf_bytes", JSON_NUMBER, .nullable = true, .help = "size of the kernel's types; null: none" },
	{ "lockdown", JSON_TEXT, .nullable = true, .help = "the kernel's lockdown; null: none, or unknown" },
	{ "securityfs", JSON_BOOL, .help = "whether securityfs is mounted; otherwise lockdown is unknown" },
	{ "bpf", JSON_BOOL, .help = "whether this process may use BPF" },
	{ "bpf_error", JSON_TEXT, .nullable = true, .help = "why not" },
	{ "root", JSON_BOOL, .help = "whether this process is root" },
	{ "capabilities", JSON_TEXT, .help = "capabilities: all, none, all but ..., or names" },
	{ "unprivileged_bpf_disabled", JSON_NUMBER, .nullable = true,
	  .help = "value of the sysctl; null: it does not exist" },
	{ "sk_storage", JSON_BOOL, .help = "whether programs can store data with a socket (new in 5.11)" },
	{ "trampolines", JSON_BOOL, .help = "whether functions can be traced (fentry, fexit)" },
	{ "trampolines_error", JSON_TEXT, .nullable = true, .help = "why not" },
	{ "map_iterators", JSON_BOOL, .help = "whether iterators can use maps, and so walk all sockets" },
	{ "map_iterators_error", JSON_TEXT, .nullable = true, .help = "why not" },
	{ "kprobes", JSON_BOOL, .help = "whether kprobes exist; no tool needs them" },
	{ "tracefs", JSON_TEXT, .texts = mounts, .help = "whether tracefs is mounted, and for this process" },
	{ "kallsyms", JSON_BOOL, .help = "whether the kernel shows addresses of its functions" },
	{ "host_pids", JSON_BOOL, .help = "whether process IDs here are the host's" },
	{},
};

void doctor_machine_json(const struct machine *machine)
{
	char capabilities[MACHINE_CAPABILITIES];
	struct text text = { 0 };
	struct json_object line;

	json_begin(&line, &text, machine_keys);
	json_text(&line, "about", "machine");
	json_text(&line, "kernel", machine->release);
	json_text(&line, "architecture", machine->architecture);
	json_bool(&line, "btf", !machine->no_btf);
	put_error(&line, "btf_error", machine->no_btf);
	if (machine->btf_bytes < 0)
		json_null(&line, "btf_bytes");
	else
		json_number(&line, "btf_bytes", (uint64_t)machine->btf_bytes);
	json_text(&line, "lockdown", *machine->lockdown ? machine->lockdown : NULL);
	json_bool(&line, "securityfs", machine->securityfs);
	json_bool(&line, "bpf", !machine->no_bpf);
	put_error(&line, "bpf_error", machine->no_bpf);
	json_bool(&line, "root", machine->root);
	json_text(&line, "capabilities", machine_capabilities(machine, capabilities));
	if (machine->unprivileged < 0)
		json_null(&line, "unprivileged_bpf_disabled");
	else
		json_number(&line, "unprivileged_bpf_disabled", (uint64_t)machine->unprivileged);
	json_bool(&line, "sk_storage", machine->sk_storage);
	json_bool(&line, "trampolines", !machine->no_trampolines);
	put_error(&line, "trampolines_error", machine->no_trampolines);
	json_bool(&line, "map_iterators", !machine->no_map_iterators);
	put_error(&line, "map_iterators_error", machine->no_map_iterators);
	json_bool(&line, "kprobes", machine->kprobes);
	json_text(&line, "tracefs", mounts[machine->tracefs]);
	json_bool(&line, "kallsyms", machine->symbols);
	json_bool(&line, "host_pids", machine->host_pids);
	json_end(&line);
	doctor_line(&text);
}

/* The state of a rung: its fate, or a result of the survey. */
enum {
	SERVES = SKIPPED + 1,
	WORKS,
	WORKS_WITHOUT_TAGS,
};

static const char *const states[] = {
	[NOT_REFUSED] = "not tried",
	[NO_TARGET] = "no target",
	[AT_LOAD] = "refused at load",
	[AT_ATTACH] = "refused at attach",
	[EXCLUDED] = "excluded",
	[SKIPPED] = "skipped",
	[SERVES] = "serves",
	[WORKS] = "works",
	[WORKS_WITHOUT_TAGS] = "works without sk_storage",
	NULL,
};

static const struct json_key rung_keys[] = {
	{ "program", JSON_TEXT, .help = "of the tool's object" },
	{ "rung", JSON_TEXT, .help = "how and where it is attached: its section" },
	{ "arguments", JSON_TEXT, .nullable = true,
	  .help = "types of the arguments there, by the kernel's BTF; null: none" },
	{ "state", JSON_TEXT, .texts = states,
	  .help = "what has become of it; works: when tried by itself (--all-rungs)" },
	{ "error", JSON_TEXT, .nullable = true, .help = "with which it was refused" },
	{ "why", JSON_TEXT, .nullable = true, .help = "in words, why it does not serve" },
	{ "remedy", JSON_TEXT, .nullable = true,
	  .help = "what can be done about it; null: nothing, or there is no need" },
	{},
};

static void put_arguments(struct json_object *object, const char *section)
{
	struct text arguments = { 0 };
	bool known = signature_put(&arguments, section);

	text_char(&arguments, '\0');
	json_text(object, "arguments", known ? arguments.data : NULL);
	text_free(&arguments);
}

static void put_rung(struct text *text, const struct hook_survey *found, size_t i, const struct doctor *doctor)
{
	const struct rung *rung = &found->rungs[i];
	int state = (int)rung->fate;
	struct json_object object;

	if (rung->fate == NOT_REFUSED && (int)i == found->serves)
		state = SERVES;
	else if (rung->loads_alone)
		state = rung->older ? WORKS_WITHOUT_TAGS : WORKS;
	json_begin(&object, text, rung_keys);
	json_text(&object, "program", rung->program);
	json_text(&object, "rung", rung->section);
	put_arguments(&object, rung->section);
	json_text(&object, "state", states[state]);
	put_error(&object, "error", rung->fate == AT_LOAD || rung->fate == AT_ATTACH ? rung->error : 0);
	json_text(&object, "why", rung->fate == NOT_REFUSED ? NULL : doctor_why(rung, &doctor->machine));
	json_text(&object, "remedy", doctor_remedy(rung->fate, rung->error, &doctor->machine));
	json_end(&object);
}

static const struct json_key hook_keys[] = {
	DOCTOR_ABOUT("hook"),
	{ "tool", JSON_TEXT, .help = "whose it is" },
	{ "hook", JSON_TEXT, .help = "the place in the kernel" },
	{ "required", JSON_BOOL, .help = "without it the tool does not work" },
	{ "program", JSON_TEXT, .nullable = true, .help = "what serves it; null: nothing" },
	{ "rung", JSON_TEXT, .nullable = true, .help = "how and where that is attached" },
	{ "lacks", JSON_TEXT, .nullable = true, .help = "what is missing as it is" },
	{ "rungs", JSON_LIST, .objects = rung_keys, .help = "all programs that could serve it, best first" },
	{},
};

static void put_hook(const struct hook_survey *found, const char *tool, const struct doctor *doctor)
{
	const struct rung *rung = found->serves == PLAN_NONE ? NULL : &found->rungs[found->serves];
	struct text text = { 0 };
	struct json_object line;

	json_begin(&line, &text, hook_keys);
	json_text(&line, "about", "hook");
	json_text(&line, "tool", tool);
	json_text(&line, "hook", found->hook->name);
	json_bool(&line, "required", !found->hook->optional);
	json_text(&line, "program", rung ? rung->program : NULL);
	json_text(&line, "rung", rung ? rung->section : NULL);
	json_text(&line, "lacks", !rung ? found->hook->optional : found->hook->lacks[found->serves]);
	json_list(&line, "rungs");
	for (size_t i = 0; i < found->n_rungs; i++) {
		json_element(&line);
		put_rung(&text, found, i, doctor);
	}
	json_list_end(&line);
	json_end(&line);
	doctor_line(&text);
}

static const struct json_key tool_keys[] = {
	DOCTOR_ABOUT("tool"),
	{ "tool", JSON_TEXT, .help = "its name" },
	{ "works", JSON_BOOL, .help = "here, as it is" },
	{ "failed", JSON_TEXT, .nullable = true, .help = "what could not be done; null: nothing" },
	{ "error", JSON_TEXT, .nullable = true, .help = "with which" },
	{ "lacks", JSON_TEXT, .nullable = true, .help = "a column whose values have no names here" },
	{},
};

void doctor_tool_json(const struct survey *survey, const struct doctor *doctor)
{
	struct text text = { 0 };
	struct json_object line;

	for (size_t i = 0; i < survey->n_hooks; i++)
		if (!survey->hooks[i].unneeded)
			put_hook(&survey->hooks[i], survey->tool->name, doctor);
	json_begin(&line, &text, tool_keys);
	json_text(&line, "about", "tool");
	json_text(&line, "tool", survey->tool->name);
	json_bool(&line, "works", survey->works);
	json_text(&line, "failed", survey->error ? survey->what : NULL);
	put_error(&line, "error", survey->error);
	json_text(&line, "lacks", doctor_unnamed_column(survey->tool));
	json_end(&line);
	doctor_line(&text);
}

const struct json_line *doctor_lines(void)
{
	static const struct json_line lines[] = {
		{ "machine", "what of this machine decides what works: the first line", machine_keys },
		{ "hook", "a place in the kernel where a tool listens", hook_keys },
		{ "tool", "a tool, behind its hooks", tool_keys },
		{ "traffic", "with --prove, the first line: what was made", proof_traffic_keys },
		{ "proof", "with --prove: what a tool has counted", proof_keys },
		{},
	};

	return lines;
}
