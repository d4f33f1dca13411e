/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptracer.bpf.c: an event for each connection that is opened, accepted or closed. */
#define ACCEPT_ROWS       1
#define ACCEPT_LATE_HOOK  2
#define ACCEPT_URING_HOOK 3
#include "probes/lib/pair.bpf.h"
#include "probes/tcp/sockmap.bpf.h"
#include "probes/tcp/accept_uring.bpf.h"
#include "probes/tcptracer.h"

char LICENSE[] SEC("license") = "GPL";

/* The account of a closed connection; all NOT_KNOWN in other rows. */
struct account {
	__u64 tx_bytes, rx_bytes, duration;
};

static __always_inline void emit(const struct event *head, struct sock *sk, __u8 type, const struct account *account)
{
	struct tcptracer_event *e;

	if (!event_wanted(head, sk))
		return;
	e = ring_reserve(sizeof(*e), head);
	if (!e)
		return;
	e->tx_bytes = account->tx_bytes;
	e->rx_bytes = account->rx_bytes;
	e->duration = account->duration;
	e->type = type;
	__builtin_memset(e->pad, 0, sizeof(e->pad));
	ring_submit(e);
}

/* The close of a connection that came before its owner was known. */
static __always_inline void emit_closed(const struct event *head, struct sock *sk, const struct waiting *was)
{
	struct account account = {
		.tx_bytes = was->tx_bytes,
		.rx_bytes = was->rx_bytes,
		.duration = was->closed - was->since,
	};

	emit(head, sk, TYPE_CLOSE, &account);
}

static __always_inline void accept_known(__u64 key)
{
	accepted_add(key, newest_descriptor());
}

/* A connection that the peer reset while it waited closes when its process gets it. */
static __always_inline void accept_row(struct handed *h, struct sock *sk)
{
	const struct account account = { NOT_KNOWN, NOT_KNOWN, NOT_KNOWN };

	emit(&h->head, sk, TYPE_ACCEPT, &account);
	if (h->was.closed)
		emit_closed(&h->head, sk, &h->was);
}

static __always_inline void accept_missed(const struct waiting *was, struct sock *sk)
{
	struct event head;

	event_fill(&head, sk, tag_find(sk), bpf_ktime_get_boot_ns());
	emit_closed(&head, sk, was);
}

/* At close() written data may still wait to be sent; after an abort it will never be sent. */
static __always_inline void account_read(struct account *account, const struct transition *t)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(t->sk);

	if (!tcp)
		return;
	account->tx_bytes = payload_sent(tcp);
	if (t->to != TCP_CLOSE)
		account->tx_bytes += tcp->write_seq - tcp->snd_nxt;
	account->rx_bytes = payload_received(tcp, t->sk);
	sockmap_hides(t->tag, &account->tx_bytes, &account->rx_bytes);
}

/* Both ends can have connected to each other: then the state before is SYN_RECV. */
static __always_inline bool is_connect(const struct transition *t)
{
	return t->to == TCP_ESTABLISHED && (t->from == TCP_SYN_SENT || (t->tag && t->tag->life.role == ROLE_CLIENT));
}

/* Whether the process closed the socket before tracing: it has no owner, and its life is unknown. */
static __always_inline bool is_old_orphan(const struct transition *t)
{
	return t->tag->owner.quality == OWNER_UNKNOWN && t->duration == NOT_KNOWN && socket_flag(t->sk, SOCK_DEAD);
}

/* Whether the connection ends here, which is true once. close() sets both directions before it changes the state;
 * shutdown() of one direction does not, and the end comes later. */
static __always_inline bool is_close(const struct transition *t)
{
	struct tag *tag = t->tag;

	if (t->from == TCP_CLOSE || t->from == TCP_LISTEN || t->from == TCP_SYN_SENT ||
	    (t->from == TCP_SYN_RECV && tag && tag->life.role == ROLE_CLIENT))
		return false;
	if (tag && is_old_orphan(t))
		tag_set_reported(tag, true);
	if (t->to != TCP_CLOSE &&
	    !(tag && (t->to == TCP_FIN_WAIT1 || t->to == TCP_LAST_ACK) && t->sk->sk_shutdown == SHUTDOWN_MASK))
		return false;
	if (tag && tag_is_reported(tag))
		return false;
	if (tag)
		tag_set_reported(tag, true);
	return true;
}

/* Whether no process has had the connection so far: it waits at its listener, perhaps since before tracing, or accept()
 * is about to return it on another CPU. (The subflows of an MPTCP socket lose their process before they close.) This
 * close is then reported when accept() returns the connection. */
static __always_inline bool ends_waiting(const struct transition *t, const struct account *account)
{
	__u64 key = (__u64)t->sk;
	struct waiting *was, end = { .closed = t->now, .tx_bytes = account->tx_bytes, .rx_bytes = account->rx_bytes };

	if (socket_flag(t->sk, SOCK_DEAD))
		return false;
	was = bpf_map_lookup_elem(&waiting, &key);
	if (!was)
		return !t->sk->sk_socket && t->tag && !t->tag->life.created_at &&
		       t->tag->owner.quality == OWNER_UNKNOWN;
	if (t->sk->sk_lock.owned)
		return false;
	end.since = was->since;
	end.taken = t->sk->sk_socket != NULL;
	return !wait_ended(t->sk, &end);
}

/* Context: a task with the socket locked, or softirq. */
static __always_inline int state_changed(__u64 *ctx)
{
	struct account account = { NOT_KNOWN, NOT_KNOWN, NOT_KNOWN };
	struct transition t;
	struct event head;
	bool closes;

	if (!transition_read(&t, &head, ctx))
		return 0;
	sockmap_notice(&t);
	if (t.tag && t.fresh)
		tag_set_reported(t.tag, false);
	if (t.from == TCP_LISTEN && t.to == TCP_SYN_RECV)
		waiting_add(t.sk, t.now);
	closes = is_close(&t);
	if (closes)
		account_read(&account, &t);
	if (closes && ends_waiting(&t, &account))
		closes = false;
	if (closes || is_connect(&t)) {
		if (closes && t.tag && t.tag->life.established_at)
			account.duration = t.now - t.tag->life.established_at;
		event_owner(&head, t.sk, t.tag);
		event_socket(&head, t.sk);
		emit(&head, t.sk, closes ? TYPE_CLOSE : TYPE_CONNECT, &account);
	}
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", trace, state_changed)
