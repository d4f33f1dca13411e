/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcprst.bpf.c: an event for each reset that TCP sends or receives, with its originator and cause. */
#include "probes/lib/packet.bpf.h"
#include "probes/lib/pair.bpf.h"
#include "probes/tcp/transition.bpf.h"
#include "probes/tcprst_count.bpf.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct tcprst_options);

#define SEND_HOOK      0 /* indexes in settings.arguments */
#define KFREE_HOOK     3
#define REJECT_NS      100000000ULL  /* a reset within this time after netfilter dropped the packet is netfilter's */
#define END_NS         1000000000ULL /* a reset follows the end of its socket within this time */
#define TTL_DIFFERS    1             /* hop limits of a path vary by at most this while a connection lives */
#define SIGNAL_MASK    0x7f          /* of an exit code */
#define FIRST_SEGMENTS 8             /* number of segments whose hop limit is read; then one in 64 */

/* ---- state kept until a reset ---- */

/* The event of a socket that ended abruptly, filled while all data existed: tcp_close() and tcp_disconnect() set
 * TCP_CLOSE before they send the reset. By the socket's address. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct tcprst_event);
} ends SEC(".maps");

/* The ends of a packet that netfilter dropped. */
struct rejected {
	__u8 saddr[16], daddr[16];
	__u16 sport, dport;
	__u32 pad;
};

/* The time of the drop. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct rejected);
	__type(value, __u64);
} rejects SEC(".maps");

/* ---- a socket's part ---- */

static __always_inline bool is_full(__u8 state)
{
	return state != TCP_TIME_WAIT && state != TCP_NEW_SYN_RECV;
}

static __always_inline void rst_init(struct tcprst_event *e, __u64 now, __u8 direction)
{
	__builtin_memset(e, 0, sizeof(*e));
	event_init(&e->common, now);
	e->common.protocol = IPPROTO_TCP;
	e->age = NOT_KNOWN;
	e->tx_bytes = NOT_KNOWN;
	e->rx_bytes = NOT_KNOWN;
	e->unread = NOT_KNOWN;
	e->reason = ~0U;
	e->reason_code = ~0U;
	e->flags = 0xffff;
	e->direction = direction;
}

/* The life of a full socket. tcp_close() discards unread data, but keeps these two numbers. */
static __always_inline void rst_life(struct tcprst_event *e, struct sock *sk, struct tag *tag, __u8 state)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	e->state = state;
	if (tag && tag->life.created_at)
		e->age = e->common.ts - tag->life.created_at;
	if (tag && tag->life.role)
		e->port = tag->life.role == ROLE_CLIENT ? e->common.rport : e->common.lport;
	if (!tcp || state == TCP_LISTEN)
		return;
	e->tx_bytes = payload_sent(tcp);
	e->rx_bytes = payload_received(tcp, sk);
	e->unread = state == TCP_SYN_SENT ? 0 : unread_bytes(tcp, sk);
}

static __always_inline void rst_socket(struct tcprst_event *e, struct sock *sk, struct tag *tag, __u8 state)
{
	event_owner(&e->common, sk, tag);
	event_socket(&e->common, sk);
	rst_life(e, sk, tag, state);
}

/* Filters and sends. sk: for the filters; NULL: no full socket. */
static __always_inline int rst_emit(const struct tcprst_event *own_event, struct sock *sk)
{
	struct tcprst_event *e;

	if (!event_wanted(&own_event->common, sk))
		return 0;
	if (!list_has(&own.reasons, own_event->reason) ||
	    (own.party != PARTY_ANY && reset_party_of(own_event->by) != own.party)) {
		COUNT(filtered);
		return 0;
	}
	e = ring_reserve(sizeof(*e), &own_event->common);
	if (!e)
		return 0;
	__builtin_memcpy((char *)e + sizeof(e->common), (const char *)own_event + sizeof(e->common),
			 sizeof(*e) - sizeof(e->common));
	ring_submit(e);
	return 0;
}

static __always_inline bool is_wanted(__u8 direction)
{
	__u32 which = settings.flags & (TCPRST_SENT | TCPRST_GOT);

	return !which || which & (direction == RESET_SENT ? TCPRST_SENT : TCPRST_GOT);
}

/* ---- the end of a socket ---- */

/* Whether no process ever had the socket. */
static __always_inline bool is_unaccepted(const struct sock *sk)
{
	return !sk->sk_socket && !socket_flag(sk, SOCK_DEAD);
}

/* Whether a reset may follow: a process ended the socket abruptly, its listener closed, or data arrived after its close
 * (then the peer's FIN is missing, as before TIME_WAIT). A socket that a received reset has ended has an error. */
