/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes.bpf.h: what connections carry, from the counters that TCP keeps of each socket: nothing runs for a message.
 *
 * An iterator looks at every tagged socket at each interval and tells what its counters have grown by; a state change
 * to TCP_CLOSE, or the end of the socket, tells the rest. So sendfile, splice and zero-copy count, and so do
 * connections older than the trace.
 *
 * A tool includes its own header before this one, and names its event, which starts with struct traffic_event:
 *	#define TRAFFIC_EVENT struct tcptop_event */
#ifndef NETTRACE_PROBES_TCP_BYTES_BPF_H
#define NETTRACE_PROBES_TCP_BYTES_BPF_H

#include "probes/kernel/kernel.h"
#include "probes/tcp/bytes.h"

/* Of the socket's counters, what was told already. */
struct told {
	__u64 tx, rx, retrans;
	__u32 life; /* which one of the socket; 0: an older socket's, not looked at yet */
	__u32 pad;
};

/* Who was found to hold the socket (owner_walk.bpf.h). */
struct holders {
	__u64 session; /* of the walk; 0: by none yet */
	__u32 before;  /* the owner until then */
	__u8 several;  /* more than one process */
	__u8 asked;    /* how often the walk was asked for */
	__u8 pad[2];
};

#define TAG_TOLD
#include "probes/owner/open_sockets.bpf.h"
#include "probes/lib/pair.bpf.h"
#include "probes/tcp/transition.bpf.h"
#include "probes/lib/iterate.bpf.h"

/* The growth of a counter, which is then told. before: *told, read before the counter was. The iterator and a close
 * may come together: who loses finds nothing, or the rest. A counter that is less than was told was cleared
 * (tcp_disconnect(), which reports TCP_CLOSE first: all of it is told by then), or is being changed; that is no growth.
 * atomic: false before 5.12, which knows no compare-and-swap. */
static __always_inline __u64 take(__u64 *told, __u64 before, __u64 now, const bool atomic)
{
	if (now <= before)
		return 0;
	if (!atomic)
		*told = now;
	else if (__sync_val_compare_and_swap(told, before, now) != before)
		return 0;
	return now - before;
}

/* A life of the socket begins: TCP counts from 0. Context: a task with the socket locked, or softirq. */
static __always_inline void told_begins(struct told *told)
{
	told->tx = 0;
	told->rx = 0;
	told->retrans = 0;
	told->life++;
}

/* What the socket has carried since the last time; false: nothing. Context: any. */
static __always_inline bool traffic_take(struct traffic_event *e, struct sock *sk, struct tcp_sock *tcp,
					 struct told *told, const bool atomic)
{
	volatile struct told *now = told;
	__u64 told_tx = now->tx, told_rx = now->rx, told_retrans = now->retrans;
	__u64 tx = payload_sent(tcp), rx = payload_received(tcp, sk);

	if (!told->life) {
		told->life = 1;
		told->tx = tx;
		told->rx = rx;
		told->retrans = tcp->total_retrans;
		return false;
	}
	e->tx_bytes = take(&told->tx, told_tx, tx, atomic);
	e->rx_bytes = take(&told->rx, told_rx, rx, atomic);
	e->retrans = (__u32)take(&told->retrans, told_retrans, tcp->total_retrans, atomic);
	e->srtt_us = tcp->srtt_us >> 3;
	e->cwnd = tcp->snd_cwnd;
	return e->tx_bytes || e->rx_bytes || e->retrans;
}

/* What a socket that is closed has carried since the last time, as an event. head: its time. Context: any. */
static __always_inline void traffic_tell(TRAFFIC_EVENT *own, struct sock *sk, struct tag *tag, const bool atomic)
{
	struct traffic_event *e = (void *)own;
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	TRAFFIC_EVENT *sent;

	if (!tcp || !traffic_take(e, sk, tcp, &tag->told, atomic))
		return;
	event_owner(&e->common, sk, tag);
	event_socket(&e->common, sk);
	sent = event_wanted(&e->common, sk) ? ring_reserve(sizeof(*own), &e->common) : NULL;
	if (sent) {
		__builtin_memcpy(sent, own, sizeof(*own));
		ring_submit(sent);
	}
}

