/* SPDX-License-Identifier: GPL-2.0-or-later */
/* transition.bpf.h: what one TCP state change means for the tag of its socket. */
#ifndef NETTRACE_TRANSITION_BPF_H
#define NETTRACE_TRANSITION_BPF_H

#include "owner_hooks.bpf.h"

struct transition {
	struct sock *sk;
	struct tag *tag; /* NULL: no room */
	__u64 now;
	__u64 duration; /* in the old state, ns; 0: a new socket; NOT_KNOWN: it began before tracing */
	__u8 from, to;
	bool fresh; /* the first change of a socket's, or of a new life of it */
};

/* The child of a listener comes with a copy of the listener's tag, or (before 5.11) finds it by the port. */
static __always_inline void tag_inherit(struct tag *tag, const struct transition *t, const struct event *head)
{
	struct listener_key key = { .netns = head->netns, .port = t->sk->__sk_common.skc_num };
	struct listener *listener;

	if (!settings.has_sk_storage) {
		listener = bpf_map_lookup_elem(&listeners, &key);
		if (listener)
			*tag = listener->tag;
	}
	tag->role = ROLE_SERVER;
	tag->seeded = 0;
	if (tag->owner != OWNER_UNKNOWN)
		tag->owner = OWNER_INHERITED;
}

/* What the change means for the tag; fills t->duration. */
static __always_inline void transition_tag(struct transition *t, struct tag *tag, const struct event *head)
{
	if (t->fresh) {
		if (t->from == TCP_LISTEN)
			tag_inherit(tag, t, head);
		else
			tag->role = t->to == TCP_SYN_SENT ? ROLE_CLIENT : ROLE_UNKNOWN;
		tag->born = t->now;
		tag->up = 0;
		tag->held_at = 0;
		tag->attempt_told = 0;
	} else if (tag->since) {
		t->duration = t->now - tag->since;
	}
	tag->since = t->now;
	if (t->to < TCP_FIN_WAIT1 && tag->born)
		tag->up = t->now;
	if (t->sk->sk_lock.owned)
		tag_claim(tag, t->fresh);
}

/* Reads tp_btf/inet_sock_set_state (const struct sock *, int old, int new), keeps the socket's tag, and begins an event
 * (time and place). False: not TCP, or nothing changed. Context: a task with the socket locked, or
 * softirq. */
static __always_inline bool transition_read(struct transition *t, struct event *head, __u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];

	t->sk = sk;
	t->from = (__u8)ctx[1];
	t->to = (__u8)ctx[2];
	if (!is_tcp(sk) || t->from == t->to)
		return false;
	t->now = bpf_ktime_get_boot_ns();
	event_begin(head, t->now);
	event_place(head, sk);
	t->fresh = t->from == TCP_CLOSE || (t->from == TCP_LISTEN && t->to == TCP_SYN_RECV);
	t->duration = t->fresh ? 0 : NOT_KNOWN;
	t->tag = tag_get(sk, true);
	if (!t->tag)
		return true;
	transition_tag(t, t->tag, head);
	if (t->to == TCP_LISTEN)
		listener_add((__u64)sk, head->netns, socket_lport(sk), sk->sk_drops.counter, t->tag, head->cgroup_id);
	if (t->from == TCP_LISTEN && t->to == TCP_CLOSE)
		listener_remove((__u64)sk, head->netns, socket_lport(sk));
	return true;
}

/* After the event was made of it: without socket storage nothing else would free the tag. */
static __always_inline void transition_done(struct transition *t)
{
	if (t->to == TCP_CLOSE)
		tag_drop(t->sk);
}

#endif
