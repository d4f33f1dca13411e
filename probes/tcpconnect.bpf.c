/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpconnect.bpf.c: an event for each attempt to connect. */
#include "probes/tcp/connect_call.bpf.h"
#include "probes/lib/datagram.bpf.h"
#include "probes/tcp/open_sockets.bpf.h"
#include "probes/lib/pair.bpf.h"
#include "probes/tcpconnect.h"

char LICENSE[] SEC("license") = "GPL";

#define IO_URING_HOOK 4
#define DNS_PORT      53

static __always_inline void submit(struct tcpconnect_event *e, const struct attempt *a, __u64 duration)
{
	e->duration = duration;
	e->kind = KIND_ATTEMPT;
	e->error = a->error;
	e->result = a->result;
	e->length = 0;
	ring_submit(e);
}

/* sk NULL: only the cgroup itself is known, not its ancestors. */
static __always_inline void emit(const struct event *head, struct sock *sk, const struct attempt *a, __u64 duration)
{
	struct tcpconnect_event *e;

	if (!event_wanted(head, sk))
		return;
	if (settings.flags & TCPCONNECT_DNS) {
		e = ring_reserve(__builtin_offsetof(struct tcpconnect_event, message), head);
		if (!e)
			return;
		e->peer.query[0] = 0;
		submit(e, a, duration);
	} else {
		e = ring_reserve(__builtin_offsetof(struct tcpconnect_event, peer), head);
		if (e)
			submit(e, a, duration);
	}
}

/* The caller has set the time of head. A row has the time of connect(). */
static __always_inline void emit_socket(struct event *head, struct sock *sk, struct tag *tag, const struct attempt *a)
{
	__u64 duration = NOT_KNOWN;

	event_owner(head, sk, tag);
	event_socket(head, sk);
	if (tag) {
		tag_set_reported(tag, true);
		if (tag->life.created_at) {
			duration = head->ts - tag->life.created_at;
			head->ts = tag->life.created_at;
		}
	}
	emit(head, sk, a, duration);
}

/* Context: a task with the socket locked, or softirq (of the answer, or of a timer). */
static __always_inline int state_changed(__u64 *ctx)
{
	struct transition t;
	struct attempt a;
	struct event head;

	if (!transition_read(&t, &head, ctx))
		return 0;
	if (attempt_begins(&t))
		failed_delete(t.sk);
	if (attempt_ends(&a, &t)) {
		if (a.error)
			failed_add(t.sk);
		if (!t.tag || !tag_is_reported(t.tag))
			emit_socket(&head, t.sk, t.tag, &a);
	}
	transition_done(&t);
	return 0;
}

PROGRAM_PAIR("tp_btf/inet_sock_set_state", attempt, state_changed)

/* If no row shows a result, a row need not wait longer than the first SYN waits for its answer: 1 s. Context: softirq
 * (a timer). */
SEC("tp_btf/tcp_retransmit_skb")
int attempt_hangs(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct attempt a;
	struct event head;
	struct tag *tag;

	if ((settings.flags & TCPCONNECT_RESULTS) || sk->__sk_common.skc_state != TCP_SYN_SENT)
		return 0;
	event_init(&head, bpf_ktime_get_boot_ns());
	tag = tag_find(sk);
	if (tag && !tag_is_reported(tag) && attempt_read(&a, sk))
		emit_socket(&head, sk, tag, &a);
	return 0;
}

/* Sends pending attempts at the end of tracing. Context: nettrace. */
static __always_inline int emit_pending(struct bpf_iter_meta *meta, struct sock *sk, const bool tagged)
{
	struct attempt a;
	struct event head;
	struct tag *tag;

	(void)meta;
	(void)tagged;
	if (sk->__sk_common.skc_state != TCP_SYN_SENT)
		return 0;
	event_init(&head, bpf_ktime_get_boot_ns());
	tag = tag_find(sk);
	if (tag && !tag_is_reported(tag) && attempt_read(&a, sk))
		emit_socket(&head, sk, tag, &a);
	return 0;
}

WALK_OPEN_SOCKETS(pending, emit_pending)

