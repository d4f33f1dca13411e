/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.c: a tool's BPF object in the kernel, with its ledger. */
#include "core/bpf/session.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/base/error.h"

const __u32 session_commands[SESSION_COMMANDS] = {
	BPF_MAP_LOOKUP_ELEM,  BPF_MAP_UPDATE_ELEM,    BPF_MAP_DELETE_ELEM,
	BPF_MAP_GET_NEXT_KEY, BPF_OBJ_GET_INFO_BY_FD, BPF_ITER_CREATE,
};

/* In reverse order of attachment. After removing the first of several programs from a tracepoint, the kernel waits for
 * all readers of its list. That takes 8 ms and more (tracepoint_remove_func() in kernel/tracepoint.c). */
void session_detach(struct session *session, size_t i)
{
	bpf_link__destroy(session->nested[i]);
	bpf_link__destroy(session->links[i]);
	session->links[i] = session->nested[i] = NULL;
}

void session_leave(struct session *session)
{
	for (size_t i = 0; i < session->plan.count; i++)
		session_detach(session, i);
	bpf_object__close(session->object);
	session->object = NULL;
}

bool session_fail(const struct session *session, const char *what, int why, struct error *error)
{
	return error_set(error, EXIT_CANNOT, "cannot trace %s: %s: %s (%s)", session->tool->name, what, strerror(-why),
			 kernel_remedy(why));
}

void session_detach_producers(struct session *session)
{
	for (size_t i = 0; i < session->plan.count; i++) {
		if (session->plan.hooks[i].use != ATTACH)
			continue;
		session_detach(session, i);
	}
}

void session_start_ledger(const struct session *session)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(session->object, "ledger");
	int cpus = libbpf_num_possible_cpus();
	struct ledger_counters *none = cpus > 0 ? calloc((size_t)cpus, sizeof(*none)) : NULL;
	__u32 zero = 0;

	if (none)
		bpf_map_update_elem(bpf_map__fd(map), &zero, none, BPF_ANY);
	free(none);
}

static bool sum_counters(const struct session *session, struct ledger_counters *sum)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(session->object, "ledger");
	int cpus = libbpf_num_possible_cpus();
	struct ledger_counters *each = cpus > 0 ? calloc((size_t)cpus, sizeof(*each)) : NULL;
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
	sum->sent += session->counter_events;
	free(each);
	return ok;
}

/* How often the kernel skipped the program of hook i (reported since 5.12). */
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
	/* Misses first, then the misses that second programs handled: an event between the reads is never a loss. */
	for (size_t i = 0; i < session->plan.count; i++)
		if (!session->plan.hooks[i].misses_harmless)
			ledger->missed += recursion_misses(session, i);
	if (!sum_counters(session, &ledger->counters))
		return false;
	ledger->missed -= ledger->counters.nested < ledger->missed ? ledger->counters.nested : ledger->missed;
	ledger->seen = ledger->counters.filtered + ledger->counters.sent + ledger_lost(ledger);
	return true;
}
