/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attempt.bpf.h: an active open, from its first state change to its result. */
#ifndef NETTRACE_PROBES_TCP_ATTEMPT_BPF_H
#define NETTRACE_PROBES_TCP_ATTEMPT_BPF_H

#include "probes/kernel/errors.h"
#include "probes/tcp/transition.bpf.h"

struct attempt {
	__u32 syns;
	__s32 error; /* 0: none */
	__u8 result; /* enum result */
};

static __always_inline __u8 result_of(__s32 error)
{
	switch (error) {
	case 0:
		return RESULT_ABANDONED; /* the kernel ends an attempt with an error only; without one, a process did */
	case ECONNREFUSED:
		return RESULT_REFUSED;
	case EHOSTUNREACH:
	case ENETUNREACH:
		return RESULT_UNREACHABLE;
	case ETIMEDOUT:
		return RESULT_TIMED_OUT;
	default:
		return RESULT_FAILED;
	}
}

static __always_inline bool attempt_begins(const struct transition *t)
{
	return t->from == TCP_CLOSE && t->to == TCP_SYN_SENT;
}

/* Fills *a with the current state of this socket's attempt. False: no SYN was sent: no port was free (the failing call
 * is reported instead), a Fast Open still waits for data, or a connection is restored (CRIU). */
static __always_inline bool attempt_read(struct attempt *a, struct sock *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	a->error = 0;
	a->result = RESULT_PENDING;
	if (!tcp || !tcp->segs_out)
		return false;
	a->syns = tcp->total_retrans + 1;
	return true;
}

/* Whether both ends connect to each other (or a socket to itself): then the peer's SYN is no answer, but the segment in
 * SYN_RECV is. */
static __always_inline bool attempt_crosses(const struct transition *t)
{
	return t->from == TCP_SYN_SENT && t->to == TCP_SYN_RECV && t->tag;
}

static __always_inline bool attempt_is_over(const struct transition *t)
{
	if (t->from == TCP_SYN_RECV)
		return t->tag && t->tag->life.role == ROLE_CLIENT;
	return t->from == TCP_SYN_SENT && !attempt_crosses(t);
}

/* Whether the attempt ends with this change. */
static __always_inline bool attempt_ends(struct attempt *a, const struct transition *t)
{
	if (attempt_crosses(t))
		t->tag->life.role = ROLE_CLIENT; /* also of an attempt older than the trace */
	if (!attempt_is_over(t) || !attempt_read(a, t->sk))
		return false;
	a->result = RESULT_OK;
	if (t->to != TCP_ESTABLISHED) {
		a->error = t->to == TCP_CLOSE ? t->sk->sk_err : 0;
		a->result = result_of(a->error);
	}
	return true;
}

#endif
