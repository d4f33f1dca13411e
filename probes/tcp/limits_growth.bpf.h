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

static __always_inline void chrono_grown(struct chrono *grown, struct limits_read *last, struct tcp_sock *tcp,
					 __u64 observed)
{
	__u64 most = observed && settings.tick_ns ? observed / settings.tick_ns + 1 : 0;
	struct chrono now;

	chrono_read(&now, tcp);
	grown->type = now.type;
	grown->ticks[CHRONO_BUSY] = ticks_grown(&last->ticks[CHRONO_BUSY], now.ticks[CHRONO_BUSY], most);
	grown->ticks[CHRONO_RWND] = ticks_grown(&last->ticks[CHRONO_RWND], now.ticks[CHRONO_RWND], most);
	grown->ticks[CHRONO_SNDBUF] = ticks_grown(&last->ticks[CHRONO_SNDBUF], now.ticks[CHRONO_SNDBUF], most);
}

/* As limits_fill(), but the times of the sender are those since the last reading. Returns how long that is, in ns; 0:
 * there was none. In TCP_CLOSE the stopwatch may run on, and means nothing. Context: any. */
static __always_inline __u64 limits_grown(struct limits *l, struct limits_read *last, struct sock *sk,
					  struct tcp_sock *tcp, __u64 now, __u64 since_established)
{
	struct chrono grown = {};
	__u64 observed = 0;

	if (sk->__sk_common.skc_state != TCP_CLOSE) {
		observed = last->at && now > last->at ? now - last->at : 0;
		chrono_grown(&grown, last, tcp, observed);
		last->at = now;
	}
	limits_fill(l, tcp, sk, &grown, since_established);
	return observed;
}

#endif
