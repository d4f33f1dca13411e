/* SPDX-License-Identifier: GPL-2.0-or-later */
/* solisten.bpf.c: an event for each attempt to listen on an IPv4 or IPv6 socket. */
#include "probes/lib/descriptor.bpf.h"
#include "probes/lib/event.bpf.h"
#include "probes/lib/once.bpf.h"
#include "probes/solisten.h"

char LICENSE[] SEC("license") = "GPL";

#define SOCK_RAW      3 /* include/linux/net.h */
#define IPPROTO_UDP   17
#define IPPROTO_SCTP  132
#define IPPROTO_MPTCP 262

/* A listen request of io_uring, at the start of struct io_kiocb. */
struct io_listen {
	int backlog;
} __attribute__((preserve_access_index));

static __always_inline __u8 protocol_of(struct sock *sk, const int rung)
{
	if (KREAD(rung, sk, sk_type) == SOCK_RAW)
		return PROTO_RAW;
	switch (KREAD(rung, sk, sk_protocol)) {
	case IPPROTO_TCP:
		return PROTO_TCP;
	case IPPROTO_MPTCP:
		return PROTO_MPTCP;
	case IPPROTO_UDP:
		return PROTO_UDP;
	case IPPROTO_SCTP:
		return PROTO_SCTP;
	default:
		return PROTO_OTHER;
	}
}

/* The backlog after a successful call. An MPTCP socket listens through the TCP socket of its first subflow. */
static __always_inline __u32 effective_backlog(struct sock *sk, __u8 proto, const int rung)
{
	if (proto == PROTO_MPTCP) {
		if (!bpf_core_field_exists(struct mptcp_sock, first))
			return ~0U;
		sk = KPTR(rung, KREAD(rung, KPTR(rung, sk, mptcp_sock), first), sock);
		if (!sk)
			return ~0U;
	}
	return KREAD(rung, sk, sk_max_ack_backlog);
}

static __always_inline void emit(const struct event *head, const struct solisten_event *own)
{
	struct solisten_event *e = ring_reserve(sizeof(*e), head);

	if (!e)
		return;
	e->backlog = own->backlog;
	e->effective = own->effective;
	e->ret = own->ret;
	e->proto = own->proto + (head->family == 6);
	__builtin_memset(e->pad, 0, sizeof(e->pad));
	ring_submit(e);
}

/* Reports a call that has ended, so that a port chosen by listen() is known. */
static __always_inline int listened(struct sock *sk, struct solisten_event *own, const int rung)
{
	struct event head;
	__u16 family;

	if (!sk)
		return 0;
	family = KREAD(rung, sk, __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return 0;
	event_init(&head, bpf_ktime_get_boot_ns());
	event_from_fd(&head, sk, rung);
	head.lport =
		KREAD(rung, sk, __sk_common.skc_num); /* unlike inet_sport, it does not remain from an earlier life */
	event_current(&head);
	event_of_worker(&head);
	own->proto = protocol_of(sk, rung);
	own->effective = own->ret ? ~0U : effective_backlog(sk, own->proto, rung);
	if (own->proto == PROTO_RAW) { /* the member has the number of the raw protocol */
		head.lport = 0;
		head.protocol = 0;
	}
	if (event_wanted_at(&head, sk, rung))
		emit(&head, own);
	return 0;
}

/* Two programs see each call: a kernel that preempts programs skips a preempted one for all other tasks on that CPU
 * (see accept.bpf.h). Which program has reported the call, until the other comes. By thread. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u8);
} reported SEC(".maps");

static __always_inline bool is_to_report(const bool late)
{
	if (late && settings.arguments[SOLISTEN_HOOK] != 2) /* listen_state reports without notes */
		return false;
	return !settings.arguments[SOLISTEN_LATE_HOOK] || reports(&reported, bpf_get_current_pid_tgid(), late);
}

/* listen(). Context: the listening task, at the end of its system call. */
static __always_inline int listen_ended(__u64 *ctx, const int rung, const bool late)
{
	struct pt_regs *regs = (void *)ctx[0];
	struct solisten_event own = {};

	if (!is_call(regs, NR_listen, rung) || !is_to_report(late))
		return 0;
	own.backlog = (__s32)SYSCALL_SECOND(regs);
	own.ret = (__s32)ctx[1];
	return listened(descriptor_sock((int)SYSCALL_FIRST(regs), rung), &own, rung);
}

SEC("tp/sys_exit_listen")
int listen_call_cast(__u64 *ctx)
{
	__u64 ended[] = SYSCALL_ENDED(ctx);

	return listen_ended(ended, RUNG_CAST, false);
}

SEC("tp/sys_exit_listen")
int listen_late_call_cast(__u64 *ctx)
{
	__u64 ended[] = SYSCALL_ENDED(ctx);

	return listen_ended(ended, RUNG_CAST, true);
}

SEC("tp_btf/sys_exit")
int listen_cast(__u64 *ctx)
{
	return listen_ended(ctx, RUNG_CAST, false);
}

SEC("tp_btf/sys_exit")
int listen_late_cast(__u64 *ctx)
{
	return listen_ended(ctx, RUNG_CAST, true);
}

SEC("tp_btf/sys_exit")
int listen_helper(__u64 *ctx)
{
	return listen_ended(ctx, RUNG_PROBE_READ, false);
}

SEC("tp_btf/sys_exit")
int listen_late_helper(__u64 *ctx)
{
	return listen_ended(ctx, RUNG_PROBE_READ, true);
}

/* Where no program may read descriptors (lockdown before 6.2): calls that made a TCP socket listen. Context: the
 * listening task, with the socket locked. */
SEC("tp_btf/inet_sock_set_state")
int listen_state(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct solisten_event own = { .backlog = BACKLOG_NOT_KNOWN, .proto = PROTO_TCP };
	struct event head;

	if (ctx[1] != TCP_CLOSE || ctx[2] != TCP_LISTEN || !is_tcp(sk) || !sk->sk_lock.owned)
		return 0;
	event_init(&head, bpf_ktime_get_boot_ns());
	event_socket_begins(&head, sk, TCP_LISTEN);
	event_current(&head);
	own.effective = sk->sk_max_ack_backlog;
	if (event_wanted(&head, sk))
		emit(&head, &own);
	return 0;
}

/* (ctx, request, user_data, res, flags ...) until 6.12, (ctx, request, cqe) since. Context: the submitting task, or a
 * worker thread of io_uring. */
SEC("tp_btf/io_uring_complete")
int listen_ring_cast(__u64 *ctx)
{
	struct io_kiocb *request = KPTR(RUNG_CAST, ctx[1], io_kiocb);
	struct solisten_event own = {};

	if (!ctx[1] || request->opcode != settings.values[0])
		return 0;
	if (settings.arguments[SOLISTEN_RING_HOOK] == 3) {
		struct io_uring_cqe *cqe = (void *)ctx[2];

		own.ret = cqe->res;
	} else {
		own.ret = (__s32)ctx[3];
	}
	own.backlog = KPTR(RUNG_CAST, ctx[1], io_listen)->backlog;
	return listened(file_sock(KPTR(RUNG_CAST, request->file, file), RUNG_CAST), &own, RUNG_CAST);
}
