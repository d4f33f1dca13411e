/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpaccept.bpf.c: an event for each connection that a process accepts. */
#include "probes/lib/pair.bpf.h"
#include "probes/tcpaccept.h"

#define ACCEPT_LATE_HOOK  TCPACCEPT_LATE_HOOK
#define ACCEPT_URING_HOOK TCPACCEPT_URING_HOOK
#include "probes/tcp/accept_uring.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* No tags: the row itself has the owner. */
static __always_inline void accept_known(__u64 key)
{
	(void)key;
}

static __always_inline void accept_row(struct handed *h, struct sock *sk)
{
	struct tcpaccept_event *e;

	if (!event_wanted(&h->head, sk))
		return;
	e = ring_reserve(sizeof(*e), &h->head);
	if (!e)
		return;
	e->wait = h->wait;
	e->queue = h->queue;
	e->limit = h->limit;
	ring_submit(e);
}

/* A close makes no row. */
static __always_inline void accept_missed(const struct waiting *was, struct sock *sk)
{
	(void)was;
	(void)sk;
}

/* Context: softirq, where listeners create their children. */
static __always_inline int state_changed(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];

	if ((__u8)ctx[1] == TCP_LISTEN && (__u8)ctx[2] == TCP_SYN_RECV && is_tcp(sk))
		waiting_add(sk, bpf_ktime_get_boot_ns());
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", child, state_changed)