static __always_inline bool may_send_reset(const struct transition *t)
{
	if (t->to != TCP_CLOSE || t->from == TCP_LISTEN || t->from == TCP_SYN_SENT || t->sk->sk_err)
		return false;
	if (t->from == TCP_FIN_WAIT1 || t->from == TCP_FIN_WAIT2)
		return !socket_flag(t->sk, SOCK_DONE);
	return t->sk->sk_lock.owned || is_unaccepted(t->sk);
}

/* Context: a task with the socket locked, or softirq. */
static __always_inline int state_changed(__u64 *ctx)
{
	struct transition t;
	struct event head;
	struct tcprst_event end;
	__u64 key;

	if (!transition_read(&t, &head, ctx))
		return 0;
	if (may_send_reset(&t)) {
		key = (__u64)t.sk;
		rst_init(&end, t.now, RESET_SENT);
		rst_socket(&end, t.sk, t.tag, t.from);
		bpf_map_update_elem(&ends, &key, &end, BPF_ANY);
	}
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", reset_state, state_changed)

/* ---- sent ---- */

/* Whether a signal ends current. */
static __always_inline bool current_is_killed(const int rung)
{
	struct task_struct *task;

	if (settings.has_task_btf) {
		task = bpf_get_current_task_btf();
		return task->flags & PF_EXITING && task->exit_code & SIGNAL_MASK;
	}
	if (rung == RUNG_CAST)
		return false;
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, flags) & PF_EXITING && BPF_CORE_READ(task, exit_code) & SIGNAL_MASK;
}

