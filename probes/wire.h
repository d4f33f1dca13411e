/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wire.h: the ABI between the BPF programs and user space: settings in, events and counters out. */
#ifndef NETTRACE_WIRE_H
#define NETTRACE_WIRE_H

#include <linux/types.h>

#define COMM_SIZE     16 /* TASK_COMM_LEN of the kernel */
#define LIST_ITEMS    64
#define GLOB_ITEMS    8
#define CIDR_ITEMS    32
#define HOOK_ITEMS    16
#define SYMBOL_ITEMS  32
#define VALUE_ITEMS   48
#define NOT_KNOWN     (~0ULL) /* a duration or any other 64-bit number */
#define UID_NOT_KNOWN (~0U)

/* The kernel structs that programs cast an address to (KPTR() of probes/lib/reading.bpf.h). */
#define CAST_TYPES(type)                                                                                               \
	type(dst_entry) type(file) type(in6_addr) type(inet_connection_sock) type(inet_sock) type(inode)               \
		type(io_accept) type(io_connect) type(io_kiocb) type(io_listen) type(iphdr) type(ipv6hdr)              \
			type(linux_mib) type(list_head) type(mptcp_sock) type(mptcp_subflow_context) type(net)         \
				type(net_device) type(rt6_info) type(rtable) type(sk_buff) type(skb_shared_info)       \
					type(sock) type(socket) type(task_struct) type(tcp_sock) type(tcphdr)          \
						type(udp_sock) type(udphdr)
#define CAST_INDEX(name) CAST_##name,
enum cast_type { CAST_TYPES(CAST_INDEX) CAST_ITEMS };

/* ---- settings: frozen before loading, so that unused features are dead code for the verifier ---- */

/* Ranges of numbers, ends included. Empty: everything matches. */
struct list {
	__u32 count;
	__u32 pad;
	struct {
		__u64 first, last;
	} item[LIST_ITEMS];
};

/* A comm pattern for bit-parallel matching: element i is text[i], or any character if bit i of `any` is set. A '*'
 * before element i sets bit i of `gap` (bit `length`: at the end). */
struct glob {
	__u32 length, any, gap;
	char text[COMM_SIZE];
};

/* addr is masked; IPv4 has the form ::ffff:a.b.c.d. */
struct cidr {
	__u8 addr[16], mask[16];
};

/* In a list of devices, .first of an item is the interface index, .last its properties: */
#define DEVICE_TX_QUEUES(last)        ((__u32)((last) >> 32 & 0xffff)) /* number of queues */
#define DEVICE_RX_QUEUES(last)        ((__u32)((last)&0xffff))
#define DEVICE_KEEPS_TX(last)         ((last) >> 63) /* received packets still have the sender's TX queue */
#define DEVICE_LAST(tx, rx, keeps_tx) ((__u64)(keeps_tx) << 63 | (__u64)((tx)&0xffff) << 32 | ((rx)&0xffff))

struct filter {
	__u32 family; /* 4, 6, or 0: both */
	__u32 n_comms, n_laddrs, n_raddrs;
	struct list pids, uids, lports, rports, netns, cgroups;
	struct glob comms[GLOB_ITEMS];
	struct cidr laddrs[CIDR_ITEMS], raddrs[CIDR_ITEMS];
};

struct settings {
	struct filter filter;
	__u32 flags;                 /* the tool's own flags: the flag bits of <tool>.h */
	__u32 tool;                  /* index among the tools of this process; at most 255 */
	__u32 wakeup_bytes;          /* bytes in the ring that wake the reader */
	__u32 has_sk_storage;        /* tracing programs may use socket storage (new in 5.11) */
	__u32 has_tag_slots;         /* tags of new sockets are in slots if possible (probes/tcp/tag_store.bpf.h) */
	__u32 has_task_btf;          /* bpf_get_current_task_btf() (new in 5.11) */
	__u32 has_cast;              /* bpf_rdonly_cast() (new in 6.2) */
	__u32 tick_ns;               /* of the kernel's timer (jiffies) */
	__u32 has_cgroupmap;         /* the user's map (probes/lib/pinned.bpf.h) */
	__u32 has_mntnsmap;          /* the same */
	__u32 casts[CAST_ITEMS];     /* the kernel's type ids of these structs; 0: none of the name */
	__u32 arguments[HOOK_ITEMS]; /* number of arguments of the target of the tool's own hook i on this kernel */
	struct {
		__u64 start, end; /* the tool's symbols i from kallsyms; 0, 0: unknown */
	} symbols[SYMBOL_ITEMS];
	__u32 values[VALUE_ITEMS]; /* the tool's enum values i on this kernel; all bits: none */
};

/* Bits of settings.flags that belong to no tool: the tools of a process share the tags of sockets
 * (probes/tcp/tag.bpf.h). */
#define TAGS_BORROWED    (1U << 31) /* another tool keeps them, and sees each event before this one */
#define TAGS_OUTLIVE_US  (1U << 30) /* another tool uses them, and sees each event after this one */
#define LISTENERS_NEEDED (1U << 29) /* a tool looks up listeners (probes/tcp/listener.bpf.h) */

