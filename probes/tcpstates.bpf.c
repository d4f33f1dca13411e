/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpstates.bpf.c: an event for each TCP state change. */
#include "probes/lib/pair.bpf.h"
#include "probes/tcp/transition.bpf.h"
#include "probes/tcpstates.h"

char LICENSE[] SEC("license") = "GPL";

/* The first change of a socket, which waits until its ends are known. A map of this tool, because other tools in the
 * process may have other filters. By the socket's address, until its second change. */
struct first_change {
	__u64 at; /* ns */
	__u8 from;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct first_change);
} first_changes SEC(".maps");

/* first: the pending change before this one; NULL: this one. */
static __always_inline void emit(struct event *head, const struct transition *t, const struct first_change *first)
{
	struct tcpstates_event *e;

	head->ts = first ? first->at : t->now;
	if (!event_wanted(head, t->sk))
		return;
	e = ring_reserve(sizeof(*e), head);
	if (!e)
		return;
	e->skaddr = (__u64)t->sk;
	__builtin_memset(e->pad, 0, sizeof(e->pad)); /* the ring contains old bytes */
	e->duration = first ? 0 : t->duration;
	e->oldstate = first ? first->from : t->from;
	e->newstate = first ? t->from : t->to;
	ring_submit(e);
}

/* Whether a filter needs the ends. A connecting socket gets its local port after the first change (and up to 6.1 a
 * child lacks its remote port in the first), so the first change waits for the second. */
static __always_inline bool ends_wanted(void)
{
	return settings.filter.lports.count || settings.filter.rports.count || settings.filter.n_raddrs;
}

static __always_inline bool ends_missing(const struct event *head)
{
	return (settings.filter.lports.count && !head->lport) ||
	       ((settings.filter.rports.count || settings.filter.n_raddrs) && !head->rport);
}

static __always_inline bool keep_first(const struct transition *t)
{
	struct first_change first = { .at = t->now, .from = t->from };
	__u64 key = (__u64)t->sk;

	if (!bpf_map_update_elem(&first_changes, &key, &first, BPF_ANY))
		return true;
	COUNT(lost_map);
	return false;
}

/* A loop, so that the code of an event exists once. */
static __always_inline void emit_all(struct event *head, const struct transition *t)
{
	__u64 key = (__u64)t->sk;
	struct first_change *first = ends_wanted() && !t->fresh ? bpf_map_lookup_elem(&first_changes, &key) : NULL;

#pragma clang loop unroll(disable)
	for (int events = first ? 2 : 1; events; events--)
		emit(head, t, events == 2 ? first : NULL);
	if (ends_wanted() && (first || t->fresh)) /* also of an earlier socket at this address */
		bpf_map_delete_elem(&first_changes, &key);
}

/* Context: a task with the socket locked, or softirq. */
static __always_inline int state_changed(__u64 *ctx)
{
	struct transition t;
	struct event head;

	if (!transition_read(&t, &head, ctx))
		return 0;
	event_owner(&head, t.sk, t.tag);
	transition_socket(&head, &t);
	if (!ends_wanted() || !t.fresh || t.to == TCP_LISTEN || !ends_missing(&head) || !keep_first(&t))
		emit_all(&head, &t);
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", transition, state_changed)
