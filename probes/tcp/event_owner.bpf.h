/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event_owner.bpf.h: the owner in the common part of an event, from the tag of its socket. */
#ifndef NETTRACE_PROBES_TCP_EVENT_OWNER_BPF_H
#define NETTRACE_PROBES_TCP_EVENT_OWNER_BPF_H

#include "probes/lib/event.bpf.h"
#include "probes/tcp/tag_store.bpf.h"

/* Fills the owner of a full socket; tag NULL: unknown. Called before event_socket(): all uses of a possible NULL are in
 * one place, because the verifier checks everything after such a branch twice. Context: any. */
static __always_inline void event_owner(struct event *e, struct sock *sk, struct tag *tag)
{
	if (!tag)
		return;
	if (!tag_slots_used()) /* otherwise done before */
		tag_apply_accept(tag, sk);
#ifndef TAG_BYTE_COUNTERS /* with these, bytes.bpf.h does it after the walk's result */
	owner_verify(&tag->owner, sk);
#endif
	event_set_owner(e, &tag->owner);
}

/* Fills the common part of an event of a full TCP socket. Context: any. */
static __always_inline void event_fill(struct event *e, struct sock *sk, struct tag *tag, __u64 ts)
{
	event_init(e, ts);
	event_owner(e, sk, tag);
	event_socket(e, sk);
}

#endif