#define TAGS_ON_SOCKETS  (1U << 27) /* tags are in socket storage (probes/tcp/tag_store.bpf.h) */
#define OWNERS_LOOKED_AT (1U << 28) /* rows check that the owner still has the socket (probes/owner/holder.bpf.h) */

/* The map tag_slots (probes/tcp/tag_slots.bpf.h): slots, a power of two, and spares for each CPU: for a program without
 * a pair, for the first of a pair, and for the second (probes/lib/pair.bpf.h). */
#define TAG_SLOTS  (1U << 14)
#define TAG_SPARES 3

/* The state of the walk over all descriptors, in the map "walk" (probes/tcp/owner_walk.bpf.h). */
struct walk {
	__u64 requested; /* not 0: a socket needs the walk to find its owner */
	__u64 last;      /* session_id of the last complete walk */
	__u64 refused;   /* not 0: some sockets accept no tag (tags_refused) */
};

/* ---- events ---- */

/* How certain the owner of a socket is. */
enum owner_quality {
	OWNER_UNKNOWN,
	OWNER_INHERITED, /* the listener's, or one of several processes with the socket */
	OWNER_EXACT,
};

enum role {
	ROLE_UNKNOWN,
	ROLE_CLIENT,
	ROLE_SERVER,
};

/* The result of an attempt to connect. */
enum result {
	RESULT_PENDING, /* no result yet */
	RESULT_OK,
	RESULT_REFUSED,
	RESULT_UNREACHABLE,
	RESULT_TIMED_OUT,
	RESULT_ABANDONED, /* by its process */
	RESULT_FAILED,    /* any other error: see errno */
};

/* Every event starts with this struct. Ports in host order; addresses as 16 bytes, IPv4 as ::ffff:a.b.c.d. */
struct event {
	__u64 ts;            /* CLOCK_BOOTTIME, ns */
	__u64 cgroup_id;     /* of the socket (cgroup v2: the inode of its directory); 0: unknown */
	__u32 pid, tid, uid; /* of the owner; 0, 0, UID_NOT_KNOWN: unknown */
	__u32 netns;         /* inode number; 0: unknown */
	__u8 laddr[16], raddr[16];
	__u16 lport, rport;
	__u8 family;       /* of the socket: 4, 6; 0: unknown */
	__u8 owner;        /* enum owner_quality */
	__u8 mntns_listed; /* the owner's mount namespace is in the user's map */
	__u8 tool;         /* index of the tool in this process: settings.tool */
	char comm[COMM_SIZE];
	__u8 protocol; /* IPPROTO_TCP (also of an MPTCP socket), IPPROTO_UDP ...; 0: unknown */
	__u8 pad[7];
};

/* A cgroup (v2) with its name in its parent: an event of probes/cgroups.bpf.c, not of a tool. */
struct cgroups_event {
	struct event common; /* cgroup_id */
	__u64 parent;        /* 0: none */
	char name[256];      /* NAME_MAX and a NUL; empty for the root */
};

/* The values that explain a drop, at its time: part of an event, with --explain (core/names/drop_values.h). Numbers
 * with all bits set, and empty texts and addresses, are unknown. */
struct drop_values {
	__u64 memory, memory_limit;          /* of the protocol: pages in use, and sysctl_mem[2] */
	__u32 rmem, rcvbuf, sndbuf, backlog; /* of the socket, bytes */
	__u32 tcp_rmem_max;                  /* of TCP: net.ipv4.tcp_rmem, the third number */
	__u32 queue, queue_limit, half_open; /* of the listener: connections */
	__u32 somaxconn, max_syn_backlog;    /* sysctls of its network namespace */
	__u32 qdisc_packets, qdisc_limit;    /* of the root queueing discipline of the device */
	__u32 rp_filter, rp_filter_all;      /* sysctls: of the device, of all devices */
	char device[16], qdisc[16];          /* IFNAMSIZ */
	__u8 next_hop[16];                   /* gateway, or else the destination */
};

/* The name of an event's remote address from observed DNS answers; filled by the user half (core/names/dns.h). */
struct peer {
	__u64 age;       /* from the answer to the event, ns; NOT_KNOWN */
	__u64 late;      /* the age, if tables show it; else NOT_KNOWN */
	__u8 unnamed;    /* index of the text for a missing name */
	char query[263]; /* the name that was looked up; empty: none */
};

/* The ledger, a copy for each CPU. seen = filtered + sent + lost_ring, and has no counter. */
struct ledger_counters {
	__u64 filtered;  /* excluded by a filter in the kernel half */
	__u64 sent;      /* written to the ring */
	__u64 lost_ring; /* the ring was full */
	__u64 lost_map;  /* map updates (owners, times) that failed because the map was full: rows are incomplete or
			    missing */
	__u64 nested;    /* handled by the second program of a pair: recursion misses of the first that are no losses */
};

#endif
