/* SPDX-License-Identifier: GPL-2.0-or-later */
/* transition.bpf.h: the effect of one TCP state change on the tag of its socket. */
#ifndef NETTRACE_PROBES_TCP_TRANSITION_BPF_H
#define NETTRACE_PROBES_TCP_TRANSITION_BPF_H

#include "probes/tcp/owner_hooks.bpf.h"
#include "probes/tcp/subflow.bpf.h"

struct transition {
	struct sock *sk;
	struct tag *tag; /* NULL: out of memory */
	__u64 now;
	__u64 duration; /* in the old state, ns; 0: a new socket; NOT_KNOWN: since before tracing */
	__u8 from, to;
	bool fresh; /* the first change of a socket, or of a new life */
	bool late;  /* the first observed change of a life: earlier ones were missed */
};

/* The address of a child's listener. At the child's first state change its list heads are still copies of the
 * listener's (sk_clone_lock() in net/core/sock.c; tcp_create_openreq_child() initializes them soon after), and the head
 * of an empty list points to itself. */
static __always_inline __u64 listener_of(struct sock *child)
{
	__u64 offset = bpf_core_field_offset(struct tcp_sock, tsorted_sent_queue);
	struct tcp_sock *tcp;

	if (settings.has_cast)
		return (__u64)KPTR(RUNG_CAST, child, tcp_sock)->tsorted_sent_queue.next - offset;
	tcp = bpf_skc_to_tcp_sock(child);
	return tcp ? (__u64)tcp->tsorted_sent_queue.next - offset : 0;
}

static __always_inline void tag_inherit_slot(struct tag *tag, struct sock *child)
{
	__u64 listener = listener_of(child);
	struct tag_slot *slot = tag_slot_of(listener);

	if (!slot || slot->sk != listener || slot->tag.life.state != TCP_LISTEN)
		return;
	tag->owner = slot->tag.owner;
}

/* A child has a copy of its listener's tag, or finds the tag by the listener's address, or (before 5.11) by the
 * port. */
static __always_inline void tag_inherit(struct tag *tag, const struct transition *t)
{
	struct listener *listener;

	if (tag_slots_used())
		tag_inherit_slot(tag, t->sk);
	if (!settings.has_sk_storage) {
		struct listener_key key = { .netns = socket_netns(t->sk), .port = t->sk->__sk_common.skc_num };

		listener = bpf_map_lookup_elem(&listeners, &key);
		if (listener)
			*tag = listener->tag;
	}
	tag->life.role = ROLE_SERVER;
	tag->owner.from_seed = 0;
	if (tag->owner.quality != OWNER_UNKNOWN)
		tag->owner.quality = OWNER_INHERITED;
}

/* Whether current closes the socket only because it had the last reference to the file for a moment: it walks over
 * descriptors of other processes (a BPF iterator: task_file_seq_next() in kernel/bpf/task_iter.c), and the owner has
 * closed its descriptor meanwhile. The file is then released at the end of read(), which closes no descriptor. Before
 * 6.2 that is unknown. */
static __always_inline bool closes_for_another(const struct sock *sk)
{
	struct task_struct *task;
	__u64 file;

	if (!settings.has_cast || sk->sk_shutdown != SHUTDOWN_MASK)
		return false;
	task = bpf_get_current_task_btf();
	if (task->flags & PF_EXITING || !is_call((void *)bpf_task_pt_regs(task), NR_read, RUNG_CAST))
		return false;
	file = socket_file(sk);
	return file && file_references(file) <= 0;
}

/* Whether current, which holds the socket lock, made this change for itself. That is unknown for the end of a
 * connection with an error: a packet caused it, or another process did (tcp_abort(), as in `ss -K`: net/ipv4/tcp.c sets
 * sk_err first). For a listener tcp_abort() sets no error; close() sets both bits of sk_shutdown first. */
static __always_inline bool is_own_act(const struct transition *t)
{
	const struct sock *sk = t->sk;

	if (!sk->sk_lock.owned || closes_for_another(sk))
		return false;
	if (t->to != TCP_CLOSE)
		return true;
	return t->from == TCP_LISTEN ? sk->sk_shutdown == SHUTDOWN_MASK : !sk->sk_err;
}

/* Context: a task with the socket locked. */
static __always_inline void tag_act(const struct transition *t, struct tag *tag)
{
	bool acts = owner_set_current(&tag->owner, t->fresh);

	if (t->fresh && t->to == TCP_SYN_SENT)
		subflow_begins(t->sk, &tag->owner, acts);
}

/* A constant of each life: TCP adds acknowledged bytes to both counters. */
static __always_inline __u32 first_sequence_number(struct sock *sk)
{
	struct tcp_sock *tcp = settings.has_cast ? KPTR(RUNG_CAST, sk, tcp_sock) : bpf_skc_to_tcp_sock(sk);

	return tcp ? tcp->snd_una - (__u32)tcp->bytes_acked : 0;
}

/* Handles a change within a life. Since 7.x, which preempts programs, changes may be missed, and the tag may describe
 * an earlier life. True: it did, and is now empty. The first sequence number decides; while it is unknown, the
 * state. */
