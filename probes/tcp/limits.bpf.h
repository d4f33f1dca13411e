/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits.bpf.h: reads what limits a TCP connection from its socket, as tcp_get_info() of net/ipv4/tcp.c does. No
 * program runs for a packet: TCP counts all of this itself. */
#ifndef NETTRACE_PROBES_TCP_LIMITS_BPF_H
#define NETTRACE_PROBES_TCP_LIMITS_BPF_H

#include "probes/lib/socket.bpf.h"
#include "probes/tcp/limits.h"

/* enum tcp_chrono of include/net/tcp.h: what TCP's stopwatch runs for; 0: nothing */
enum {
	CHRONO_BUSY = 1,
	CHRONO_RWND,
	CHRONO_SNDBUF,
	CHRONO_ITEMS,
};

/* TCP's stopwatch at one moment: ticks that it ran for each reason, by enum tcp_chrono. */
struct chrono {
	__u32 ticks[CHRONO_ITEMS];
	__u32 type;
};

static __always_inline __u32 ticks_now(void)
{
	return (__u32)bpf_jiffies64(); /* tcp_jiffies32 */
}

/* Ticks are 32 bits of TCP, too, and wrap with it. */
static __always_inline void chrono_once(struct chrono *c, struct tcp_sock *tcp)
{
	__u32 running = ticks_now() - tcp->chrono_start;

	c->type = (__u32)BPF_CORE_READ_BITFIELD(tcp, chrono_type);
	barrier();
	c->ticks[CHRONO_BUSY] = tcp->chrono_stat[CHRONO_BUSY - 1] + (c->type == CHRONO_BUSY ? running : 0);
	c->ticks[CHRONO_RWND] = tcp->chrono_stat[CHRONO_RWND - 1] + (c->type == CHRONO_RWND ? running : 0);
	c->ticks[CHRONO_SNDBUF] = tcp->chrono_stat[CHRONO_SNDBUF - 1] + (c->type == CHRONO_SNDBUF ? running : 0);
	barrier();
}

/* A walk does not lock the socket: if the stopwatch changed meanwhile, its period would count twice, or not at all. */
static __always_inline void chrono_read(struct chrono *c, struct tcp_sock *tcp)
{
	__u32 start = tcp->chrono_start;

	barrier();
	chrono_once(c, tcp);
	if (tcp->chrono_start == start && (__u32)BPF_CORE_READ_BITFIELD(tcp, chrono_type) == c->type)
		return;
	chrono_once(c, tcp);
}

static __always_inline __u64 ticks_to_ns(__u32 ticks)
{
	return (__u64)ticks * settings.tick_ns;
}

static __always_inline __u8 chrono_limit(__u32 type)
{
	return type == CHRONO_RWND     ? LIMIT_PEER
	       : type == CHRONO_SNDBUF ? LIMIT_SNDBUF
	       : type == CHRONO_BUSY   ? LIMIT_NETWORK
				       : LIMIT_IDLE;
}

static __always_inline void limits_sender(struct limits *l, struct tcp_sock *tcp, const struct chrono *c)
{
	__u32 delivered = tcp->rate_delivered, interval = tcp->rate_interval_us;

	l->rwnd = ticks_to_ns(c->ticks[CHRONO_RWND]);
	l->sndbuf = ticks_to_ns(c->ticks[CHRONO_SNDBUF]);
	l->busy = ticks_to_ns(c->ticks[CHRONO_BUSY]) + l->rwnd + l->sndbuf;
	l->now = chrono_limit(c->type);
	/* tcp_compute_delivery_rate() */
	l->delivery_rate = delivered && interval ? (__u64)delivered * tcp->mss_cache * 1000000 / interval : NOT_KNOWN;
	l->app_limited = (__u8)BPF_CORE_READ_BITFIELD(tcp, rate_app_limited);
	l->min_rtt_us = tcp->rtt_min.s[0].v;
	l->lost = tcp->lost;
	l->reordered = tcp->reord_seen;
	l->dsacks = tcp->dsack_dups;
	l->ce = tcp->delivered_ce;
	l->timeouts = bpf_core_field_exists(tcp->total_rto) ? tcp->total_rto : COUNT_NOT_KNOWN;
	l->timeouts_ns = NOT_KNOWN;
	if (bpf_core_field_exists(tcp->total_rto_time)) {
		__u32 ms = tcp->total_rto_time, since = tcp->rto_stamp;

		if (since) /* it is recovering now */
			ms += (__u32)(bpf_ktime_get_ns() / 1000000) - since;
		l->timeouts_ns = ms * 1000000ULL;
	}
}

/* tcp_receive_window() */
static __always_inline __u32 receive_window(const struct tcp_sock *tcp)
{
	__s32 window = (__s32)(tcp->rcv_wup + tcp->rcv_wnd - tcp->rcv_nxt);

	return window > 0 ? (__u32)window : 0;
}

/* TCP keeps the arrival time of the latest data only. So the age of unread data is a least one, and that of the first
 * byte is known if it came in the latest segment. */
static __always_inline void limits_receiver(struct limits *l, struct tcp_sock *tcp, struct sock *sk,
					    __u64 since_established)
{
	__u64 since_data = ticks_to_ns(ticks_now() - tcp->inet_conn.icsk_ack.lrcvtime);

	l->out_of_order = tcp->rcv_ooopack;
	l->unread = unread_bytes(tcp, sk);
	l->unread_ns = l->unread ? since_data : 0;
	l->window = receive_window(tcp);
	l->closed = l->window < tcp->inet_conn.icsk_ack.rcv_mss;
	l->first_byte = NOT_KNOWN;
	if (since_established != NOT_KNOWN && since_established >= settings.tick_ns && tcp->data_segs_in == 1)
		l->first_byte = since_established > since_data ? since_established - since_data : 0;
}

static __always_inline void limits_name(struct limits *l, const struct tcp_sock *tcp)
{
	const struct tcp_sock *read = settings.has_cast ? KPTR(RUNG_CAST, tcp, tcp_sock) : tcp;
	const __u64 *name = (const __u64 *)read->inet_conn.icsk_ca_ops->name;

	((__u64 *)l->cc)[0] = name[0];
	((__u64 *)l->cc)[1] = name[1];
}

/* Fills everything but what limits_judge() fills. c: of the same moment. since_established: ns; NOT_KNOWN. Context: any
 * with a full TCP socket; where it is not locked, numbers that TCP changes just now may not fit together. */
static __always_inline void limits_fill(struct limits *l, struct tcp_sock *tcp, struct sock *sk, const struct chrono *c,
					__u64 since_established)
{
	l->tick_ns = settings.tick_ns;
	limits_sender(l, tcp, c);
	limits_receiver(l, tcp, sk, since_established);
	limits_name(l, tcp);
}

#endif
