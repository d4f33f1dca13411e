/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mptcp.bpf.h: the MPTCP socket above a TCP socket. */
#ifndef NETTRACE_PROBES_TCP_MPTCP_BPF_H
#define NETTRACE_PROBES_TCP_MPTCP_BPF_H

#include "probes/lib/reading.bpf.h"

/* The MPTCP socket of a TCP subflow; 0: no subflow, or unknown (before 6.2). */
static __always_inline __u64 mptcp_of(struct sock *sk)
{
	struct tcp_sock *tcp;

	if (!settings.has_cast || !bpf_core_type_exists(struct mptcp_subflow_context) ||
	    !bpf_core_field_exists(struct tcp_sock, is_mptcp))
		return 0;
	tcp = KPTR(RUNG_CAST, sk, tcp_sock);
	if (!tcp->is_mptcp || !tcp->inet_conn.icsk_ulp_data)
		return 0;
	return (__u64)KPTR(RUNG_CAST, tcp->inet_conn.icsk_ulp_data, mptcp_subflow_context)->conn;
}

#endif
