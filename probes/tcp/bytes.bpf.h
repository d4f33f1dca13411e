/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bytes.bpf.h: the bytes of connections, from the counters that TCP keeps for each socket: no program runs for a
 * message.
 *
 * An iterator reads every tagged socket at each interval and reports the growth of its counters. A state change to
 * TCP_CLOSE, or the end of the socket, reports the rest. So sendfile, splice and zero-copy count, and so do connections
 * older than the trace.
 *
 * A tool includes its own header before this one, and defines its event, which starts with struct bytes_event:
 *
 * #define BYTES_EVENT struct tcptop_event
 *
 * If the event has limits, too: the tool's flag that asks for them (otherwise the events of the ring end before):
 *
 * #define BYTES_READ_LIMITS TCPTOP_READ_LIMITS */
#ifndef NETTRACE_PROBES_TCP_BYTES_BPF_H
#define NETTRACE_PROBES_TCP_BYTES_BPF_H

#include "probes/kernel/kernel.h"
#include "probes/tcp/bytes.h"

#ifdef BYTES_READ_LIMITS
#include "probes/tcp/limits_growth.bpf.h"
#endif

/* The part of the socket's counters that is already reported. */
struct reported_bytes {
	__u64 tx, rx, retrans;
	__u32 life; /* number of the socket's life; 0: an older socket, not read yet */
	__u32 pad;
#ifdef BYTES_READ_LIMITS
	struct limits_read limits;
#endif
};

/* The processes found to have the socket (owner_walk.bpf.h). */
struct holders {
	__u64 walk_id;      /* of the latest walk that found it; 0: none yet */
	__u32 previous_pid; /* the owner before that walk */
	__u8 several;       /* more than one process */
	__u8 requests;      /* requested walks */
	__u8 pad[2];
};

/* A child of an owner may have its sockets: the walk finds out. */
static __always_inline void walk_request(void);
#define OWNER_FORKED() walk_request()
/* A walk over tagged sockets misses those that accept no tag. */
static __always_inline void walk_refused(void);
#define TAG_REFUSED() walk_refused()

#define TAG_BYTE_COUNTERS
#include "probes/tcp/open_sockets.bpf.h"
#include "probes/lib/pair.bpf.h"
#include "probes/tcp/transition.bpf.h"
#include "probes/lib/iterate.bpf.h"

/* Returns the unreported growth of a counter, and marks it as reported. before: *reported, read before the counter. The
 * iterator and a close may run at once: the loser reports nothing, or the rest. A counter below *reported was cleared
 * (tcp_disconnect(), which reports TCP_CLOSE first, and thus everything), or is being changed: that is no growth.
 * atomic: compare-and-swap, new in 5.12. */
static __always_inline __u64 growth(__u64 *reported, __u64 before, __u64 now, const bool atomic)
{
	if (now <= before)
		return 0;
	if (!atomic)
		*reported = now;
	else if (__sync_val_compare_and_swap(reported, before, now) != before)
		return 0;
	return now - before;
}

/* A life of the socket begins: TCP counts from 0. Context: a task with the socket locked, or softirq. */
static __always_inline void told_begins(struct reported_bytes *reported)
{
	reported->tx = 0;
	reported->rx = 0;
	reported->retrans = 0;
	reported->life++;
}

/* Fills the unreported bytes of the socket. False: none. Context: any. */
static __always_inline bool bytes_take(struct bytes_event *e, struct sock *sk, struct tcp_sock *tcp,
				       struct reported_bytes *reported, const bool atomic)
{
	volatile struct reported_bytes *now = reported;
	__u64 told_tx = now->tx, told_rx = now->rx, told_retrans = now->retrans;
	__u64 tx = payload_sent(tcp), rx = payload_received(tcp, sk);

	if (!reported->life) {
		reported->life = 1;
		reported->tx = tx;
		reported->rx = rx;
		reported->retrans = tcp->total_retrans;
		return false;
	}
	e->tx_bytes = growth(&reported->tx, told_tx, tx, atomic);
	e->rx_bytes = growth(&reported->rx, told_rx, rx, atomic);
	e->retrans = (__u32)growth(&reported->retrans, told_retrans, tcp->total_retrans, atomic);
	e->srtt_us = tcp->srtt_us >> 3;
	e->cwnd = tcp->snd_cwnd;
	return e->tx_bytes || e->rx_bytes || e->retrans;
}

