/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ladder.c: opens, loads and attaches, and plans again without what the kernel refuses. */
#include "core/ladder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/crossings.h"
#include "core/enums.h"
#include "core/iterators.h"
#include "core/libbpf_log.h"
#include "core/pins.h"
#include "core/say.h"
#include "core/symbols.h"

/* Wake the reader when so much of the ring waits; its own timer (core/run.c) takes care of the tail. */
#define WAKEUP_PART 4

#define NESTED      "_nested"

const char *ladder_section(const struct session *session, const char *program)
{
	const struct bpf_program *found = bpf_object__find_program_by_name(session->object, program);

	if (!found) /* a table of cmd/ and its object disagree: a unit test looks at each */
		say_exit(EXIT_FAILED, "internal: no program %s in the object", program);
	return bpf_program__section_name(found);
}

static int question(void *context, const char *program)
{
	const struct session *session = context;

	return kernel_arguments(&session->kernel, ladder_section(session, program));
}

bool ladder_open(struct session *session)
{
	const struct tool *tool = session->tool;
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = tool->name);

	session->object = bpf_object__open_mem(
		tool->object, (size_t)((const char *)tool->object_end - (const char *)tool->object), &options);
	return session->object != NULL;
}

/* Addresses that programs compare with; kept 0 (not known) where kallsyms hides them. The same for enum values. */
static void settings_kernel(struct settings *settings, const struct tool *tool)
{
	const struct symbols *symbols = tool->symbols[0] ? symbols_kernel() : NULL;

	for (size_t i = 0; symbols && i < SYMBOL_ITEMS && tool->symbols[i]; i++) {
		struct symbol symbol;

		if (!symbols_named(symbols, tool->symbols[i], &symbol))
			continue;
		settings->symbols[i].start = symbol.start;
		settings->symbols[i].end = symbol.end;
	}
	for (size_t i = 0; i < SYMBOL_ITEMS; i++) {
		uint64_t value;
		bool known =
			tool->values[i].name && enum_value(NULL, tool->values[i].type, tool->values[i].name, &value);

		settings->values[i] = known ? (__u32)value : ~0U;
	}
}

/* The second program of a pair, or NULL. */
static struct bpf_program *nested_of(const struct session *session, const char *program)
{
	char name[64];

	snprintf(name, sizeof(name), "%s" NESTED, program);
	return bpf_object__find_program_by_name(session->object, name);
}

/* Before load: settings frozen into the object, the planned programs switched on, maps that go unused left out. */
static void prepare(struct session *session, struct options *options)
{
	struct settings *settings = &options->settings;
	struct bpf_map *map;
	struct bpf_program *program;

	settings->wakeup_bytes = options->ring_bytes / WAKEUP_PART;
	settings->has_sk_storage = session->kernel.sk_storage;
	settings->has_task_btf = session->kernel.task_btf;
	pins_place(session, options);
	for (size_t i = 0; i < session->plan.count; i++)
		settings->arguments[i] = (__u32)session->plan.choices[i].arguments;
	map = bpf_object__find_map_by_name(session->object, ".rodata.settings");
	if (!map || bpf_map__set_initial_value(map, settings, sizeof(*settings)))
		say_exit(EXIT_FAILED, "internal: the object has no settings of this size");
	bpf_map__set_max_entries(bpf_object__find_map_by_name(session->object, "ring"), options->ring_bytes);
	map = bpf_object__find_map_by_name(session->object, "totals_by_cpu");
	if (map)
		bpf_map__set_max_entries(map, bpf_map__max_entries(map) * (__u32)libbpf_num_possible_cpus());
	map = bpf_object__find_map_by_name(session->object, session->kernel.sk_storage ? "tags_hash" : "tags");
	if (map)
		bpf_map__set_autocreate(map, false);

	bpf_object__for_each_program(program, session->object) bpf_program__set_autoload(program, false);
	for (size_t i = 0; i < session->plan.count; i++) {
		const char *name = plan_program(&session->plan, i);

		if (!name)
			continue;
		bpf_program__set_autoload(bpf_object__find_program_by_name(session->object, name), true);
		program = nested_of(session, name);
		if (program)
			bpf_program__set_autoload(program, true);
	}
}

static struct bpf_link *attach(struct session *session, struct bpf_program *program)
{
	return strncmp(bpf_program__section_name(program), "iter/", 5) ? bpf_program__attach(program)
								       : iterator_attach(session, program);
}

