/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop.bpf.c: an event for each TCP packet that the kernel drops. */
#include "probes/tcpdrop_freed.bpf.h"

char LICENSE[] SEC("license") = "GPL";
OWN_OPTIONS(struct tcpdrop_options);

/* Each option ends the event earlier. */
static __always_inline struct tcpdrop_event *drop_reserve(const struct event *head)
{
	if (settings.flags & TCPDROP_EXPLAIN)
		return ring_reserve(sizeof(struct tcpdrop_event), head);
	if (settings.flags & TCPDROP_NO_STACK)
		return ring_reserve(__builtin_offsetof(struct tcpdrop_event, stack), head);
	return ring_reserve(__builtin_offsetof(struct tcpdrop_event, values), head);
}

static __always_inline void drop_stack(void *ctx, struct tcpdrop_event *e)
{
	/* Skips the two frames of the tracing itself. */
	long got = bpf_get_stack(ctx, e->stack, sizeof(e->stack), 2);

	if (got < 0)
		got = 0;
	if (got < (long)sizeof(e->stack))
		e->stack[(got / 8) & (TCPDROP_FRAMES - 1)] = 0;
}

static __always_inline void drop_emit(void *ctx, const struct event *head, const struct drop *d, const int rung,
				      const bool read)
{
	struct tcpdrop_event *e = drop_reserve(head);

	if (!e)
		return;
	__builtin_memcpy(e->saddr, d->received ? head->raddr : head->laddr, 16);
	__builtin_memcpy(e->daddr, d->received ? head->laddr : head->raddr, 16);
	e->sport = d->received ? head->rport : head->lport;
	e->dport = d->received ? head->lport : head->rport;
	e->flags = d->known ? d->packet.flags : 0xffff;
	e->state = d->state;
	e->harmless = d->harmless;
	e->reason = d->reason;
	e->reason_code = d->reason < REASON_LISTEN_OVERFLOW ? d->reason : ~0U;
	e->location = d->location;
	if (!(settings.flags & TCPDROP_NO_STACK))
		drop_stack(ctx, e);
	else if (settings.flags & TCPDROP_EXPLAIN)
		e->stack[0] = 0;
	if (settings.flags & TCPDROP_EXPLAIN)
		drop_values_fill(&e->values, &d->at, e->daddr, rung, read);
	ring_submit(e);
}

/* Filters and sends the event. */
static __always_inline int drop_report(void *ctx, const struct drop *d, const struct event *head, struct sock *full,
				       const int rung, const bool read)
{
	if (!event_wanted(head, full))
		return 0;
	if (!list_has(&own.reasons, d->reason)) {
		COUNT(filtered);
		return 0;
	}
	drop_emit(ctx, head, d, rung, read);
	return 0;
}

/* Context: any. */
static __always_inline int kfree(__u64 *ctx, const int rung, const bool read)
{
	struct drop d = {};
	struct event head;
	enum freed freed = freed_tcp(&d, &head, ctx, rung, read);

	if (freed == NOT_TCP || (freed == HARMLESS && !(settings.flags & TCPDROP_ALL)))
		return 0;
	freed_tcp_owner(&head, &d);
	return drop_report(ctx, &d, &head, d.sk && d.full ? d.sk : NULL, rung, read);
}

SEC("tp_btf/kfree_skb")
int kfree_cast(__u64 *ctx)
{
	return kfree(ctx, RUNG_CAST, true);
}

SEC("tp_btf/kfree_skb")
int kfree_helper(__u64 *ctx)
{
	return kfree(ctx, RUNG_PROBE_READ, true);
}

SEC("tp_btf/kfree_skb")
int kfree_socket(__u64 *ctx)
{
	return kfree(ctx, RUNG_CAST, false);
}

/* Context: any; for a listener: softirq. */
static __always_inline int consume(__u64 *ctx, const int rung)
{
	struct drop d = {};
	struct event head;

	return freed_syn(&d, &head, ctx, rung) ? drop_report(ctx, &d, &head, NULL, rung, true) : 0;
}

SEC("tp_btf/consume_skb")
int consume_cast(__u64 *ctx)
{
	return consume(ctx, RUNG_CAST);
}

SEC("tp_btf/consume_skb")
int consume_helper(__u64 *ctx)
{
	return consume(ctx, RUNG_PROBE_READ);
}