#ifdef BYTES_READ_LIMITS
#define SENDS_WHOLE_EVENT (settings.flags & BYTES_READ_LIMITS)

/* Fills what follows the bytes of an event. */
static __always_inline void limits_put(BYTES_EVENT *e, struct sock *sk, struct tcp_sock *tcp, struct tag *tag,
				       const struct limits_growth *growth, __u64 now)
{
	__u64 since = tag->life.established_at;

	e->observed = growth->observed;
	limits_fill(&e->limits, tcp, sk, &growth->chrono, since ? now - since : NOT_KNOWN);
}
#else
#define SENDS_WHOLE_EVENT true
#endif

/* Sends the unreported bytes of a closed socket as an event. Context: any. */
static __always_inline void bytes_report_by(struct sock *sk, struct tag *tag, __u64 ts, const bool atomic)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	struct bytes_event own = {};
	bool some;
#ifdef BYTES_READ_LIMITS
	struct limits_growth growth;
#endif
	BYTES_EVENT *sent;

	event_init(&own.common, ts);
	if (!tcp)
		return;
	some = bytes_take(&own, sk, tcp, &tag->reported, atomic);
#ifdef BYTES_READ_LIMITS
	if (settings.flags & BYTES_READ_LIMITS)
		some |= limits_grown(&growth, &tag->reported.limits, sk, tcp, ts);
#endif
	if (!some)
		return;
	event_owner(&own.common, sk, tag);
	event_socket(&own.common, sk);
	if (!event_wanted(&own.common, sk))
		return;
	/* Without limits it ends before them. */
	if (SENDS_WHOLE_EVENT)
		sent = ring_reserve(sizeof(*sent), &own.common);
	else
		sent = ring_reserve(sizeof(own), &own.common);
	if (!sent)
		return;
	__builtin_memcpy(sent, &own, sizeof(own));
	if (SENDS_WHOLE_EVENT)
		__builtin_memset((char *)sent + sizeof(own), 0, sizeof(*sent) - sizeof(own));
#ifdef BYTES_READ_LIMITS
	if (SENDS_WHOLE_EVENT)
		limits_put(sent, sk, tcp, tag, &growth, ts);
#endif
	ring_submit(sent);
}

/* Not inlined, with stacks of their own, because owner_verify() needs the rest of the program's stack. One for each
 * rung. */
static __noinline int bytes_report_atomic(struct sock *sk, struct tag *tag, __u64 ts)
{
	bytes_report_by(sk, tag, ts, true);
	return 0;
}

static __noinline int bytes_report_hash(struct sock *sk, struct tag *tag, __u64 ts)
{
	bytes_report_by(sk, tag, ts, false);
	return 0;
}

static __always_inline void bytes_report(struct sock *sk, struct tag *tag, __u64 ts, const bool atomic)
{
	if (atomic)
		bytes_report_atomic(sk, tag, ts);
	else
		bytes_report_hash(sk, tag, ts);
}

/* A state change: a new life of a socket begins, or an event reports its last bytes. After a reset by the peer, the
 * owner may be uncertain. Then the report waits for the process that closes the socket, or for the next walk. Context:
 * a task with the socket locked, or softirq. */
static __always_inline int bytes_state(__u64 *ctx, const bool atomic)
{
	struct transition t;
	struct event head;

	if (!transition_read(&t, &head, ctx) || !t.tag)
		return 0;
	if (t.fresh || t.late) {
		__builtin_memset(&t.tag->holders, 0, sizeof(t.tag->holders));
		told_begins(&t.tag->reported);
#ifdef BYTES_READ_LIMITS
		limits_begin(&t.tag->reported.limits, head.ts);
#endif
		if (t.from == TCP_LISTEN)
			walk_request();
	}
	if (t.to != TCP_CLOSE || t.from == TCP_LISTEN)
		return 0;
	tag_confirm_sole_holder(t.tag, t.sk);
	if (t.tag->owner.quality == OWNER_EXACT || t.sk->sk_lock.owned)
		bytes_report(t.sk, t.tag, head.ts, atomic);
	return 0;
}

static __always_inline int state_changed(__u64 *ctx)
{
	return bytes_state(ctx, true);
}