void ladder_detach(struct session *session, size_t i)
{
	bpf_link__destroy(session->links[i]);
	bpf_link__destroy(session->nested[i]);
	session->links[i] = session->nested[i] = NULL;
}

void ladder_leave(struct session *session)
{
	for (size_t i = 0; i < session->plan.count; i++)
		ladder_detach(session, i);
	bpf_object__close(session->object);
	session->object = NULL;
}

/* Attaches the iterators, or all others. NULL, or the program that was refused. */
static const char *attach_hooks(struct session *session, bool iterators, int *error)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		const char *name = plan_program(&session->plan, i);
		struct bpf_program *program;

		if (!name || (session->plan.hooks[i].use != ATTACH) != iterators)
			continue;
		program = bpf_object__find_program_by_name(session->object, name);
		session->links[i] = attach(session, program);
		program = nested_of(session, name);
		session->paired[i] = program != NULL;
		if (session->links[i] && program)
			session->nested[i] = attach(session, program);
		if (!session->links[i] || (program && !session->nested[i])) {
			*error = -errno;
			return name;
		}
	}
	return NULL;
}

/* One try: open, load, attach as planned. NULL: it stands. Else the program that the kernel refused ("": no one program
 * is to blame), with the error in *error; everything is closed again. */
static const char *try_plan(struct session *session, struct options *options, enum fate *fate, int *error)
{
	const char *culprit = NULL;

	*fate = AT_LOAD;
	prepare(session, options);
	*error = bpf_object__load(session->object);
	if (*error) {
		culprit = libbpf_log_program();
		return culprit ? culprit : "";
	}
	*fate = AT_ATTACH;
	/* Iterators first, and those of the start run at once: the first event finds the owners known. */
	culprit = attach_hooks(session, true, error);
	if (culprit)
		return culprit;
	iterators_run(session, RUN_AT_START, NULL, NULL); /* they write nothing */
	return attach_hooks(session, false, error);
}

void ladder_give_up(const struct session *session, const char *what, int error)
{
	say_exit(EXIT_CANNOT, "cannot trace %s: %s: %s (%s)", session->tool->name, what, strerror(-error),
		 kernel_remedy(error));
}

static bool fail(struct session *session, const char *what, int error)
{
	snprintf(session->failed.what, sizeof(session->failed.what), "%s", what);
	session->failed.error = error;
	if (session->object)
		ladder_leave(session);
	return false;
}

/* `refused`: the last program that the kernel would not take; empty: it has no place for any. */
static bool fail_hook(struct session *session, const struct hook *hook, const char *refused, int error)
{
	char what[160];

	if (*refused)
		snprintf(what, sizeof(what), "its program %s for %s", refused, hook->name);
	else
		snprintf(what, sizeof(what), "%s", hook->name);
	return fail(session, what, error);
}

/* Programs that are not to be used. */
static void cross_out(struct session *session, const char *without)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		const char *const *alts = session->plan.hooks[i].alts;

		for (int alt = 0; alt < ALT_ITEMS && alts[alt]; alt++)
			if (crossed_out(without, alts[alt], ladder_section(session, alts[alt])) ||
			    (session->only && strcmp(session->only, alts[alt])))
				plan_cross_out(&session->plan, i, alt);
	}
}

bool ladder_climb(struct session *session, struct options *options)
{
	char refused[64] = "";
	int error = -ENOENT;
	enum fate fate;

	settings_kernel(&options->settings, session->tool);
	plan_start(&session->plan, session->tool->hooks);
	for (;;) {
		const struct hook *unserved;
		const char *culprit;

		if (!ladder_open(session))
			return fail(session, "reading its BPF object", -errno);
		cross_out(session, options->without);
		unserved = plan_choose(&session->plan, options->settings.flags, question, session);
		if (unserved && !session->survey)
			return fail_hook(session, unserved, refused, error);
		culprit = try_plan(session, options, &fate, &error);
		if (!culprit)
			return true;
		snprintf(refused, sizeof(refused), "%s", culprit);
		if (strstr(refused, NESTED))
			*strstr(refused, NESTED) = '\0';
		ladder_leave(session);
		if (!plan_refuse(&session->plan, refused, fate, error))
			return fail(session, "loading its BPF programs", error);
	}
}