static __noinline bool tag_is_anothers(struct tag *tag, struct sock *sk, __u8 from)
{
	__u32 isn = first_sequence_number(sk);
	bool missed = tag->life.state && tag->life.state != from, other = missed;

	if (tag->life.has_isn)
		other = tag->life.isn != isn;
	if (other) {
		__builtin_memset(&tag->owner, 0, sizeof(tag->owner));
		tag->life.role = ROLE_UNKNOWN;
		tag->life.created_at = 0;
		tag->life.established_at = 0;
		tag->reported_by = 0;
	}
	if (missed)
		tag->life.state_since = 0;
	tag->life.isn = isn;
	tag->life.has_isn = 1;
	return other;
}

/* Applies the change to the tag, and sets t->duration. */
static __always_inline void tag_change(struct transition *t, struct tag *tag)
{
	if (t->fresh) {
		if (t->from == TCP_LISTEN)
			tag_inherit(tag, t);
		else
			tag->life.role = t->to == TCP_SYN_SENT ? ROLE_CLIENT : ROLE_UNKNOWN;
		tag->life.created_at = t->now;
		tag->life.established_at = 0;
		tag->life.has_isn = 0;
		tag->reported_by = 0;
	} else {
		t->late = t->from != TCP_LISTEN && tag_is_anothers(tag, t->sk, t->from);
		if (tag->life.state_since)
			t->duration = t->now - tag->life.state_since;
	}
	tag->life.state_since = t->now;
	tag->life.prev_state_ns = t->duration;
	tag->life.state = t->to;
	if (t->to < TCP_FIN_WAIT1 && tag->life.created_at)
		tag->life.established_at = t->now;
	if (is_own_act(t))
		tag_act(t, tag);
}

/* The same where another tool keeps the tag: the change has equal time and duration in all tools. If that tool missed
 * the change, the tag describes another one. */
static __always_inline void tag_changed(struct transition *t, const struct tag *tag)
{
	if (tag->life.state != t->to || !tag->life.state_since)
		return;
	t->now = tag->life.state_since;
	t->duration = tag->life.prev_state_ns;
}

/* Listening begins or ends. Not inlined: owner_verify() needs the stack. Context: a task with the socket locked. */
static __noinline void transition_listens(struct sock *sk, struct tag *tag, __u8 from, __u8 to)
{
	struct cgroup *cgroup;

	if (to == TCP_LISTEN) {
		cgroup = socket_cgroup(sk);
		listener_add((__u64)sk, socket_netns(sk), sk->__sk_common.skc_num, sk->sk_drops.counter, tag,
			     cgroup ? cgroup->kn->id : 0);
	} else if (from == TCP_LISTEN && to == TCP_CLOSE) {
		listener_remove((__u64)sk, socket_netns(sk), socket_lport(sk));
	}
}

/* Without a branch: the verifier checks everything after a branch twice. */
static __always_inline __u32 same_state(__u32 a, __u32 b)
{
	__u32 difference = a ^ b;

	barrier_var(difference);
	return (difference - 1) >> 31;
}

/* Whether a life of a socket begins. */
static __always_inline bool begins(__u8 from, __u8 to)
{
	return same_state(from, TCP_CLOSE) | (same_state(from, TCP_LISTEN) & same_state(to, TCP_SYN_RECV));
}

/* Reads tp_btf/inet_sock_set_state (const struct sock *, int old, int new), updates the socket's tag, and begins an
 * event (its time). False: no TCP, or no change. Context: a task with the socket locked, or softirq. */
static __always_inline bool transition_read(struct transition *t, struct event *head, __u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];

	t->sk = sk;
	t->from = (__u8)ctx[1];
	t->to = (__u8)ctx[2];
	if (!is_tcp(sk) || t->from == t->to)
		return false;
	t->now = bpf_ktime_get_boot_ns();
	event_init(head, t->now);
	t->fresh = begins(t->from, t->to);
	t->late = false;
	t->duration = t->fresh ? 0 : NOT_KNOWN;
	t->tag = tag_slots_used() ? tag_open(sk, begins(t->from, t->to), t->now)
				  : tag_get(sk, !(settings.flags & TAGS_BORROWED));
	if (!t->tag)
		return !tag_slots_used();
	if (settings.flags & TAGS_BORROWED) {
		tag_changed(t, t->tag);
		head->ts = t->now;
		return true;
	}
	tag_change(t, t->tag);
	if (listeners_watched())
		transition_listens(t->sk, t->tag, t->from, t->to);
	return true;
}

/* Fills place, ends and family of the socket at the change: of its current life only. */
static __always_inline void transition_socket(struct event *e, const struct transition *t)
{
	if (t->from == TCP_CLOSE) {
		event_socket_begins(e, t->sk, t->to);
		return;
	}
	event_socket(e, t->sk);
	if (t->from == TCP_LISTEN && t->to == TCP_CLOSE)
		event_no_peer(e);
}

/* Called after the event was made. */
static __always_inline void transition_done(struct transition *t)
{
	if (tag_slots_used())
		tag_close(t->sk, t->tag, t->to == TCP_CLOSE ? t->now : 0);
	if (t->to == TCP_CLOSE && !(settings.flags & TAGS_OUTLIVE_US))
		tag_drop(t->sk);
}

#endif
