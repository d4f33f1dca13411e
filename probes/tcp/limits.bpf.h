/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits.bpf.h: what held a TCP connection up, from the counters that TCP keeps of each socket: nothing runs for a
 * packet. As tcp_get_info() of net/ipv4/tcp.c calculates it. */
#ifndef NETTRACE_PROBES_TCP_LIMITS_BPF_H
#define NETTRACE_PROBES_TCP_LIMITS_BPF_H

#include "probes/lib/socket.bpf.h"
#include "probes/tcp/limits.h"

/* enum tcp_chrono of include/net/tcp.h */
enum {
	CHRONO_BUSY = 1,
	CHRONO_RWND,
	CHRONO_SNDBUF,
};

#define LEAST_TICKS 10 /* in less time no share means anything */

static __always_inline void limits_times(struct limits *l, struct tcp_sock *tcp)
{
	__u32 type = BPF_CORE_READ_BITFIELD(tcp, chrono_type), running = (__u32)bpf_jiffies64() - tcp->chrono_start;
	__u64 busy = tcp->chrono_stat[CHRONO_BUSY - 1] + (type == CHRONO_BUSY ? running : 0);
	__u64 rwnd = tcp->chrono_stat[CHRONO_RWND - 1] + (type == CHRONO_RWND ? running : 0);
	__u64 sndbuf = tcp->chrono_stat[CHRONO_SNDBUF - 1] + (type == CHRONO_SNDBUF ? running : 0);

	l->rwnd = rwnd * settings.tick_ns;
	l->sndbuf = sndbuf * settings.tick_ns;
	l->busy = (busy + rwnd + sndbuf) * settings.tick_ns;
}

static __always_inline bool is_most(__u64 part, __u64 whole)
{
	return part > whole / 2;
}

/* In one word. duration: of the connection, ns; NOT_KNOWN: idle time is not, either. */
static __always_inline __u8 limits_word(const struct limits *l, __u64 duration)
{
	__u64 whole = duration == NOT_KNOWN || duration < l->busy ? l->busy : duration;

	if (l->unread && l->window_closed)
		return LIMIT_READER;
	if (whole < LEAST_TICKS * settings.tick_ns)
		return LIMIT_UNKNOWN;
	if (is_most(whole - l->busy, whole))
		return LIMIT_IDLE;
	if (is_most(l->rwnd, whole))
		return LIMIT_PEER;
	if (is_most(l->sndbuf, whole))
		return LIMIT_SNDBUF;
	return is_most(l->busy - l->rwnd - l->sndbuf, whole) ? LIMIT_NETWORK : LIMIT_MIXED;
}

static __always_inline void limits_name(struct limits *l, struct tcp_sock *tcp)
{
	const struct tcp_congestion_ops *ops = tcp->inet_conn.icsk_ca_ops;

	if (settings.has_cast) {
		const struct tcp_congestion_ops *cast = KPTR(RUNG_CAST, ops, tcp_congestion_ops);

		((__u64 *)l->cc)[0] = ((__u64 *)cast->name)[0];
		((__u64 *)l->cc)[1] = ((__u64 *)cast->name)[1];
		return;
	}
#pragma clang loop unroll(full)
	for (int i = 0; i < 16; i++)
		l->cc[i] = ops->name[i];
}

/* tcp_compute_delivery_rate() */
static __always_inline __u64 delivery_rate(const struct tcp_sock *tcp)
{
	if (!tcp->rate_delivered || !tcp->rate_interval_us)
		return 0;
	return (__u64)tcp->rate_delivered * tcp->mss_cache * 1000000 / tcp->rate_interval_us;
}

/* Context: any where the socket may be read; only what TCP changes at this moment can be off by one. */
static __always_inline void limits_fill(struct limits *l, struct tcp_sock *tcp, struct sock *sk, __u64 duration)
{
	limits_times(l, tcp);
	l->delivery_rate = delivery_rate(tcp);
	l->min_rtt_us = tcp->rtt_min.s[0].v;
	l->lost = tcp->lost_out;
	l->reordered = tcp->reord_seen;
	l->dsacks = tcp->dsack_dups;
	l->out_of_order = tcp->rcv_ooopack;
	l->ce = tcp->delivered_ce;
	l->time_outs = bpf_core_field_exists(tcp->total_rto) ? tcp->total_rto : ~0U;
	l->time_outs_ns = bpf_core_field_exists(tcp->total_rto_time) ? tcp->total_rto_time * 1000000ULL : NOT_KNOWN;
	l->unread = unread_bytes(tcp, sk);
	l->app_limited = BPF_CORE_READ_BITFIELD(tcp, rate_app_limited);
	l->window_closed = !tcp->rcv_wnd;
	*(__u32 *)l->pad = 0;
	l->pad[4] = 0;
	l->word = limits_word(l, duration);
	limits_name(l, tcp);
}

#endif