static __always_inline int call_failed(struct sock *sk, const void *address, __s32 error, const int rung)
{
	struct attempt a = { .error = error, .result = result_of(error) };
	struct event head;

	if (call_read(&head, sk, address, rung))
		emit(&head, rung == RUNG_CAST ? sk : NULL, &a, NOT_KNOWN);
	return 0;
}

/* (struct pt_regs *, long ret). Context: the connecting task. */
static __always_inline int syscall_failed(__u64 *ctx, const int rung)
{
	struct pt_regs *regs = (void *)ctx[0];
	long ret = (long)ctx[1];

	if (ret >= 0 || is_no_end(-ret) || !is_call(regs, NR_connect, rung))
		return 0;
	return call_failed(descriptor_sock((int)SYSCALL_FIRST(regs), rung), (void *)SYSCALL_SECOND(regs), -ret, rung);
}

SEC("tp/sys_exit_connect")
int connect_call_cast(__u64 *ctx)
{
	__u64 ended[] = SYSCALL_ENDED(ctx);

	return syscall_failed(ended, RUNG_CAST);
}

SEC("tp_btf/sys_exit")
int connect_cast(__u64 *ctx)
{
	return syscall_failed(ctx, RUNG_CAST);
}

SEC("tp_btf/sys_exit")
int connect_helper(__u64 *ctx)
{
	return syscall_failed(ctx, RUNG_PROBE_READ);
}

/* (ctx, user data, res, flags) until 5.16, without the request and thus unusable; (ctx, request, user data, res, flags
 * ...) until 6.12; (ctx, request, struct io_uring_cqe *) since. Context: the submitting task, or a worker thread of
 * io_uring. */
static __always_inline int request_failed(__u64 *ctx, const int rung)
{
	struct io_kiocb *request = KPTR(rung, ctx[1], io_kiocb);
	struct io_connect *connect = KPTR(rung, ctx[1], io_connect);
	__u32 arguments = settings.arguments[IO_URING_HOOK];
	__s32 error;

	if (arguments == 3) {
		struct io_uring_cqe *completion = (void *)ctx[2];

		error = -completion->res;
	} else if (arguments > 4) {
		error = -(__s32)ctx[3];
	} else {
		return 0;
	}
	if (error <= 0 || is_no_end(error) || !ctx[1] || KREAD(rung, request, opcode) != IORING_OP_CONNECT)
		return 0;
	return call_failed(file_sock(KREAD(rung, request, file), rung), KREAD(rung, connect, addr), error, rung);
}

SEC("tp_btf/io_uring_complete")
int request_cast(__u64 *ctx)
{
	return request_failed(ctx, RUNG_CAST);
}

SEC("tp_btf/io_uring_complete")
int request_helper(__u64 *ctx)
{
	return request_failed(ctx, RUNG_PROBE_READ);
}

/* An error that no call returned ends with its socket: the next socket at this address is another. Context: any. */
SEC("tp_btf/tcp_destroy_sock")
int forget(__u64 *ctx)
{
	failed_delete((struct sock *)ctx[0]);
	return 0;
}

/* ---- DNS: answers to observed queries ---- */

#define DNS_HEADER     12
#define QUESTION_BYTES 256 /* a name has at most 255 bytes; its type and class follow */

/* The queries of this machine, until the answer arrives. */
struct query_key {
	__u32 netns;
	__u16 port, id;
	__u8 server[16];
};

struct query {
	__u8 question[QUESTION_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 512);
	__type(key, struct query_key);
	__type(value, struct query);
} queries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct query);
} asking SEC(".maps");

static __always_inline void query_key_fill(struct query_key *key, const struct sk_buff *skb, const struct datagram *d,
					   __u16 port, const __u8 *server, const int rung)
{
	struct in6_addr *first = KPTR(rung, d->payload, in6_addr); /* any type that starts with a number */

	__builtin_memset(key, 0, sizeof(*key));
	key->netns = skb->dev->nd_net.net->ns.inum;
	key->port = port;
	key->id = (__u16)KREAD(rung, first, in6_u.u6_addr32[0]);
	__builtin_memcpy(key->server, server, sizeof(key->server));
}

