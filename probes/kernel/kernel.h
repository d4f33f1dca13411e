/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.h: the kernel structs that programs read, reduced to the used members; offsets come from the running kernel's
 * BTF.
 *
 * Declared by hand instead of a generated vmlinux.h: an object stays at a few KB, and the dependencies are visible. A
 * member with another place in older kernels is in a flavour, NAME___old (libbpf ignores the suffix after ___). */
#ifndef NETTRACE_PROBES_KERNEL_KERNEL_H
#define NETTRACE_PROBES_KERNEL_KERNEL_H

#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

#define NULL         ((void *)0)
#define AF_INET      2
#define AF_INET6     10
#define IPPROTO_TCP  6
#define IPPROTO_UDP  17
#define ETH_P_IP     0x0800
#define ETH_P_IPV6   0x86dd
#define PF_KTHREAD   0x00200000 /* include/linux/sched.h */
#define PF_WQ_WORKER 0x00000020 /* include/linux/sched.h: a thread of a work queue */
#define PF_EXITING   0x00000004 /* include/linux/sched.h */

/* include/net/tcp_states.h */
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

struct ns_common {
	unsigned int inum;
};

/* The counters of a network namespace; percpu pointers, each to an array of 64-bit numbers (include/net/snmp.h). */
struct linux_mib {
	unsigned long mibs[1];
};

struct netns_mib {
	struct tcp_mib *tcp_statistics;
	struct ipstats_mib *ip_statistics;
	struct ipstats_mib *ipv6_statistics;
	struct linux_mib *net_statistics;
};

struct netns_core {
	int sysctl_somaxconn;
};

struct ipv4_devconf {
	int data[8]; /* sysctls of a device, from number 1 on (IPV4_DEVCONF_... of include/uapi/linux/ip.h) */
};

struct in_device {
	struct ipv4_devconf cnf;
};

struct netns_ipv4 {
	struct ipv4_devconf *devconf_all;
	int sysctl_max_syn_backlog;
	int sysctl_tcp_rmem[3];
};

struct hlist_head;

struct net {
	struct ns_common ns;
	struct hlist_head *dev_index_head; /* its devices: lists by ifindex % 256 */
	struct netns_mib mib;
	struct netns_core core;
	struct netns_ipv4 ipv4;
};

struct bpf_array {
	union {
		void *pptrs[1]; /* of a percpu array: the percpu pointers of its values */
	};
};

typedef struct {
	struct net *net;
} possible_net_t;

struct kernfs_node {
	__u64 id;
	const char *name;
};

struct cgroup;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup_root {
	int hierarchy_id; /* 0: cgroup v2 */
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct sock_cgroup_data___old { /* before 5.16: a pointer with flags in its low bits */
	__u64 val;
};

struct in6_addr {
	union {
		__be32 u6_addr32[4];
	} in6_u;
};

struct proto {
	void *memory_allocated; /* atomic_long_t: pages */
	long *sysctl_mem;       /* tcp_mem, udp_mem */
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct proto *skc_prot;
	struct {
		__s64 counter;
	} skc_cookie; /* 0: none yet */
	unsigned long skc_flags;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	__u32 skc_tw_rcv_nxt; /* of a TIME_WAIT socket */
};

typedef struct {
	int owned; /* a task holds the socket lock: then current is that task (kernel-side proof: never 1 in softirq) */
} socket_lock_t;

typedef struct {
	__u32 val;
} kuid_t;

struct socket;

typedef struct {
	atomic_t refs;
} refcount_t;

struct numa_drop_counters { /* 6.18 */
	atomic_t drops0, drops1;
};

struct sock_backlog {
	atomic_t rmem_alloc;
	int len;
};

struct sock {
	struct sock_common __sk_common;
	socket_lock_t sk_lock;
	atomic_t sk_drops;
	struct numa_drop_counters *sk_drop_counters; /* of UDP, instead (6.18) */
	struct sock_backlog sk_backlog;
	int sk_rcvbuf, sk_sndbuf;
	int sk_wmem_queued;
	int sk_forward_alloc;
	refcount_t sk_wmem_alloc; /* one more than there is */
	__u16 sk_protocol;
	__u16 sk_type;
	__u8 sk_shutdown;
	__u8 sk_scm_credentials : 1; /* SO_PASSCRED; new in 6.16 */
	int sk_err;
	struct proto *sk_prot_creator; /* the first skc_prot */
	unsigned long sk_lingertime;   /* of SO_LINGER */
	kuid_t sk_uid;
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
	struct sock_cgroup_data sk_cgrp_data;
	struct socket *sk_socket; /* NULL: no process has it yet, or any longer */
};

struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};