/* The program's number for the kernel's, if there is one. */
static __always_inline __u32 rst_reason(__u32 code)
{
#define IF_REASON(name)                                                                                                \
	if (code == settings.values[RST_INDEX_##name])                                                                 \
		return RST_REASON(name);
	TCPRST_REASONS(IF_REASON)
#undef IF_REASON
	return code;
}

/* The reason that a process's own act sends a reset (net/ipv4/tcp.c: __tcp_close(), tcp_disconnect()). Context: the
 * task, with the socket locked. */
static __always_inline __u8 by_act(const struct tcprst_event *e, const struct sock *sk, const int rung)
{
	if (sk->sk_shutdown != SHUTDOWN_MASK)
		return BY_DISCONNECT;
	if (current_is_killed(rung))
		return BY_KILLED;
	if (e->unread)
		return BY_UNREAD;
	if (socket_flag(sk, SOCK_LINGER) && !sk->sk_lingertime)
		return BY_LINGER;
	if (e->reason == RST_REASON(TCP_ABORT_ON_LINGER) || e->state == TCP_FIN_WAIT2)
		return BY_LINGER;
	return BY_MEMORY;
}

/* The reason of a reset that answers no packet. closed: the socket ended before (tcp_abort() ends it later). */
static __always_inline __u8 by_active(const struct tcprst_event *e, struct sock *sk, bool closed, const int rung)
{
	if (bpf_core_field_exists(struct tcp_sock, is_mptcp)) {
		struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

		if (tcp && tcp->is_mptcp && !closed)
			return BY_MPTCP;
	}
	if (sk->sk_lock.owned)
		return closed ? by_act(e, sk, rung) : BY_ABORTED;
	if (closed)
		return is_unaccepted(sk) ? BY_LISTENER : BY_US_OTHER;
	if (e->state == TCP_FIN_WAIT2)
		return BY_TIMEOUT;
	return socket_flag(sk, SOCK_DEAD) ? BY_MEMORY : BY_KEEPALIVE;
}

/* The reason of a reset that answers a packet. A socket that waits for the peer's FIN without a process soon becomes a
 * TIME_WAIT socket, which data resets (tcp_timewait_state_process()). */
static __always_inline __u8 by_reply(const struct tcprst_event *e, __u32 payload)
{
	switch (e->state) {
	case 0:
		return (e->flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN ? BY_NOBODY : BY_NO_CONNECTION;
	case TCP_LISTEN:
		return BY_NO_CONNECTION;
	case TCP_TIME_WAIT:
		return payload ? BY_AFTER_CLOSE : BY_TIME_WAIT;
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
		/* The ACK of the FIN, with TCP_LINGER2 below 0 (tcp_rcv_state_process()). */
		if (e->flags != 0xffff && !payload)
			return BY_LINGER;
		return BY_AFTER_CLOSE;
	case TCP_CLOSE:
		return BY_AFTER_CLOSE;
	default:
		return BY_UNACCEPTABLE;
	}
}

/* The reason that kernels with reasons report; all bits set: several. */
static __always_inline __u32 reason_of(__u8 by, __u8 state)
{
	switch (by) {
	case BY_UNREAD:
		return RST_REASON(TCP_ABORT_ON_CLOSE);
	case BY_LINGER:
		return state == TCP_FIN_WAIT2 ? RST_REASON(TCP_ABORT_ON_LINGER) : RST_REASON(TCP_STATE);
	case BY_ABORTED:
	case BY_LISTENER:
	case BY_TIMEOUT:
		return RST_REASON(TCP_STATE);
	case BY_NOBODY:
		return RST_REASON(NO_SOCKET);
	case BY_NO_CONNECTION:
		return state ? RST_REASON(TCP_FLAGS) : RST_REASON(NO_SOCKET);
	case BY_AFTER_CLOSE:
		return RST_REASON(TCP_ABORT_ON_DATA);
	case BY_KEEPALIVE:
		return RST_REASON(TCP_KEEPALIVE_TIMEOUT);
	case BY_MEMORY:
		return RST_REASON(TCP_ABORT_ON_MEMORY);
	case BY_TIME_WAIT:
		return RST_REASON(TCP_TIMEWAIT_SOCKET);
	default:
		return ~0U;
	}
}

static __always_inline void rst_derive(struct tcprst_event *e)
{
	if (settings.arguments[SEND_HOOK] > 2)
		return;
	if (e->by == BY_KILLED || e->by == BY_DISCONNECT)
		e->reason = e->unread && e->by == BY_KILLED ? RST_REASON(TCP_ABORT_ON_CLOSE) : RST_REASON(TCP_STATE);
	else
		e->reason = reason_of(e->by, e->state);
	if (e->reason != ~0U)
		e->source = REASON_DERIVED;
}

/* Fills the ends from the answered packet. */
static __always_inline void rst_ends(struct event *e, const struct packet *p)
{
	e->family = p->family;
	__builtin_memcpy(e->laddr, p->daddr, 16);
	__builtin_memcpy(e->raddr, p->saddr, 16);
	e->lport = p->dport;
	e->rport = p->sport;
}

/* A reset in answer to a packet without a socket. Context: softirq. */
static __always_inline int sent_without_socket(struct tcprst_event *e, struct sk_buff *skb, const int rung)
{
	struct packet packet;
	struct net *net;

	if (!packet_read(&packet, skb, rung))
		return 0;
	net = skb->dev ? skb->dev->nd_net.net : route_net(skb, rung);
	e->common.netns = KREAD(rung, KPTR(rung, net, net), ns.inum);
	rst_ends(&e->common, &packet);
	e->flags = packet.flags;
	e->port = (packet.flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN ? packet.dport : 0;
	e->by = by_reply(e, packet.payload);
	rst_derive(e);
	return rst_emit(e, NULL);
}

/* Fills the socket's part of a reset. */
static __always_inline void sent_of_socket(struct tcprst_event *e, struct sock *sk, bool reply, const int rung)
{
	__u8 state = sk->__sk_common.skc_state;
	struct tcprst_event *end;
	__u64 key = (__u64)sk;

	if (!is_full(state)) {
		event_ends(&e->common, &sk->__sk_common);
		e->common.netns = socket_netns(sk);
		e->state = state;
		return;
	}
	end = state == TCP_CLOSE ? bpf_map_lookup_elem(&ends, &key) : NULL;
	if (end && e->common.ts - end->common.ts < END_NS &&
	    end->common.rport == bpf_ntohs(sk->__sk_common.skc_dport)) {
		__u32 reason = e->reason, code = e->reason_code;
		__u8 source = e->source;

		*e = *end;
		e->reason = reason;
		e->reason_code = code;
		e->source = source;
		bpf_map_delete_elem(&ends, &key);
	} else {
		rst_socket(e, sk, tag_find(sk), state);
	}
	if (!reply)
		e->by = by_active(e, sk, state == TCP_CLOSE, rung);
}

/* (const struct sock *, const struct sk_buff *), 6.10: + enum sk_rst_reason. The second is the answered packet, or
 * NULL. Context: a task with the socket locked, or softirq. */
static __always_inline int sent(__u64 *ctx, const int rung, const bool read)
{
	struct sock *sk = (void *)ctx[0];
	struct sk_buff *skb = (void *)ctx[1];
	struct packet packet = {};
	struct tcprst_event e;

	if (!is_wanted(RESET_SENT))
		return 0;
	rst_init(&e, bpf_ktime_get_boot_ns(), RESET_SENT);
	if (settings.arguments[SEND_HOOK] > 2) {
		e.reason_code = (__u32)ctx[2];
		e.reason = rst_reason(e.reason_code);
		e.source = REASON_OF_KERNEL;
	}
	if (!sk)
		return read && skb ? sent_without_socket(&e, skb, rung) : 0;
	if (read)
		rst_count_known(sk->__sk_common.skc_net.net, !skb, rung);
	else
		rst_count_unread(sk);
	sent_of_socket(&e, sk, skb, rung);
	if (skb) {
		if (read && packet_read(&packet, skb, rung)) {
			e.flags = packet.flags;
			if (e.state == TCP_LISTEN)
				rst_ends(&e.common, &packet);
		}
		e.by = by_reply(&e, packet.payload);
	}
	rst_derive(&e);
	return rst_emit(&e, is_full(sk->__sk_common.skc_state) ? sk : NULL);
}

SEC("tp_btf/tcp_send_reset")
int sent_cast(__u64 *ctx)
{
	return sent(ctx, RUNG_CAST, true);
}

SEC("tp_btf/tcp_send_reset")
int sent_helper(__u64 *ctx)
{
	return sent(ctx, RUNG_PROBE_READ, true);
}

SEC("tp_btf/tcp_send_reset")
int sent_socket(__u64 *ctx)
{
	return sent(ctx, RUNG_CAST, false);
}

/* ---- received ---- */

/* Whether netfilter has just dropped the socket's packet: then the reset is its own (nf_send_reset()). */
static __always_inline bool is_rejected(const struct event *e)
{
	struct rejected key = { .sport = e->lport, .dport = e->rport };
	__u64 *at;

	__builtin_memcpy(key.saddr, e->laddr, 16);
	__builtin_memcpy(key.daddr, e->raddr, 16);
	at = bpf_map_lookup_elem(&rejects, &key);
	return at && e->ts - *at < REJECT_NS;
}

static __always_inline bool is_between(const struct tcprst_event *e)
{
	__u32 more = (__u32)e->ttl + TTL_DIFFERS;

	return e->ttl && e->peer_ttl && (more < e->peer_ttl || e->ttl > e->peer_ttl + TTL_DIFFERS);
}

static __always_inline __u8 by_whom(const struct tcprst_event *e)
{
	if (is_rejected(&e->common))
		return BY_FIREWALL;
	if (is_between(e))
		return BY_BETWEEN;
	return e->state == TCP_SYN_SENT ? BY_REFUSED : BY_PEER;
}

/* Whether data arrived after the process's close, instead of a reset. The kernel counts that, ends the socket in the
 * same way, and sends a reset (tcp_rcv_state_process()). */
static __always_inline bool is_data_after_close(struct sock *sk, __u8 state, const int rung)
{
	struct rst_counts grown;

	if ((state != TCP_FIN_WAIT1 && state != TCP_FIN_WAIT2) || sk->sk_shutdown != SHUTDOWN_MASK)
		return false;
	grown = rst_count_changes(sk->__sk_common.skc_net.net, rung);
	return grown.abort_on_data;
}

/* (struct sock *), before the state changes. Context: softirq, or a task with the socket locked. */
static __always_inline int got(__u64 *ctx, const int rung, const bool read)
{
	struct sock *sk = (void *)ctx[0];
	__u8 state = sk->__sk_common.skc_state;
	struct tag *tag = tag_find(sk);
	struct tcprst_event e;
	__u64 key = (__u64)sk;

	if (state == TCP_CLOSE)
		return 0;
	rst_init(&e, bpf_ktime_get_boot_ns(), RESET_GOT);
	rst_socket(&e, sk, tag, state);
	if (read && is_data_after_close(sk, state, rung)) {
		e.direction = RESET_SENT;
		bpf_map_update_elem(&ends, &key, &e, BPF_ANY);
		return 0;
	}
	if (!is_wanted(RESET_GOT))
		return 0;
	if (tag) {
		e.ttl = tag->rst_ttl;
		e.peer_ttl = tag->peer_ttl;
	}
	if (state == TCP_SYN_SENT && !e.port)
		e.port = e.common.rport;
	e.by = by_whom(&e);
	return rst_emit(&e, sk);
}

SEC("tp_btf/tcp_receive_reset")
int got_cast(__u64 *ctx)
{
	return got(ctx, RUNG_CAST, true);
}

SEC("tp_btf/tcp_receive_reset")
int got_helper(__u64 *ctx)
{
	return got(ctx, RUNG_PROBE_READ, true);
}

SEC("tp_btf/tcp_receive_reset")
int got_socket(__u64 *ctx)
{
	return got(ctx, RUNG_CAST, false);
}

/* ---- hop limits ---- */

/* Reads the hop limit of the first segments, then of some, and of each reset. (struct sock *, struct sk_buff *), for
 * each segment of an established connection. Context: softirq, or a task with the socket locked. */
static __always_inline int hop_limit(__u64 *ctx, const int rung)
{
	struct sock *sk = (void *)ctx[0];
	struct sk_buff *skb = (void *)ctx[1];
	struct tcp_skb_cb *segment = (void *)skb->cb;
	struct tcp_sock *tcp = rung == RUNG_CAST ? KPTR(rung, sk, tcp_sock) : bpf_skc_to_tcp_sock(sk);
	bool reset = segment->tcp_flags & FLAG_RST;
	struct iphdr *ip = KPTR(rung, (__u64)skb->head + skb->network_header, iphdr);
	struct tag *tag;
	__u8 ttl;

	if (!tcp || (!reset && tcp->segs_in > FIRST_SEGMENTS && tcp->segs_in & 63))
		return 0;
	tag = tag_get(sk, false);
	if (!tag)
		return 0;
	ttl = byte_at(rung, ip, 0) >> 4 == 4 ? byte_at(rung, ip, 8) : byte_at(rung, ip, 7);
	if (reset)
		tag->rst_ttl = ttl;
	else
		tag->peer_ttl = ttl;
	return 0;
}

SEC("tp_btf/tcp_probe")
int hop_limit_cast(__u64 *ctx)
{
	return hop_limit(ctx, RUNG_CAST);
}

SEC("tp_btf/tcp_probe")
int hop_limit_helper(__u64 *ctx)
{
	return hop_limit(ctx, RUNG_PROBE_READ);
}

/* ---- dropped packets ---- */

static __always_inline bool is_at(__u64 location, __u32 place)
{
	return location >= settings.symbols[place].start && location < settings.symbols[place].end;
}

/* Records that netfilter has dropped the packet, and may have answered it. */
static __always_inline int rejected_add(const struct packet *p)
{
	struct rejected key = { .sport = p->sport, .dport = p->dport };
	__u64 now = bpf_ktime_get_boot_ns();

	__builtin_memcpy(key.saddr, p->saddr, 16);
	__builtin_memcpy(key.daddr, p->daddr, 16);
	bpf_map_update_elem(&rejects, &key, &now, BPF_ANY);
	return 0;
}

/* Whether TCP has answered a packet without a socket with a reset. Before 5.17, which has no reasons, the kernel's
 * counter shows it. */
static __always_inline bool is_answered(const struct sk_buff *skb, const struct packet *p, bool named, const int rung)
{
	struct rst_counts grown;

	if (p->flags & FLAG_RST)
		return false;
	if (named)
		return true;
	grown = rst_count_changes(skb->dev ? skb->dev->nd_net.net : route_net(skb, rung), rung);
	return grown.out_rsts;
}

/* (skb, location), 5.17: + reason. Context: any. */
static __always_inline int freed(__u64 *ctx, const int rung)
{
	struct sk_buff *skb = (void *)ctx[0];
	__u32 code = settings.arguments[KFREE_HOOK] > 2 ? (__u32)ctx[2] : ~0U;
	bool named = settings.arguments[KFREE_HOOK] > 2, tells = settings.arguments[SEND_HOOK] > 2;
	bool rejects_it, unanswered;
	struct tcprst_event e;
	struct packet packet;
	__u64 place = ctx[1];

	rejects_it = named ? code == settings.values[VALUE_NETFILTER_DROP] : is_at(place, PLACE_NF_HOOK_SLOW);
	unanswered = tells   ? false
		     : named ? code == settings.values[VALUE_DROP_NO_SOCKET]
			     : !skb->sk && (is_at(place, PLACE_TCP_V4_RCV) || is_at(place, PLACE_TCP_V6_RCV));
	if ((!rejects_it && !unanswered) || !packet_read(&packet, skb, rung))
		return 0;
	if (rejects_it)
		return rejected_add(&packet);
	if (!is_wanted(RESET_SENT) || !is_answered(skb, &packet, named, rung))
		return 0;
	rst_init(&e, bpf_ktime_get_boot_ns(), RESET_SENT);
	return sent_without_socket(&e, skb, rung);
}

SEC("tp_btf/kfree_skb")
int freed_cast(__u64 *ctx)
{
	return freed(ctx, RUNG_CAST);
}

SEC("tp_btf/kfree_skb")
int freed_helper(__u64 *ctx)
{
	return freed(ctx, RUNG_PROBE_READ);
}
