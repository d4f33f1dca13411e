/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockets.bpf.c: an event for each socket of TCP and UDP, from walks over all of them. */
#include "probes/lib/event.bpf.h"
#include "probes/lib/iterate.bpf.h"
#include "probes/lib/pinned.bpf.h"
#include "probes/lib/task.bpf.h"
#include "probes/sockets.h"
#include "probes/tcp/limits.bpf.h"
#include "probes/tcp/mptcp.bpf.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct sockets_options);

#ifndef S_IFMT
#define S_IFMT   0170000
#define S_IFSOCK 0140000
#endif

/* The process that holds a socket: the first one that a walk over descriptors has found. What an older walk found may
 * be of another socket. */
struct holder {
	struct who who;
	__u64 walk;
	__u64 cgroup_id; /* only where the socket's own is unavailable */
	__u32 mntns;     /* if --mntnsmap needs it */
	__u8 quality;    /* enum owner_quality */
	__u8 pad[3];
	__u64 shown; /* of an MPTCP socket: the walk that has written its event */
};

/* By the socket's address. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 18);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct holder);
} holders SEC(".maps");

/* The last walk. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} last_walk SEC(".maps");

/* The event that a walk fills: too large for the stack. Only the thread that walks uses it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sockets_event);
} scratch SEC(".maps");

/* How often the sockets were walked: the start of counting is 1, which makes no rows. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} walks SEC(".maps");

/* What the walk before saw of a listener. */
struct listener_drops {
	__u64 at; /* ns */
	__u32 drops;
	__u32 lport; /* another one: another listener at the same address */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct listener_drops);
} listener_drops SEC(".maps");

/* ---- owners ---- */

static __always_inline __u64 *walk_number(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&last_walk, &zero);
}

