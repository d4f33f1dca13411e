/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits_growth.bpf.h: what limited a TCP connection since the last reading. */
#ifndef NETTRACE_PROBES_TCP_LIMITS_GROWTH_BPF_H
#define NETTRACE_PROBES_TCP_LIMITS_GROWTH_BPF_H

#include "probes/tcp/limits.bpf.h"

/* The last reading of TCP's stopwatch. */
struct limits_read {
	__u64 at; /* its time; 0: none yet */
	__u32 ticks[CHRONO_ITEMS];
};

/* A life of the socket begins: TCP counts from 0. Context: a task with the socket locked, or softirq. */
static __always_inline void limits_begin(struct limits_read *last, __u64 now)
{
	__builtin_memset(last, 0, sizeof(*last));
	last->at = now;
}

/* Two programs may read at once, a walk and a close: no growth is longer than the time since the last reading. */
static __always_inline __u32 ticks_grown(__u32 *last, __u32 now, __u64 most)
{
	__u32 grown = now - *last;

	*last = now;
	return grown > most ? (__u32)most : grown;
}

/* What TCP's stopwatch counted since the last reading. Not a whole struct limits, which some stacks have no space for.
 */
struct limits_growth {
	__u64 observed; /* time since the last reading, ns; 0: none */
	struct chrono chrono;
};

/* Fills *growth, for limits_fill(). False: nothing waited: the connection had nothing to send, and its process has read
 * everything. In TCP_CLOSE the stopwatch may run on, and means nothing. Context: any. */
static __always_inline bool limits_grown(struct limits_growth *growth, struct limits_read *last, struct sock *sk,
					 struct tcp_sock *tcp, __u64 now)
{
	__u32 *ticks = growth->chrono.ticks;
	__u64 most;

	__builtin_memset(growth, 0, sizeof(*growth));
	if (sk->__sk_common.skc_state == TCP_CLOSE)
		return false;
	growth->observed = last->at && now > last->at ? now - last->at : 0;
	most = growth->observed && settings.tick_ns ? growth->observed / settings.tick_ns + 1 : 0;
	last->at = now;
	chrono_read(&growth->chrono, tcp);
	ticks[CHRONO_BUSY] = ticks_grown(&last->ticks[CHRONO_BUSY], ticks[CHRONO_BUSY], most);
	ticks[CHRONO_RWND] = ticks_grown(&last->ticks[CHRONO_RWND], ticks[CHRONO_RWND], most);
	ticks[CHRONO_SNDBUF] = ticks_grown(&last->ticks[CHRONO_SNDBUF], ticks[CHRONO_SNDBUF], most);
	return growth->observed &&
	       (ticks[CHRONO_BUSY] || ticks[CHRONO_RWND] || ticks[CHRONO_SNDBUF] || unread_bytes(tcp, sk));
}

#endif
