/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.c: a tool's BPF object in the kernel. */
#include "core/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/crossings.h"
#include "core/iterators.h"
#include "core/ladder.h"
#include "core/libbpf_log.h"
#include "core/privileges.h"
#include "core/say.h"

/* Events handed over at a time: signals and intervals are heard under any load. */
#define READ_AT_MOST 65536

/* The ring is mapped read-only: what the user half adds goes into a copy. NULL: no row by itself. */
static const struct event *derived(struct session *session, const void *data, size_t *size)
{
	const struct tool *tool = session->tool;

	if (!tool->derive)
		return data;
	if (*size > tool->event_size)
		*size = tool->event_size;
	memset(session->copy, 0, tool->event_size);
	memcpy(session->copy, data, *size);
	return tool->derive(session->options, session->copy, *size) ? session->copy : NULL;
}

static int ring_event(void *context, void *data, size_t size)
{
	struct session *session = context;
	const struct event *event = size < sizeof(*event) ? NULL : derived(session, data, &size);

	session->got++;
	if (event && !session->event(session->context, event, size))
		return -ECANCELED; /* libbpf stops behind this event */
	return session->got < READ_AT_MOST ? 0 : -ECANCELED;
}

void session_start(struct session *session, struct options *options, session_event *event, void *context)
{
	int error;

	memset(session, 0, sizeof(*session));
	session->tool = options->tool;
	session->options = options;
	session->event = event;
	session->context = context;
	session->copy = malloc(options->tool->event_size);
	if (!session->copy)
		say_exit(EXIT_FAILED, "out of memory");
	libbpf_log_start(options->verbose);
	error = kernel_hears();
	if (error)
		ladder_give_up(session, "calling bpf()", error);
	error = kernel_ask(&session->kernel);
	if (error)
		ladder_give_up(session, "reading the kernel's types (" KERNEL_TYPES ")", error);
	crossings_apply(&session->kernel, options->without);
	if (!ladder_climb(session, options))
		ladder_give_up(session, session->failed.what, session->failed.error);
	session->ring = ring_buffer__new(bpf_map__fd(bpf_object__find_map_by_name(session->object, "ring")), ring_event,
					 session, NULL);
	if (!session->ring)
		ladder_give_up(session, "mapping the ring", -errno);
	session_iterate(session, RUN_AT_START);    /* again: for what was opened meanwhile */
	session_iterate(session, RUN_AT_INTERVAL); /* where counting begins */
	ladder_tell(session, options);
}

static bool ledger_is_readable(const void *session)
{
	struct ledger ledger;

	return session_ledger(session, &ledger);
}

void session_drop_privileges(const struct session *session, uint64_t keep)
{
	privileges_drop(keep, ledger_is_readable, session);
}

void session_iterate(struct session *session, int use)
{
	iterators_run(session, use, ring_event, session);
}

int session_fd(const struct session *session)
{
	return ring_buffer__epoll_fd(session->ring);
}

size_t session_read(struct session *session)
{
	session->got = 0;
	ring_buffer__consume(session->ring);
	return session->got;
}

void session_quiet(struct session *session)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		if (session->plan.hooks[i].use != ATTACH)
			continue;
		ladder_detach(session, i);
	}
}

static bool sum_counters(const struct session *session, struct counters *sum)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(session->object, "ledger");
	int cpus = libbpf_num_possible_cpus();
	struct counters *each = cpus > 0 ? calloc((size_t)cpus, sizeof(*each)) : NULL;
	__u32 zero = 0;
	bool ok = each && !bpf_map_lookup_elem(bpf_map__fd(map), &zero, each);

	memset(sum, 0, sizeof(*sum));
	for (int i = 0; ok && i < cpus; i++) {
		sum->filtered += each[i].filtered;
		sum->sent += each[i].sent;
		sum->lost_ring += each[i].lost_ring;
		sum->lost_map += each[i].lost_map;
		sum->nested += each[i].nested;
	}
	free(each);
	return ok;
}

/* How often the kernel did not run the program of hook i (told since 5.12). */
static uint64_t recursion_misses(const struct session *session, size_t i)
{
	const char *name = plan_program(&session->plan, i);
	const struct bpf_program *program = name ? bpf_object__find_program_by_name(session->object, name) : NULL;
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (!program || bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return 0;
	return info.recursion_misses;
}

bool session_ledger(const struct session *session, struct ledger *ledger)
{
	memset(ledger, 0, sizeof(*ledger));
	/* Misses before what the second programs took over of them: an event between the readings is never a loss. */
	for (size_t i = 0; i < session->plan.count; i++)
		if (!session->plan.hooks[i].aside)
			ledger->missed += recursion_misses(session, i);
	if (!sum_counters(session, &ledger->counters))
		return false;
	ledger->missed -= ledger->counters.nested < ledger->missed ? ledger->counters.nested : ledger->missed;
	ledger->seen = ledger->counters.filtered + ledger->counters.sent + ledger_lost(ledger);
	return true;
}

void session_stop(struct session *session)
{
	ring_buffer__free(session->ring);
	session->ring = NULL;
	free(session->copy);
	ladder_leave(session);
}
