/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor_json.c: what the doctor found, for programs: an object a line. */
#include "cmd/doctor_parts.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

void doctor_json_string(const char *before, const char *key, const char *value)
{
	struct text text = { 0 };

	if (value)
		text_json_string(&text, value, strlen(value));
	else
		text_string(&text, "null");
	printf("%s\"%s\":%.*s", before, key, (int)text.length, text.data);
	text_free(&text);
}

static void json_bool(const char *key, bool value)
{
	printf(",\"%s\":%s", key, value ? "true" : "false");
}

/* NULL: 0. */
static void json_error(const char *key, int error)
{
	doctor_json_string(",", key, error ? doctor_error_name(error) : NULL);
}

void doctor_machine_json(const struct machine *machine)
{
	static const char *const mounts[] = { "none", "hidden", "readable" };

	doctor_json_string("{", "about", "machine");
	doctor_json_string(",", "kernel", machine->release);
	doctor_json_string(",", "architecture", machine->architecture);
	json_bool("btf", !machine->no_btf);
	json_error("btf_error", machine->no_btf);
	if (machine->btf_bytes < 0)
		printf(",\"btf_bytes\":null");
	else
		printf(",\"btf_bytes\":%lld", (long long)machine->btf_bytes);
	doctor_json_string(",", "lockdown", *machine->lockdown ? machine->lockdown : NULL);
	json_bool("root", machine->root);
	doctor_json_string(",", "capabilities", machine_capabilities(machine));
	if (machine->unprivileged < 0)
		printf(",\"unprivileged_bpf_disabled\":null");
	else
		printf(",\"unprivileged_bpf_disabled\":%d", machine->unprivileged);
	json_bool("sk_storage", machine->sk_storage);
	json_bool("trampolines", !machine->no_trampolines);
	json_error("trampolines_error", machine->no_trampolines);
	json_bool("kprobes", machine->kprobes);
	doctor_json_string(",", "tracefs", mounts[machine->tracefs]);
	json_bool("kallsyms", machine->symbols);
	json_bool("host_pids", machine->host_pids);
	puts("}");
}

/* A rung: {"program":"accept_cast","rung":"tp_btf/sys_exit","state":"serves", ...} */
static void json_rung(const struct hook_survey *found, size_t i, const struct doctor *doctor)
{
	static const char *const states[] = {
		[NOT_REFUSED] = "not tried",       [NO_TARGET] = "no target",     [AT_LOAD] = "refused at load",
		[AT_ATTACH] = "refused at attach", [CROSSED_OUT] = "crossed out",
	};
	const struct rung *rung = &found->rungs[i];
	const char *state = states[rung->fate];

	if (rung->fate == NOT_REFUSED && (int)i == found->serves)
		state = "serves";
	else if (rung->alone)
		state = rung->older ? "works without sk_storage" : "works";
	doctor_json_string(i ? ",{" : "{", "program", rung->program);
	doctor_json_string(",", "rung", rung->section);
	doctor_json_string(",", "state", state);
	json_error("error", rung->fate == NO_TARGET || rung->fate == CROSSED_OUT ? 0 : rung->error);
	doctor_json_string(",", "why", rung->fate == NOT_REFUSED ? NULL : doctor_why(rung, &doctor->machine));
	doctor_json_string(",", "remedy", doctor_remedy(rung->fate, rung->error, &doctor->machine));
	printf("}");
}

void doctor_tool_json(const struct survey *survey, const struct doctor *doctor)
{
	const char *name = survey->tool->name;

	for (size_t i = 0; i < survey->n_hooks; i++) {
		const struct hook_survey *found = &survey->hooks[i];
		const struct rung *rung = found->serves == PLAN_NONE ? NULL : &found->rungs[found->serves];
		bool last = rung && (size_t)found->serves + 1 == found->n_rungs;

		doctor_json_string("{", "about", "hook");
		doctor_json_string(",", "tool", name);
		doctor_json_string(",", "hook", found->hook->name);
		json_bool("required", !found->hook->without);
		doctor_json_string(",", "program", rung ? rung->program : NULL);
		doctor_json_string(",", "rung", rung ? rung->section : NULL);
		doctor_json_string(",", "lacks", !rung ? found->hook->without : last ? found->hook->lesser : NULL);
		printf(",\"rungs\":[");
		for (size_t j = 0; j < found->n_rungs; j++)
			json_rung(found, j, doctor);
		puts("]}");
	}
	doctor_json_string("{", "about", "tool");
	doctor_json_string(",", "tool", name);
	json_bool("works", survey->works);
	doctor_json_string(",", "failed", survey->error ? survey->what : NULL);
	json_error("error", survey->error);
	puts("}");
}
