/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_walk.bpf.h: owners for tools that need them at each interval only: a walk over all descriptors finds the
 * processes of a socket. So no program runs for a message, nor at the end of system calls.
 *
 * A state change with the socket locked still makes current the owner. Between two walks, bytes without a certain owner
 * wait for the process that closes the socket (bytes.bpf.h). */
#ifndef NETTRACE_PROBES_TCP_OWNER_WALK_BPF_H
#define NETTRACE_PROBES_TCP_OWNER_WALK_BPF_H

#include "probes/tcp/tag_store.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk);
} walk SEC(".maps");

static __always_inline struct walk *walk_state(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&walk, &zero);
}

/* Requests a walk at the next interval, for a socket whose owner only the walk can find. */
static __always_inline void walk_request(void)
{
	struct walk *state = walk_state();

	if (state)
		state->requested = 1;
}

static __always_inline void walk_refused(void)
{
	struct walk *state = walk_state();

	if (state)
		state->refused = 1;
}

/* Called for each descriptor, and at the end without one. */
static __always_inline void walk_step(const struct bpf_iter__task_file *ctx)
{
	struct walk *state = walk_state();

	if (!state)
		return;
	if (!ctx->meta->seq_num)
		state->requested = 0;
	if (!ctx->task)
		state->last = ctx->meta->session_id;
}

/* The task has the socket. Of several, the last one that acted on it is the owner, else the first one found. Whether it
 * is the only one is known after the walk: tag_confirm_sole_holder(). */
static __always_inline void tag_seed(struct tag *tag, struct task_struct *task, const struct bpf_iter__task_file *ctx)
{
	const struct bpf_iter_meta *meta = ctx->meta;
	struct holders *holders = &tag->holders;
	bool same = tag->owner.quality != OWNER_UNKNOWN && tag->owner.who.pid == (__u32)task->tgid;

	if (holders->walk_id != meta->session_id) {
		holders->walk_id = meta->session_id;
		holders->several = 0;
		holders->previous_pid = tag->owner.quality == OWNER_UNKNOWN ? 0 : tag->owner.who.pid;
		if (same) {
			owner_is_alone(&tag->owner); /* until the walk finds another one */
			return;
		}
	} else if (!same) {
		holders->several = 1;
		tag->owner.quality = OWNER_INHERITED;
		if (holders->previous_pid != (__u32)task->tgid)
			return;
	} else {
		return;
	}
	owner_set_task(&tag->owner, task);
	tag->owner.fd = (__u16)ctx->fd;
	tag->owner.quality = OWNER_INHERITED;
}

/* An owner that the last walk found alone is certain, if it has not forked since and still has the socket. */
static __always_inline void tag_confirm_sole_holder(struct tag *tag, struct sock *sk)
{
	struct walk *state = walk_state();

	if (tag->owner.quality == OWNER_INHERITED && !tag->holders.several && state && tag->holders.walk_id &&
	    tag->holders.walk_id == state->last && !owner_has_forked(&tag->owner))
		tag->owner.quality = OWNER_EXACT;
	owner_verify(&tag->owner, sk);
}

/* A row had an uncertain owner. Some sockets have no descriptor (the kernel's own, io_uring's), so the number of
 * requests for each is limited. */
#define REQUESTS_MOST 3

static __always_inline void tag_request_walk(struct tag *tag)
{
	if (tag->owner.quality == OWNER_EXACT || tag->holders.several || tag->holders.requests >= REQUESTS_MOST)
		return;
	tag->holders.requests++;
	walk_request();
}

#endif
