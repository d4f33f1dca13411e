/* SPDX-License-Identifier: GPL-2.0-or-later */
/* accept.bpf.h: the hooks for accepted connections. */
#ifndef NETTRACE_PROBES_TCP_ACCEPT_BPF_H
#define NETTRACE_PROBES_TCP_ACCEPT_BPF_H

/* The including file defines the indexes of its hooks in settings.arguments, ACCEPT_LATE_HOOK and ACCEPT_URING_HOOK. It
 * calls waiting_add() for each child of a listener, and defines accept_known(), accept_row() and accept_missed(). The
 * hooks: core/model/accept_hooks.h.
 *
 * Two programs see each accept(); each reports what the other has not. The kernel function alone would miss
 * threads that were blocked in it before tracing. The end of the system call alone would not suffice on recent kernels.
 * A task can be preempted inside a program (seen on 7.2), and until it resumes, the kernel skips that program on that
 * CPU for all other tasks. Because all system calls run this program, that cost 4 to 10 % of the rows of a busy
 * machine. */
#include "probes/lib/descriptor.bpf.h"
#include "probes/lib/event.bpf.h"
#include "probes/lib/once.bpf.h"

#define IPPROTO_MPTCP 262 /* include/uapi/linux/in.h */

/* A connection without a process, as far as is known: accept() has not returned it. */
struct waiting {
	__u64 since;
	__u64 closed;             /* when it closed before accept(); 0: it is open */
	__u64 tx_bytes, rx_bytes; /* at that time */
	__u64 taken;              /* 1: at that time it had left the queue, for some process */
};

/* By the socket's address; until the connection is accepted, closed or destroyed. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct waiting);
} waiting SEC(".maps");

/* The same for connections that closed before accept(), in case accept() still returns them. When a connection closes
 * while accept() returns, two CPUs may handle it at once; the one that deletes the entry reports the close
 * (hand_over(), wait_ended()). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct waiting);
} ended SEC(".maps");

/* Which program has reported the connection, until the other comes. By the socket's address. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, __u8);
} reported SEC(".maps");

/* A connection at the time when its process gets it. */
struct handed {
	struct event head; /* the owner is current */
	__u64 key;         /* the socket's address */
	__u64 wait;        /* in the listener's queue, ns; NOT_KNOWN: since before tracing */
	__u32 queue;       /* length of the remaining queue */
	__u32 limit;       /* limit of the queue */
	struct waiting was;
};

/* Defined by the tool: current gets the socket at this address. Called before the entry is deleted, so that a close on
 * another CPU that finds no entry finds the owner. Context: the accepting task. */
static __always_inline void accept_known(__u64 key);

/* Defined by the tool: reports the connection. sk: for the filters; NULL: unavailable. Context: the accepting task. */
static __always_inline void accept_row(struct handed *h, struct sock *sk);

/* Defined by the tool: a connection that had left the queue has closed, and no followed accept() returned it. Context:
 * any. */
static __always_inline void accept_missed(const struct waiting *was, struct sock *sk);

/* A listener creates a child: from LISTEN to SYN_RECV. (With TCP Fast Open it can be accepted before it is
 * ESTABLISHED.) */
static __always_inline void waiting_add(struct sock *sk, __u64 now)
{
	struct waiting new = { .since = now };
	__u64 key = (__u64)sk;

	bpf_map_delete_elem(&reported, &key); /* of a socket whose end was missed */
	if (bpf_map_update_elem(&waiting, &key, &new, BPF_ANY))
		COUNT(lost_map);
}

/* A waiting connection closes; end: its state and counters. True: accept() has meanwhile returned it without this
 * close. Context: any. */
static __always_inline bool wait_ended(struct sock *sk, const struct waiting *end)
{
	__u64 key = (__u64)sk;

	if (bpf_map_update_elem(&ended, &key, end, BPF_ANY)) {
		COUNT(lost_map);
		return false;
	}
	return bpf_map_delete_elem(&waiting, &key) && !bpf_map_delete_elem(&ended, &key);
}

/* Whether no accept() has returned it so far. */
static __always_inline bool is_not_handed(__u64 key)
{
	return bpf_map_lookup_elem(&waiting, &key) || bpf_map_lookup_elem(&ended, &key);
}

/* Without the listener, uses the child's members: copies from its creation, which do not count the child itself. */
static __always_inline void handed_queue(struct handed *h, struct sock *sk, struct sock *listener, const int rung)
{
	bool here = listener && KREAD(rung, listener, __sk_common.skc_state) == TCP_LISTEN;

	h->queue = here ? KREAD(rung, listener, sk_ack_backlog) : KREAD(rung, sk, sk_ack_backlog);
	h->limit = here ? KREAD(rung, listener, sk_max_ack_backlog) : KREAD(rung, sk, sk_max_ack_backlog);
}

/* The caller has set time, place, ends and owner of h->head. */
static __always_inline void hand_over(struct handed *h, struct sock *sk)
{
	struct waiting *was;

	h->key = (__u64)sk;
	accept_known(h->key);
	__builtin_memset(&h->was, 0, sizeof(h->was));
	was = bpf_map_lookup_elem(&waiting, &h->key);
	if (was)
		h->was = *was;
	bpf_map_delete_elem(&waiting, &h->key);
	was = bpf_map_lookup_elem(&ended, &h->key);
	if (was) {
		h->was = *was;
		if (bpf_map_delete_elem(&ended, &h->key)) /* deleted already: the other CPU reports the close */
			h->was.closed = 0;
	}
	h->wait = h->was.since ? h->head.ts - h->was.since : NOT_KNOWN;
}

