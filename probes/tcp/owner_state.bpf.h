/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_state.bpf.h: the state hook of tools without rows for state changes, which only follows owners. */
#include "probes/tcp/transition.bpf.h"

/* Context: a task with the socket locked, or softirq. */
SEC("tp_btf/inet_sock_set_state")
int owner_state(__u64 *ctx)
{
	struct transition t;
	struct event head;

	if (transition_read(&t, &head, ctx))
		transition_done(&t);
	return 0;
}