/* A state change: a new life of a socket begins, or its last bytes are told. Where the peer has reset it and nobody is
 * known for certain to own it, that is left to the process that closes it, or to the next walk. Context: a task with
 * the socket locked, or softirq. */
static __always_inline int traffic_state(__u64 *ctx, const bool atomic)
{
	TRAFFIC_EVENT own = {};
	struct traffic_event *e = (void *)&own;
	struct transition t;

	if (!transition_read(&t, &e->common, ctx) || !t.tag)
		return 0;
	if (t.fresh) {
		__builtin_memset(&t.tag->holders, 0, sizeof(t.tag->holders));
		told_begins(&t.tag->told);
		if (t.from == TCP_LISTEN)
			walk_ask();
	}
	if (t.to != TCP_CLOSE || t.from == TCP_LISTEN)
		return 0;
	tag_settle(t.tag);
	if (t.tag->owner == OWNER_EXACT || t.sk->sk_lock.owned)
		traffic_tell(&own, t.sk, t.tag, atomic);
	return 0;
}

static __always_inline int state_changed(__u64 *ctx)
{
	return traffic_state(ctx, true);
}

static __always_inline int state_changed_hash(__u64 *ctx)
{
	return traffic_state(ctx, false);
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", traffic_state_atomic, state_changed)
PROGRAM_PAIR("tp_btf/inet_sock_set_state", traffic_state_hash, state_changed_hash)

/* The end of a socket: what its last state change left. Context: the closing task with the socket locked, or softirq.
 */
static __always_inline int traffic_destroyed(__u64 *ctx, const bool atomic)
{
	struct sock *sk = (void *)ctx[0];
	TRAFFIC_EVENT own = {};
	struct traffic_event *e = (void *)&own;
	struct tag *tag;

	if (!is_tcp(sk))
		return 0;
	tag = tag_get(sk, false);
	if (!tag)
		return 0;
	tag_settle(tag);
	if (sk->sk_lock.owned && tag->owner != OWNER_EXACT)
		tag_claim(tag, false);
	event_begin(&e->common, bpf_ktime_get_boot_ns());
	traffic_tell(&own, sk, tag, atomic);
	tag_drop(sk);
	return 0;
}

SEC("tp_btf/tcp_destroy_sock")
int traffic_destroyed_atomic(__u64 *ctx)
{
	return traffic_destroyed(ctx, true);
}

SEC("tp_btf/tcp_destroy_sock")
int traffic_destroyed_hash(__u64 *ctx)
{
	return traffic_destroyed(ctx, false);
}

static __always_inline int traffic_walk(struct bpf_iter_meta *meta, struct sock *sk, const bool atomic)
{
	__u8 state = sk->__sk_common.skc_state;
	TRAFFIC_EVENT own = {};
	struct traffic_event *e = (void *)&own;
	struct tcp_sock *tcp;
	struct tag *tag;
	__u32 life;

	/* One that a task has locked to close or dissolve it is told by that task. */
	if (state == TCP_LISTEN || (state == TCP_CLOSE && sk->sk_lock.owned))
		return 0;
	tag = tag_get(sk, !atomic && state != TCP_CLOSE);
	tcp = bpf_skc_to_tcp_sock(sk);
	if (!tag || !tcp)
		return 0;
	life = tag->told.life;
	if (!traffic_take(e, sk, tcp, &tag->told, atomic))
		return 0;
	e->common.ts = bpf_ktime_get_boot_ns();
	e->common.tool = (__u8)settings.tool;
	e->common.uid = UID_NOT_KNOWN;
	tag_settle(tag);
	tag_ask(tag);
	event_owner(&e->common, sk, tag);
	event_socket(&e->common, sk);
	/* Nobody holds the socket for the walk: it may have died, and its memory be another one by now, or it lives
	 * again. */
	if (tag_get(sk, false) != tag || tag->told.life != life)
		return 0;
	if (!event_wanted(&e->common, sk) || event_write(meta, &own, sizeof(own)))
		return 0;
	__sync_fetch_and_add(&tag->told.tx, -e->tx_bytes);
	__sync_fetch_and_add(&tag->told.rx, -e->rx_bytes);
	__sync_fetch_and_add(&tag->told.retrans, -(__u64)e->retrans);
	return 0;
}

WALK_OPEN_SOCKETS(traffic, traffic_walk)

#endif
