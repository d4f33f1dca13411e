/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udp_flow.h: a flow of UDP and its counters, and the process that has a socket: shared by tools of UDP. */
#ifndef NETTRACE_PROBES_OWNER_UDP_FLOW_H
#define NETTRACE_PROBES_OWNER_UDP_FLOW_H

#include "probes/wire.h"

#define UDP_FLOWS 8192 /* the first one is for those without room */

/* A flow: a socket, and the ends of its packets. */
struct udp_flow {
	__u64 socket; /* cookie */
	__u8 laddr[16], raddr[16];
	__u16 lport, rport;
	__u8 pad[4];
};

/* A flow and its counters, which programs only add to. */
struct udp_counters {
	struct udp_flow flow;
	struct event common; /* the owner is the last sender, if one is known */
	__u64 rx_bytes, tx_bytes, rx_datagrams, tx_datagrams, drops;
	__u8 cgroup_listed; /* --cgroup lists the socket's, or an ancestor */
	__u8 pad[7];
};

/* A process that holds a socket. */
struct udp_holder {
	__u64 walk;      /* over descriptors, which has found it; 0: it made the socket */
	__u64 cgroup_id; /* only where the socket's own is unavailable */
	__u32 pid, tid, uid;
	__u8 quality; /* enum owner_quality */
	__u8 mntns_listed;
	__u8 pad[2];
	char comm[COMM_SIZE];
};

#endif
