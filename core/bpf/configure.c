/* SPDX-License-Identifier: GPL-2.0-or-later */
/* configure.c: the settings and maps of an object before it is loaded. */
#include "core/bpf/configure.h"

#include <string.h>
#include <time.h>

#include <bpf/libbpf.h>

#include "core/names/enums.h"
#include "core/kernel/btf/kernel_btf.h"
#include "core/bpf/object.h"
#include "core/bpf/pinned_maps.h"
#include "core/base/must.h"
#include "core/names/symbols.h"

/* Wakes the reader when 1/4 of the ring is full; the reader's timer (core/run/run.c) handles the rest. */
#define WAKEUP_PART 4

void configure_kernel(struct settings *settings, const struct tool *tool)
{
	static const struct lookup none;
	const struct lookup *lookup = tool->lookup ? tool->lookup : &none;
	const struct symbols *symbols = lookup->symbols[0] ? symbols_kernel() : NULL;

	for (size_t i = 0; symbols && i < SYMBOL_ITEMS && lookup->symbols[i]; i++) {
		struct symbol symbol;

		if (!symbols_named(symbols, lookup->symbols[i], &symbol))
			continue;
		settings->symbols[i].start = symbol.start;
		settings->symbols[i].end = symbol.end;
	}
	for (size_t i = 0; i < VALUE_ITEMS; i++) {
		uint64_t value;
		bool known = lookup->values[i].name &&
			     enum_value(NULL, lookup->values[i].type, lookup->values[i].name, &value);

		settings->values[i] = known ? (__u32)value : ~0U;
	}
}

/* The resolution of clocks that only the kernel's timer moves is its period (TICK_NSEC). Whole microseconds, because
 * tcp_get_info() calculates with them. 0: unknown. */
static __u32 tick_ns(void)
{
	struct timespec tick = { 0 };

	return clock_getres(CLOCK_MONOTONIC_COARSE, &tick) ? 0 : (__u32)(tick.tv_nsec / 1000 * 1000);
}

/* Replaces the session's own map by that of another session. Returns 0 or a negative errno. */
static int reuse(struct session *session, const struct session *other, const char *name)
{
	struct bpf_map *own = bpf_object__find_map_by_name(session->object, name);
	int fd = bpf_map__fd(bpf_object__find_map_by_name(other->object, name));

	return own && fd >= 0 ? bpf_map__reuse_fd(own, fd) : 0;
}

/* Configures the maps that the tools of a process share. Returns 0 or a negative errno. */
static int configure_shared_maps(struct session *session, const struct options *options)
{
	static const char *const tags[] = { "tags",      "tags_hash", "tags_refused",    "accepted",
					    "listeners", "renamed",   "process_changes", "mptcp_owners" };
	int error = 0;

	bpf_map__set_max_entries(bpf_object__find_map_by_name(session->object, "ring"), options->ring_bytes);
	if (session->ring_of)
		error = reuse(session, session->ring_of, "ring");
	for (size_t i = 0; !error && session->tags_of && i < sizeof(tags) / sizeof(tags[0]); i++)
		error = reuse(session, session->tags_of, tags[i]);
	return error;
}

/* Whether a program of this section needs tags in socket storage rather than in slots: it walks the storage, or reads a
 * tag after the socket was closed. */
static bool wants_tags_on_sockets(const char *section)
{
	return !strcmp(section, "iter/bpf_sk_storage_map") || !strcmp(section, "tp_btf/tcp_destroy_sock");
}

/* Tags of new sockets may be in slots under three conditions. No program needs them in socket storage, no totals are
 * kept in them, and no other tool shares them. */
static bool may_use_slots(const struct session *session, const struct settings *settings)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		const char *name = plan_program(&session->plan, i);
		const struct bpf_program *program =
			name ? bpf_object__find_program_by_name(session->object, name) : NULL;

		if (program && wants_tags_on_sockets(bpf_program__section_name(program)))
			return false;
	}
	return session->kernel.tag_slots && !is_interval_tool(session->tool) &&
	       !(settings->flags & (TAGS_BORROWED | TAGS_OUTLIVE_US | LISTENERS_NEEDED));
}

/* Omits a map that no loaded program uses: the settings make code with it dead. */
static void leave_out_map(const struct session *session, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(session->object, name);

	if (map)
		bpf_map__set_autocreate(map, false);
}

void configure_sizes(struct bpf_object *object)
{
	__u32 cpus = (__u32)libbpf_num_possible_cpus();
	struct bpf_map *map = bpf_object__find_map_by_name(object, "totals_by_cpu");

	if (map)
		bpf_map__set_max_entries(map, bpf_map__max_entries(map) * cpus);
	map = bpf_object__find_map_by_name(object, "tag_slots");
	if (map)
		bpf_map__set_max_entries(map, TAG_SLOTS + TAG_SPARES * cpus);
}

/* Enables the planned programs and their nested ones. */
static void choose_programs(const struct session *session)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, session->object) bpf_program__set_autoload(program, false);
	for (size_t i = 0; i < session->plan.count; i++) {
		const char *name = plan_program(&session->plan, i);

		if (!name)
			continue;
		bpf_program__set_autoload(bpf_object__find_program_by_name(session->object, name), true);
		program = object_nested(session->object, name);
		if (program)
			bpf_program__set_autoload(program, true);
	}
}

int configure_object(struct session *session, struct options *options)
{
	struct settings *settings = &options->settings;
	struct bpf_map *map;
	int error;

	settings->wakeup_bytes = options->ring_bytes / WAKEUP_PART;
	settings->has_sk_storage = session->kernel.sk_storage;
	settings->has_task_btf = session->kernel.task_btf;
	settings->has_cast = session->kernel.cast;
	settings->has_tag_slots = settings->has_sk_storage && may_use_slots(session, settings);
	settings->tick_ns = tick_ns();
	kernel_btf_casts(settings->casts);
	error = pinned_maps_install(session, options);
	if (error)
		return error;
	for (size_t i = session->plan.owners; i < session->plan.count; i++)
		settings->arguments[i - session->plan.owners] = (__u32)session->plan.choices[i].arguments;
	map = bpf_object__find_map_by_name(session->object, ".rodata.settings");
	if (!map || bpf_map__set_initial_value(map, settings, sizeof(*settings)))
		bug("the object has no settings of this size");
	map = bpf_object__find_map_by_name(session->object, ".rodata.own");
	if (map && (bpf_map__value_size(map) > session->tool->options_size ||
		    bpf_map__set_initial_value(map, options->own, bpf_map__value_size(map))))
		bug("the object has other options than the tool");
	error = configure_shared_maps(session, options);
	if (error)
		return error;
	leave_out_map(session, settings->has_sk_storage ? "tags_hash" : "tags");
	if (!settings->has_sk_storage)
		leave_out_map(session, "tags_refused");
	if (!settings->has_tag_slots)
		leave_out_map(session, "tag_slots");
	if (settings->has_sk_storage && !(settings->flags & LISTENERS_NEEDED)) /* listeners_watched() in probes/ */
		leave_out_map(session, "listeners");
	choose_programs(session);
	return 0;
}