/* (struct sk_buff *). Reads a query on departure. Context: a task, or softirq; preemption is disabled. */
static __always_inline int dns_query(__u64 *ctx, const int rung)
{
	struct sk_buff *skb = (void *)ctx[0];
	__u32 zero = 0;
	struct query *query = bpf_map_lookup_elem(&asking, &zero);
	struct query_key key;
	struct datagram d;

	if (!query || !datagram_read(&d, skb, (__u64)skb->head + skb->network_header, rung) || d.dport != DNS_PORT ||
	    d.length <= DNS_HEADER)
		return 0;
	query_key_fill(&key, skb, &d, d.sport, d.daddr, rung);
	d.payload += DNS_HEADER;
	d.length -= DNS_HEADER;
	__builtin_memset(query, 0, sizeof(*query));
	datagram_copy(query->question, &d, QUESTION_BYTES, rung);
	if (bpf_map_update_elem(&queries, &key, query, BPF_ANY))
		COUNT(lost_map);
	return 0;
}

SEC("tp_btf/net_dev_queue")
int query_cast(__u64 *ctx)
{
	return dns_query(ctx, RUNG_CAST);
}

SEC("tp_btf/net_dev_queue")
int query_helper(__u64 *ctx)
{
	return dns_query(ctx, RUNG_PROBE_READ);
}

/* 1: equal; else 0. Without a branch, which the verifier would follow once for each byte. */
static __always_inline __u32 same_number(__u32 a, __u32 b)
{
	__u32 difference = a ^ b;

	barrier_var(difference);
	difference = (difference - 1) >> 31;
	barrier_var(difference);
	return difference;
}

/* Whether both begin with the same name: labels after their lengths, up to a label of length 0. */
static __always_inline bool is_same_name(const __u8 *one, const __u8 *other)
{
	__u32 left = 0, ended = 0, differs = 0; /* left: remaining bytes of the label */

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < QUESTION_BYTES; i++) {
		__u32 byte = one[i], is_length = same_number(left, 0);

		differs |= (1 - ended) & (1 - same_number(byte, other[i]));
		ended |= is_length & same_number(byte, 0);
		left = is_length * byte + (1 - is_length) * (left - 1);
		barrier_var(left);
		barrier_var(ended);
		barrier_var(differs);
	}
	return ended & (1 - differs);
}

/* (struct sk_buff *). Reads a DNS answer on arrival, whatever process and call will read it; since 6.18 no tracepoint
 * reports that read. An answer without a query, and a second one, are rejected. Context: softirq. */
static __always_inline int dns_answer(__u64 *ctx, const int rung)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct tcpconnect_event *e;
	struct query_key key;
	struct query *query;
	struct datagram d;
	struct event head;
	bool believed;

	if (!datagram_read(&d, skb, (__u64)skb->data, rung) || d.sport != DNS_PORT || d.length <= DNS_HEADER)
		return 0;
	query_key_fill(&key, skb, &d, d.dport, d.saddr, rung);
	query = bpf_map_lookup_elem(&queries, &key);
	if (!query)
		return 0;
	event_init(&head, bpf_ktime_get_boot_ns());
	head.netns = key.netns;
	if (!list_has(&settings.filter.netns, head.netns))
		return 0;
	e = ring_reserve_side_event(sizeof(*e), &head);
	if (!e)
		return 0;
	e->kind = KIND_ANSWER;
	e->length = d.length < ANSWER_BYTES ? d.length : ANSWER_BYTES;
	datagram_copy(e->message, &d, ANSWER_BYTES, rung);
	believed = is_same_name(query->question, e->message + DNS_HEADER);
	if (!believed) {
		bpf_ringbuf_discard(e, 0);
		return 0;
	}
	bpf_map_delete_elem(&queries, &key);
	ring_submit_side_event(e);
	return 0;
}

SEC("tp_btf/netif_receive_skb")
int dns_cast(__u64 *ctx)
{
	return dns_answer(ctx, RUNG_CAST);
}

SEC("tp_btf/netif_receive_skb")
int dns_helper(__u64 *ctx)
{
	return dns_answer(ctx, RUNG_PROBE_READ);
}