struct request_sock;

struct request_sock_queue {
	atomic_t qlen;
	__u8 rskq_defer_accept;
	struct request_sock *rskq_accept_head; /* the next that accept() returns; NULL: none */
};

struct tcp_congestion_ops {
	char name[16];
};

struct icsk_ack {       /* the kernel's struct has no name */
	__u32 lrcvtime; /* time of the latest data; ticks */
	__u16 rcv_mss;  /* the size of the peer's segments, estimated */
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	const struct tcp_congestion_ops *icsk_ca_ops;
	struct icsk_ack icsk_ack;
	struct request_sock_queue icsk_accept_queue;
	__u8 icsk_ca_state : 5;
	__u8 icsk_retransmits; /* timeouts since the peer's last new acknowledgement */
	__u8 icsk_pending;     /* the armed timer */
	__u8 icsk_backoff;
	const void *icsk_ulp_ops; /* TLS, MPTCP ... */
	void *icsk_ulp_data;      /* of an MPTCP subflow: struct mptcp_subflow_context */
};

struct list_head {
	struct list_head *next;
};

struct minmax_sample {
	__u32 v;
};

struct minmax {
	struct minmax_sample s[3];
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u32 chrono_start; /* ticks */
	__u32 chrono_stat[3];
	__u8 chrono_type : 2;
	__u8 rate_app_limited : 1;
	__u32 rate_delivered;   /* segments ... */
	__u32 rate_interval_us; /* ... in this time */
	__u32 mss_cache;
	struct minmax rtt_min;
	__u32 lost, reord_seen, dsack_dups, rcv_ooopack, delivered_ce;
	__u16 total_rto;      /* new in 6.7 */
	__u32 total_rto_time; /* ms */
	__u32 rto_stamp;      /* since when it recovers from a timeout; ms of CLOCK_MONOTONIC; 0: it does not */
	__u32 data_segs_in;
	__u32 rcv_wnd;  /* the advertised receive window ... */
	__u32 rcv_wup;  /* ... from here on */
	__u32 lsndtime; /* when data was last sent; of a new socket: its creation; ticks */
	__u64 bytes_received;
	__u64 bytes_sent;
	__u64 bytes_retrans;
	__u32 rcv_nxt;
	__u32 copied_seq; /* end of the read data */
	__u32 segs_in;
	__u64 bytes_acked;   /* includes the SYN */
	__u64 tcp_wstamp_ns; /* time of the last segment sent; CLOCK_MONOTONIC */
	__u32 retrans_stamp; /* when the oldest unacknowledged segment was first sent; ms of the same clock */
	__u32 write_seq;     /* end of the written data */
	__u32 snd_nxt;       /* end of the sent data */
	__u32 snd_una;       /* end of the acknowledged data */
	__u32 snd_wnd;       /* the receiver's window */
	__u32 undo_marker;   /* 0: the recovery was not for congestion, or was undone */
	__u32 segs_out;      /* includes SYNs */
	__u32 total_retrans;
	__u32 srtt_us; /* smoothed, times 8 */
	__u32 snd_cwnd;
	__u8 fastopen_connect : 1; /* TCP_FASTOPEN_CONNECT: connect() may defer the SYN until the first data */
	__u8 syn_data : 1;         /* the SYN had data (Fast Open) */
	__u8 syn_data_acked : 1;
	struct list_head tsorted_sent_queue;
	bool is_mptcp; /* a subflow */
};