static __always_inline int add_holder(const struct bpf_iter__task_file *ctx, struct task_struct *task, __u64 key)
{
	struct holder *found = bpf_map_lookup_elem(&holders, &key), holder = {};
	__u64 *last = walk_number();

	if (last)
		*last = ctx->meta->session_id;
	if (found && found->walk == ctx->meta->session_id) {
		if (found->who.pid != (__u32)task->tgid)
			found->quality = OWNER_INHERITED;
		return 0;
	}
	who_of(&holder.who, task);
	holder.walk = ctx->meta->session_id;
	holder.mntns = task_mntns(task);
	holder.quality = OWNER_EXACT;
	if (!bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		holder.cgroup_id = task->cgroups->dfl_cgrp->kn->id;
	if (bpf_map_update_elem(&holders, &key, &holder, BPF_ANY))
		COUNT(lost_map);
	return 0;
}

static __always_inline bool is_inet(__u16 family)
{
	return family == AF_INET || family == AF_INET6;
}

/* The socket behind a file, of IPv4 or IPv6; NULL: it is none. */
static __always_inline struct sock *inet_of_file(struct file *file)
{
	struct socket *socket = file ? bpf_sock_from_file(file) : NULL;
	struct sock *sk = socket ? socket->sk : NULL;

	return sk && is_inet(sk->__sk_common.skc_family) ? sk : NULL;
}

/* Every descriptor of every process. Context: nettrace. */
SEC("iter/task_file")
int held_by(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct sock *sk = inet_of_file(ctx->file);

	return task && sk ? add_holder(ctx, task, (__u64)sk) : 0;
}

/* The same before 5.11. Context: nettrace. */
SEC("iter/task_file")
int held_by_helper(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct sock *sk;

	if (!task || !file || (file->f_inode->i_mode & S_IFMT) != S_IFSOCK)
		return 0;
	sk = BPF_CORE_READ((struct socket *)file->private_data, sk);
	if (!sk || !is_inet(BPF_CORE_READ(sk, __sk_common.skc_family)))
		return 0;
	return add_holder(ctx, task, (__u64)sk);
}

/* ---- one socket ---- */

static __always_inline bool socket_owner(struct sockets_event *e, __u64 key)
{
	const struct holder *holder = bpf_map_lookup_elem(&holders, &key);
	const __u64 *last = walk_number();

	if (!holder || !last || holder->walk != *last)
		return false;
	e->common.pid = holder->who.pid;
	e->common.tid = holder->who.tid;
	e->common.uid = holder->who.uid;
	e->common.owner = holder->quality;
	e->common.mntns_listed = mntns_is_listed(holder->mntns);
	if (!e->common.cgroup_id)
		e->common.cgroup_id = holder->cgroup_id;
	__builtin_memcpy(e->common.comm, holder->who.comm, sizeof(e->common.comm));
	return true;
}

static __always_inline __u8 kind_of(const struct sock *sk)
{
	if (!sk->sk_socket)
		return socket_flag(sk, SOCK_DEAD) ? KIND_ORPHAN : KIND_UNACCEPTED;
	return sk->sk_socket->file ? KIND_PROCESS : KIND_KERNEL;
}

static __always_inline void numbers_unknown(struct socket_numbers *numbers)
{
	__builtin_memset(numbers, 0xff, sizeof(*numbers));
}

/* NULL: never. */
static __always_inline struct sockets_event *socket_begin(__u64 skaddr, __u8 state, __u8 kind)
{
	__u32 zero = 0;
	struct sockets_event *e = bpf_map_lookup_elem(&scratch, &zero);

	if (!e)
		return NULL;
	__builtin_memset(e, 0, sizeof(*e));
	event_init(&e->common, bpf_ktime_get_boot_ns());
	e->skaddr = skaddr;
	e->state = state;
	e->kind = kind;
	e->idle = NOT_KNOWN;
	e->oldest_wait = NOT_KNOWN;
	e->drop_rate = NOT_KNOWN;
	e->now.tx_bytes = NOT_KNOWN;
	e->now.rx_bytes = NOT_KNOWN;
	numbers_unknown(&e->before);
	e->grown.tx_bytes = NOT_KNOWN;
	e->grown.rx_bytes = NOT_KNOWN;
	e->grown.recv_queue = -1 - 0x7fffffff;
	e->grown.send_queue = -1 - 0x7fffffff;
	e->grown.retrans = ~0U;
	e->grown.drops = ~0U;
	e->syn_queue = ~0U;
	e->fill = ~0U;
	limits_clear(&e->limits);
	return e;
}

static __always_inline void socket_memory(struct sockets_event *e, const struct sock *sk)
{
	e->rmem = (__u32)sk->sk_backlog.rmem_alloc.counter;
	e->rcvbuf = (__u32)sk->sk_rcvbuf;
	e->wmem = (__u32)sk->sk_wmem_queued;
	e->sndbuf = (__u32)sk->sk_sndbuf;
	e->forward = (__u32)sk->sk_forward_alloc;
	e->backlog = (__u32)sk->sk_backlog.len;
	e->now.drops = (__u32)sk->sk_drops.counter;
}

/* Whether the options name a socket in this state. */
static __always_inline bool state_wanted(__u8 state)
{
	if ((!(settings.flags & SOCKETS_LISTEN) || state == TCP_LISTEN) && list_has(&own.states, state))
		return true;
	COUNT(filtered);
	return false;
}

static __always_inline bool numbers_wanted(const struct sockets_event *e)
{
	bool queues = e->state != TCP_LISTEN;

	return !(own.unread && (!queues || e->now.recv_queue < own.unread)) &&
	       !(own.unsent && (!queues || e->now.send_queue < own.unsent)) &&
	       !(own.idle && (e->idle == NOT_KNOWN || e->idle / 1000000000 < own.idle));
}

/* Moves the numbers of a first walk to where those of the second do not replace them. */
static __always_inline void note_walk(struct sockets_event *e)
{
	__u32 zero = 0;
	const __u64 *number = bpf_map_lookup_elem(&walks, &zero);

	if (number && *number > 2) {
		e->walks = 2;
		return;
	}
	e->walks = 1;
	e->before = e->now;
	e->old_state = e->state;
	numbers_unknown(&e->now);
}

/* False: see event_write(). */
static __always_inline bool socket_write(struct bpf_iter_meta *meta, struct sockets_event *e, struct sock *sk)
{
	if (!numbers_wanted(e)) {
		COUNT(filtered);
		return true;
	}
	if (!event_wanted(&e->common, sk))
		return true;
	if (settings.flags & SOCKETS_DIFF)
		note_walk(e);
	return event_write(meta, e, sizeof(*e));
}

static __always_inline __u64 ns_since(__u32 tick)
{
	return ticks_to_ns(ticks_now() - tick);
}

/* ---- TCP ---- */

/* How long the next connection to accept has waited. Its lsndtime is the time of its creation
 * (tcp_create_openreq_child()) until it sends data, which it cannot before accept(). */
static __always_inline __u64 oldest_wait(struct tcp_sock *listener)
{
	struct request_sock *first = listener->inet_conn.icsk_accept_queue.rskq_accept_head;
	struct tcp_sock *child;
	struct sock *sk;

	if (!first)
		return NOT_KNOWN;
	sk = first->sk;
	if (!sk)
		return NOT_KNOWN;
	if (settings.has_cast)
		return ns_since(KPTR(RUNG_CAST, sk, tcp_sock)->lsndtime);
	child = bpf_skc_to_tcp_sock(sk);
	return child ? ns_since(child->lsndtime) : NOT_KNOWN;
}

/* Drops since the walk before, in thousandths per second. */
static __always_inline __u64 drop_rate(const struct sockets_event *e)
{
	const struct listener_drops *before = bpf_map_lookup_elem(&listener_drops, &e->skaddr);
	__u64 took;

	if (!before || before->lport != e->common.lport)
		return NOT_KNOWN;
	took = (e->common.ts - before->at) / 1000;
	return (__u64)(e->now.drops - before->drops) * 1000000000 / (took ? took : 1);
}

/* For the next walk. */
static __always_inline void note_drops(const struct sockets_event *e, __u32 drops)
{
	struct listener_drops now = { .at = e->common.ts, .drops = drops, .lport = e->common.lport };

	if (bpf_map_update_elem(&listener_drops, &e->skaddr, &now, BPF_ANY))
		COUNT(lost_map);
}

static __always_inline void listener_numbers(struct sockets_event *e, struct sock *sk, struct tcp_sock *tcp)
{
	e->now.recv_queue = sk->sk_ack_backlog;
	e->now.send_queue = sk->sk_max_ack_backlog;
	e->syn_queue = (__u32)tcp->inet_conn.icsk_accept_queue.qlen.counter;
	if (e->now.send_queue)
		e->fill = e->now.recv_queue * 100 / e->now.send_queue;
	e->oldest_wait = oldest_wait(tcp);
	if (settings.flags & SOCKETS_SORTED)
		e->drop_rate = drop_rate(e);
}

/* TCP does not know since when a socket lives: shares are those of the busy time, and idle time has none. */
static __always_inline void limits_read(struct limits *limits, struct tcp_sock *tcp, struct sock *sk)
{
	struct chrono chrono;

	chrono_read(&chrono, tcp);
	limits_fill(limits, tcp, sk, &chrono, NOT_KNOWN);
	limits_judge(limits, limits->busy);
	limits->idle_share = SHARE_NOT_KNOWN;
	if (limits->unread && limits->closed)
		limits->word = LIMIT_READER;
}

static __always_inline void connection_numbers(struct sockets_event *e, struct sock *sk, struct tcp_sock *tcp)
{
	__u64 sent = ns_since(tcp->lsndtime), received = ns_since(tcp->inet_conn.icsk_ack.lrcvtime);
	__s32 unsent = (__s32)(tcp->write_seq - tcp->snd_una);

	limits_read(&e->limits, tcp, sk);
	e->now.recv_queue = e->limits.unread;
	e->now.send_queue = unsent > 0 ? (__u32)unsent : 0;
	e->now.tx_bytes = payload_sent(tcp);
	e->now.rx_bytes = payload_received(tcp, sk);
	e->now.retrans = tcp->total_retrans;
	e->idle = sent < received ? sent : received;
	e->srtt_us = tcp->srtt_us >> 3;
	e->cwnd = tcp->snd_cwnd;
	e->mss = tcp->mss_cache;
}

/* A subflow's owner is that of its MPTCP socket. */
static __always_inline void subflow_owner(struct sockets_event *e, struct sock *sk)
{
	__u64 key = mptcp_of(sk);

	e->kind = KIND_SUBFLOW;
	if (key)
		socket_owner(e, key);
}

static __always_inline int emit_full(struct bpf_iter_meta *meta, struct tcp_sock *tcp)
{
	struct sock *sk = (struct sock *)tcp;
	__u8 state = sk->__sk_common.skc_state;
	__u32 drops = (__u32)sk->sk_drops.counter;
	struct sockets_event *e;

	if (!state_wanted(state))
		return 0;
	e = socket_begin((__u64)sk, state, kind_of(sk));
	if (!e)
		return 0;
	event_socket(&e->common, sk);
	e->common.protocol = IPPROTO_TCP;
	if (!socket_owner(e, (__u64)sk) && bpf_core_field_exists(struct tcp_sock, is_mptcp) && tcp->is_mptcp)
		subflow_owner(e, sk);
	socket_memory(e, sk);
	if (state == TCP_LISTEN) {
		e->identity = e->skaddr;
		event_no_peer(&e->common);
		listener_numbers(e, sk, tcp);
	} else {
		connection_numbers(e, sk, tcp);
	}
	if (socket_write(meta, e, sk) && state == TCP_LISTEN && settings.flags & SOCKETS_SORTED)
		note_drops(e, drops);
	return 0;
}

static __always_inline void memory_unknown(struct sockets_event *e)
{
	e->rmem = ~0U;
	e->rcvbuf = ~0U;
	e->wmem = ~0U;
	e->sndbuf = ~0U;
	e->forward = ~0U;
	e->backlog = ~0U;
}

/* A TIME_WAIT or a request socket: only what all sockets share. */
static __always_inline int emit_mini(struct bpf_iter_meta *meta, struct sock_common *common, __u8 state, __u8 kind)
{
	struct sockets_event *e;

	if (!state_wanted(state))
		return 0;
	e = socket_begin((__u64)common, state, kind);
	if (!e)
		return 0;
	e->now.retrans = ~0U;
	e->now.drops = ~0U;
	memory_unknown(e);
	event_ends(&e->common, common);
	e->common.netns = common->skc_net.net->ns.inum;
	e->common.protocol = IPPROTO_TCP;
	socket_write(meta, e, NULL);
	return 0;
}

/* Every TCP socket of the namespace that nettrace is in. Context: nettrace. */
SEC("iter/tcp")
int tcp_sockets(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct tcp_timewait_sock *waiting;
	struct tcp_sock *tcp;

	if (!common)
		return 0;
	tcp = bpf_skc_to_tcp_sock(common);
	if (tcp)
		return emit_full(ctx->meta, tcp);
	waiting = bpf_skc_to_tcp_timewait_sock(common);
	if (waiting)
		return emit_mini(ctx->meta, common, waiting->tw_sk.tw_substate, KIND_TIME_WAIT);
	return emit_mini(ctx->meta, common, TCP_SYN_RECV, KIND_REQUEST);
}

/* ---- UDP ---- */

/* Every UDP socket of the namespace that nettrace is in. Context: nettrace. */
SEC("iter/udp")
int udp_sockets(struct bpf_iter__udp *ctx)
{
	struct udp_sock *udp = ctx->udp_sk;
	struct sockets_event *e;
	struct sock *sk;
	__s32 unread;

	if (!udp)
		return 0;
	sk = (struct sock *)udp;
	if (!state_wanted(sk->__sk_common.skc_state))
		return 0;
	e = socket_begin((__u64)sk, sk->__sk_common.skc_state, kind_of(sk));
	if (!e)
		return 0;
	e->identity = e->skaddr;
	event_place(&e->common, sk);
	event_ends(&e->common, &sk->__sk_common);
	e->common.protocol = IPPROTO_UDP;
	socket_owner(e, (__u64)sk);
	socket_memory(e, sk);
	if (bpf_core_field_exists(struct sock, sk_drop_counters) && sk->sk_drop_counters)
		e->now.drops = (__u32)(sk->sk_drop_counters->drops0.counter + sk->sk_drop_counters->drops1.counter);
	unread = sk->sk_backlog.rmem_alloc.counter - udp->forward_deficit;
	e->now.recv_queue = unread > 0 ? (__u32)unread : 0;
	e->now.send_queue = (__u32)sk->sk_wmem_alloc.refs.counter - 1;
	socket_write(ctx->meta, e, sk);
	return 0;
}

/* ---- MPTCP ---- */

#define IPPROTO_MPTCP 262

/* Each MPTCP socket that a process holds, once: no walk of the kernel finds them. Queues are those of mptcp_diag.c.
 * Context: nettrace. */
SEC("iter/task_file")
int mptcp_sockets(struct bpf_iter__task_file *ctx)
{
	struct sock *sk = inet_of_file(ctx->file);
	struct sockets_event *e;
	struct holder *holder;
	__u64 key = (__u64)sk;

	if (!sk || sk->sk_protocol != IPPROTO_MPTCP || !ctx->task)
		return 0;
	holder = bpf_map_lookup_elem(&holders, &key);
	if (!holder || holder->shown == ctx->meta->session_id)
		return 0;
	if (!state_wanted(sk->__sk_common.skc_state))
		return 0;
	e = socket_begin(key, sk->__sk_common.skc_state, KIND_MPTCP);
	if (!e)
		return 0;
	e->identity = key;
	event_place(&e->common, sk);
	event_ends(&e->common, &sk->__sk_common);
	e->common.protocol = IPPROTO_TCP;
	socket_owner(e, key);
	socket_memory(e, sk);
	if (e->state == TCP_LISTEN) {
		event_no_peer(&e->common);
		e->now.send_queue = sk->sk_max_ack_backlog;
	} else {
		e->now.recv_queue = e->rmem;
		e->now.send_queue = (__u32)sk->sk_wmem_alloc.refs.counter - 1;
	}
	if (socket_write(ctx->meta, e, NULL))
		holder->shown = ctx->meta->session_id;
	return 0;
}

/* ---- two walks ---- */

/* Counts the walks. Context: nettrace. */
SEC("iter/task")
int walk_begins(struct bpf_iter__task *ctx)
{
	__u32 zero = 0;
	__u64 *number;

	if (ctx->meta->seq_num || !ctx->task)
		return 0;
	number = bpf_map_lookup_elem(&walks, &zero);
	if (number)
		*number += 1;
	return 0;
}
