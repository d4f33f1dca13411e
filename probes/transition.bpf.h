/* SPDX-License-Identifier: GPL-2.0-or-later */
/* transition.bpf.h: what one TCP state change means for the tag of its socket. */
#ifndef NETTRACE_TRANSITION_BPF_H
#define NETTRACE_TRANSITION_BPF_H

#include "owner.bpf.h"

struct transition {
	struct sock *sk;
	struct tag *tag; /* NULL: no room */
	__u64 now;
	__u64 duration; /* in the old state, ns; 0: a new socket; NOT_KNOWN: it began before tracing */
	__u8 from, to;
	bool fresh; /* the first change of a socket's, or of a new life of it */
};

/* The child of a listener comes with a copy of the listener's tag, or (before 5.11) finds it by the port. */
static __always_inline void tag_inherit(struct tag *tag, const struct sock *sk)
{
	struct listener_key key = {
		.netns = sk->__sk_common.skc_net.net->ns.inum,
		.port = sk->__sk_common.skc_num,
	};
	struct listener *listener;

	tag->role = ROLE_SERVER;
	tag->seeded = 0;
	if (!settings.has_sk_storage) {
		listener = bpf_map_lookup_elem(&listeners, &key);
		if (listener)
			*tag = listener->tag;
		tag->role = ROLE_SERVER;
		tag->seeded = 0;
	}
	if (tag->owner != OWNER_UNKNOWN)
		tag->owner = OWNER_INHERITED;
}

/* Reads tp_btf/inet_sock_set_state (const struct sock *, int old, int new) and keeps the socket's tag. False: not TCP,
 * or nothing changed. Context: a task with the socket locked, or softirq. */
static __always_inline bool transition_read(struct transition *t, __u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct tag *tag;
	bool child;

	t->sk = sk;
	t->from = (__u8)ctx[1];
	t->to = (__u8)ctx[2];
	if (!is_tcp(sk) || t->from == t->to)
		return false;
	child = t->from == TCP_LISTEN && t->to == TCP_SYN_RECV;
	t->fresh = child || t->from == TCP_CLOSE;
	t->now = bpf_ktime_get_boot_ns();
	t->duration = t->fresh ? 0 : NOT_KNOWN;
	t->tag = tag = tag_get(sk, true);
	if (!tag)
		return true;
	if (t->fresh) {
		if (child)
			tag_inherit(tag, sk);
		else
			tag->role = t->to == TCP_SYN_SENT ? ROLE_CLIENT : ROLE_UNKNOWN;
		tag->born = t->now;
		tag->up = 0;
		tag->held_at = 0;
	} else if (tag->since) {
		t->duration = t->now - tag->since;
	}
	tag->since = t->now;
	if (t->to < TCP_FIN_WAIT1 && (tag->born || t->fresh))
		tag->up = t->now;
	if (sk->sk_lock.owned)
		tag_claim(tag);
	if (t->to == TCP_LISTEN)
		listener_add((__u64)sk, sk->__sk_common.skc_net.net->ns.inum, sk->__sk_common.skc_num,
			     sk->sk_drops.counter, tag, socket_cgroup(sk));
	if (t->from == TCP_LISTEN && t->to == TCP_CLOSE) {
		struct event e;

		event_socket(&e, sk);
		listener_remove((__u64)sk, e.netns, e.lport);
	}
	return true;
}

/* After the event was made of it: without socket storage nothing else would free the tag. */
static __always_inline void transition_done(struct transition *t)
{
	if (t->to == TCP_CLOSE)
		tag_drop(t->sk);
}

#endif