static __always_inline int state_changed_hash(__u64 *ctx)
{
	return bytes_state(ctx, false);
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", traffic_state_atomic, state_changed)
PROGRAM_PAIR("tp_btf/inet_sock_set_state", traffic_state_hash, state_changed_hash)

/* The end of a socket: reports what its last state change left. Context: the closing task with the socket locked, or
 * softirq. */
static __always_inline int bytes_destroyed(__u64 *ctx, const bool atomic)
{
	struct sock *sk = (void *)ctx[0];
	struct tag *tag;

	if (!is_tcp(sk))
		return 0;
	tag = tag_get(sk, false);
	if (!tag)
		return 0;
	tag_confirm_sole_holder(tag, sk);
	if (sk->sk_lock.owned && tag->owner.quality != OWNER_EXACT)
		tag_set_current(tag, false);
	bytes_report(sk, tag, bpf_ktime_get_boot_ns(), atomic);
	tag_drop(sk);
	return 0;
}

SEC("tp_btf/tcp_destroy_sock")
int traffic_destroyed_atomic(__u64 *ctx)
{
	return bytes_destroyed(ctx, true);
}

SEC("tp_btf/tcp_destroy_sock")
int traffic_destroyed_hash(__u64 *ctx)
{
	return bytes_destroyed(ctx, false);
}

/* The event of the walk: the stack has no space for it. Only one thread walks. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, BYTES_EVENT);
} walked SEC(".maps");

static __always_inline int bytes_walk(struct bpf_iter_meta *meta, struct sock *sk, const bool atomic)
{
	__u8 state = sk->__sk_common.skc_state;
	__u64 now = bpf_ktime_get_boot_ns();
	__u32 zero = 0, life;
	BYTES_EVENT *own = bpf_map_lookup_elem(&walked, &zero);
	struct bytes_event *e = (void *)own;
	struct tcp_sock *tcp;
	struct tag *tag;
	bool some;
#ifdef BYTES_READ_LIMITS
	struct limits_growth growth;
	struct limits_read last;
#endif

	/* A task that has locked the socket to close or disconnect it reports it itself. */
	if (state == TCP_LISTEN || (state == TCP_CLOSE && sk->sk_lock.owned))
		return 0;
	tag = tag_get(sk, !atomic && state != TCP_CLOSE);
	tcp = bpf_skc_to_tcp_sock(sk);
	if (!tag || !tcp || !own)
		return 0;
	__builtin_memset(own, 0, sizeof(*own));
	life = tag->reported.life;
#ifdef BYTES_READ_LIMITS
	last = tag->reported.limits;
#endif
	some = bytes_take(e, sk, tcp, &tag->reported, atomic);
#ifdef BYTES_READ_LIMITS
	if (settings.flags & BYTES_READ_LIMITS)
		some |= limits_grown(&growth, &tag->reported.limits, sk, tcp, now);
#endif
	if (!some)
		return 0;
#ifdef BYTES_READ_LIMITS
	if (settings.flags & BYTES_READ_LIMITS)
		limits_put(own, sk, tcp, tag, &growth, now);
#endif
	e->common.ts = now;
	e->common.tool = (__u8)settings.tool;
	e->common.uid = UID_NOT_KNOWN;
	tag_confirm_sole_holder(tag, sk);
	tag_request_walk(tag);
	event_owner(&e->common, sk, tag);
	event_socket(&e->common, sk);
	/* The walk has no reference to the socket. It may be freed meanwhile, and its memory reused, or it may have
	 * begun a new life. */
	if (tag_get(sk, false) != tag || tag->reported.life != life)
		return 0;
	if (!event_wanted(&e->common, sk) || event_write(meta, own, sizeof(*own)))
		return 0;
	__sync_fetch_and_add(&tag->reported.tx, -e->tx_bytes);
	__sync_fetch_and_add(&tag->reported.rx, -e->rx_bytes);
	__sync_fetch_and_add(&tag->reported.retrans, -(__u64)e->retrans);
#ifdef BYTES_READ_LIMITS
	tag->reported.limits = last;
#endif
	return 0;
}

WALK_OPEN_SOCKETS(traffic, bytes_walk)

/* Visits sockets that accept no tag. Context: nettrace. */
SEC("iter/task_file")
int traffic_refused(struct bpf_iter__task_file *ctx)
{
	struct sock *sk = tcp_of_file(ctx->file);
	__u64 key = (__u64)sk;

	return sk && bpf_map_lookup_elem(&tags_refused, &key) ? bytes_walk(ctx->meta, sk, true) : 0;
}

#endif