struct inet_timewait_sock {
	volatile unsigned char tw_substate;
};

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk;
};

struct udp_sock {
	struct inet_sock inet;
	int pending; /* not 0: a corked datagram is incomplete */
	int forward_deficit;
};

struct mptcp_sock {
	struct sock *first; /* the TCP socket of the first subflow */
};

struct mptcp_subflow_context {
	struct sock *conn; /* the MPTCP socket */
};

struct proto_accept_arg { /* argument of accept(), new in 6.10 */
	int flags;
};

struct request_sock {
	struct sock_common __req_common;
	struct sock *sk; /* the connection, once it is established */
};

struct tcp_skb_cb {
	__u32 seq;
	__u16 tcp_gso_segs; /* the number of segments in the packet */
	__u16 tcp_flags;    /* of its header; one byte before 6.15 */
	__u8 sacked;
};

struct hlist_node {
	struct hlist_node *next;
};

struct Qdisc_ops {
	char id[16];
};

struct qdisc_skb_head {
	__u32 qlen;
};

struct Qdisc {
	__u32 limit;
	const struct Qdisc_ops *ops;
	struct qdisc_skb_head q;
};

struct net_device {
	char name[16];
	possible_net_t nd_net;
	struct hlist_node index_hlist; /* in a list of dev_index_head */
	int ifindex;
	struct in_device *ip_ptr;
	struct Qdisc *qdisc; /* the root, for sending */
	unsigned int real_num_tx_queues;
	unsigned int real_num_rx_queues;
};

struct dst_entry {
	struct net_device *dev;
};

struct rtable {            /* begins with a dst_entry, as the next */
	__u8 rt_gw_family; /* 0: no gateway */
	union {
		__be32 rt_gw4;
		struct in6_addr rt_gw6;
	};
};

struct rt6_info {
	struct in6_addr rt6i_gateway;
};

struct sk_buff {
	struct net_device *dev;
	unsigned long _skb_refdst;
	struct sock *sk;
	unsigned int len, data_len;
	int skb_iif;
	char cb[48];
	__u16 queue_mapping;
	__be16 protocol;
	__u16 transport_header;
	__u16 network_header;
	__u16 mac_header;
	unsigned int end; /* of the linear part, from head: struct skb_shared_info */
	void (*destructor)(struct sk_buff *skb);
	unsigned char *head;
	unsigned char *data;
};

struct skb_shared_info {
	unsigned short gso_segs; /* 0: one */
};

struct sk_buff_head {
	struct sk_buff *prev; /* the latest */
};

struct neighbour {
	struct sk_buff_head arp_queue; /* packets that wait for its address */
};

struct iphdr {
	__u8 protocol;
	__be16 tot_len;
	__be16 frag_off;
	__be32 saddr;
	__be32 daddr;
};

struct ipv6hdr {
	__be16 payload_len;
	__u8 nexthdr;
	struct in6_addr saddr;
	struct in6_addr daddr;
};

struct tcphdr {
	__be16 source;
	__be16 dest;
	__be32 seq;
};

#pragma clang attribute pop

#include "probes/kernel/kernel_task.h"

/* kfunc (6.2): a number as a read-only pointer to a kernel type; direct loads through it cannot fault. */
extern void *bpf_rdonly_cast(const void *address, __u32 btf_id) __ksym __weak;

/* kfunc (6.4; for tracepoints 6.12): all bytes of a packet from skb->data on, for bpf_dynptr_read(). */
extern int bpf_dynptr_from_skb(struct sk_buff *skb, __u64 flags, struct bpf_dynptr *packet) __ksym __weak;

#endif