/* The TCP socket of a socket: itself, or the first subflow of an MPTCP socket. NULL: none. */
static __always_inline struct sock *tcp_behind(struct sock *sk, const int rung)
{
	__u16 family;

	if (!sk)
		return NULL;
	family = KREAD(rung, sk, __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return NULL;
	if (bpf_core_type_exists(struct mptcp_sock) && KREAD(rung, sk, sk_protocol) == IPPROTO_MPTCP) {
		sk = KPTR(rung, KREAD(rung, KPTR(rung, sk, mptcp_sock), first), sock);
		if (!sk)
			return NULL;
	}
	return KREAD(rung, sk, sk_protocol) == IPPROTO_TCP ? sk : NULL;
}

/* The same for a descriptor of current. */
static __always_inline struct sock *tcp_descriptor(long fd, const int rung)
{
	return tcp_behind(descriptor_sock(fd, rung), rung);
}

/* Whether this program reports the connection. The note is also for the program of io_uring's completions. Context: the
 * accepting task, or a worker thread of io_uring. */
static __always_inline bool accept_reports(struct sock *sk, const bool late)
{
	if (!settings.arguments[ACCEPT_LATE_HOOK] && !settings.arguments[ACCEPT_URING_HOOK])
		return true;
	return reports(&reported, (__u64)sk, late) || !settings.arguments[ACCEPT_LATE_HOOK];
}

/* ---- accept(), accept4(): at the end of the system call, so also in threads that were blocked in it before tracing.
 * Context: the accepting task. */

static __always_inline int accept_ended(__u64 *ctx, const int rung, const bool late)
{
	struct pt_regs *regs = (void *)ctx[0];
	struct handed h;
	struct sock *sk;

	if (!is_call(regs, NR_accept, rung) && !is_call(regs, NR_accept4, rung))
		return 0;
	sk = tcp_descriptor((long)ctx[1], rung);
	if (!sk || !accept_reports(sk, late))
		return 0;
	event_init(&h.head, bpf_ktime_get_boot_ns());
	event_from_fd(&h.head, sk, rung);
	event_current(&h.head);
	handed_queue(&h, sk, tcp_descriptor((int)SYSCALL_FIRST(regs), rung), rung);
	hand_over(&h, sk);
	accept_row(&h, rung == RUNG_CAST ? sk : NULL);
	return 0;
}

SEC("tp/sys_exit_accept,sys_exit_accept4")
int accept_call_cast(__u64 *ctx)
{
	__u64 ended[] = SYSCALL_ENDED(ctx);

	return accept_ended(ended, RUNG_CAST, false);
}

SEC("tp/sys_exit_accept,sys_exit_accept4")
int accept_late_call_cast(__u64 *ctx)
{
	__u64 ended[] = SYSCALL_ENDED(ctx);

	return accept_ended(ended, RUNG_CAST, true);
}

SEC("tp_btf/sys_exit")
int accept_cast(__u64 *ctx)
{
	return accept_ended(ctx, RUNG_CAST, false);
}

SEC("tp_btf/sys_exit")
int accept_late_cast(__u64 *ctx)
{
	return accept_ended(ctx, RUNG_CAST, true);
}

SEC("tp_btf/sys_exit")
int accept_helper(__u64 *ctx)
{
	return accept_ended(ctx, RUNG_PROBE_READ, false);
}

SEC("tp_btf/sys_exit")
int accept_late_helper(__u64 *ctx)
{
	return accept_ended(ctx, RUNG_PROBE_READ, true);
}

/* (sk, flags, err, kern) until 6.9, (sk, arg) since; the returned socket follows. Runs for io_uring too. Context: the
 * accepting task, or a worker thread of io_uring. */
SEC("fexit/inet_csk_accept")
int accept_function(__u64 *ctx)
{
	struct sock *listener = (void *)ctx[0], *sk;
	struct handed h;

	if (bpf_core_type_exists(struct proto_accept_arg)) {
		sk = (void *)ctx[2];
		barrier_var(sk); /* see owner_accept() */
	} else {
		sk = (void *)ctx[4];
	}
	if (!sk || !is_tcp(sk) || !accept_reports(sk, false))
		return 0;
	event_init(&h.head, bpf_ktime_get_boot_ns());
	event_socket(&h.head, sk);
	event_current(&h.head);
	event_of_worker(&h.head);
	h.queue = listener->sk_ack_backlog;
	h.limit = listener->sk_max_ack_backlog;
	hand_over(&h, sk);
	accept_row(&h, sk);
	return 0;
}

/* A connection that was never accepted is destroyed with its listener. Context: any. */
SEC("tp_btf/tcp_destroy_sock")
int accept_destroyed(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	__u64 key = ctx[0];
	struct waiting *was = bpf_map_lookup_elem(&ended, &key);

	if (was && was->taken)
		accept_missed(was, sk);
	bpf_map_delete_elem(&ended, &key);
	bpf_map_delete_elem(&waiting, &key);
	bpf_map_delete_elem(&reported, &key);
	return 0;
}

#endif
