/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroups.bpf.c: the names of cgroups (v2) that contain processes, are created, or get a process.
 *
 * The source is the kernel and not /sys/fs/cgroup: inside a container that shows only a part of the tree, and a cgroup
 * may be deleted before it is read. */
#include "probes/lib/iterate.bpf.h"

#define DEEPEST 24 /* levels; the ancestors of deeper cgroups stay unknown */

/* Fills e with the cgroup's name and parent. False: it is the root. */
static __always_inline bool describe(struct cgroups_event *e, struct cgroup *cgroup)
{
	static const char format[] = "%s";
	struct cgroup_subsys_state *parent = cgroup->self.parent;
	struct kernfs_node *node = cgroup->kn;
	__u64 name = (__u64)node->name;

	e->common.cgroup_id = node->id;
	bpf_snprintf(e->name, sizeof(e->name), format, &name, sizeof(name));
	e->parent = parent ? parent->cgroup->kn->id : 0;
	return parent;
}

/* The same before 5.13, where no helper copies strings, for the cgroup at this address. Returns the address of the
 * parent; 0: none. */
static __always_inline __u64 describe_at(struct cgroups_event *e, __u64 address)
{
	struct cgroup *cgroup = (void *)address, *above = BPF_CORE_READ(cgroup, self.parent, cgroup);

	e->common.cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	bpf_probe_read_kernel_str(e->name, sizeof(e->name), BPF_CORE_READ(cgroup, kn, name));
	e->parent = above ? BPF_CORE_READ(above, kn, id) : 0;
	return (__u64)above;
}

/* Without a wakeup: the user half reads the ring when it prints rows. (A conditional wakeup would double the paths of
 * each level, beyond the verifier's limit on 6.1.) */
static __always_inline void send(struct cgroups_event *e)
{
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
}

/* Sends the ancestors too: they may have been empty until now, and thus unreported. */
static __always_inline int send_cgroup(struct cgroup *cgroup)
{
	struct event head = { .ts = bpf_ktime_get_boot_ns() };

	if (cgroup->root->hierarchy_id)
		return 0;
#pragma clang loop unroll(full)
	for (int level = 0; level < DEEPEST; level++) {
		struct cgroups_event *e = ring_reserve_side_event(sizeof(*e), &head);
		bool above;

		if (!e)
			return 0;
		e->name[0] = '\0';
		above = describe(e, cgroup);
		send(e);
		if (!above)
			return 0;
		cgroup = cgroup->self.parent->cgroup;
	}
	return 0;
}

/* The verifier checks a global function of a number once; inlined in the loop, 5.10 would follow every branch of every
 * level. */
__noinline __u64 send_cgroup_at(__u64 address)
{
	struct event head = { .ts = bpf_ktime_get_boot_ns() };
	struct cgroups_event *e = ring_reserve_side_event(sizeof(*e), &head);
	__u64 above;

	if (!e)
		return 0;
	e->name[0] = '\0';
	above = describe_at(e, address);
	send(e);
	return above;
}

/* ctx[0] is the cgroup; read through a helper it becomes a number. */
static __always_inline int send_cgroup_read(__u64 *ctx)
{
	struct cgroup *cgroup = (void *)ctx[0];
	__u64 address = 0;

	if (cgroup->root->hierarchy_id || bpf_probe_read_kernel(&address, sizeof(address), ctx))
		return 0;
#pragma clang loop unroll(full)
	for (int level = 0; level < DEEPEST; level++)
		if (address)
			address = send_cgroup_at(address);
	return 0;
}

/* Context: the task that creates the cgroup, before any process is in it. */
SEC("tp_btf/cgroup_mkdir")
int made(__u64 *ctx)
{
	return send_cgroup((void *)ctx[0]);
}

SEC("tp_btf/cgroup_mkdir")
int made_read(__u64 *ctx)
{
	return send_cgroup_read(ctx);
}

/* Context: the task that moves a process into the cgroup. */
SEC("tp_btf/cgroup_attach_task")
int entered(__u64 *ctx)
{
	return send_cgroup((void *)ctx[0]);
}

SEC("tp_btf/cgroup_attach_task")
int entered_read(__u64 *ctx)
{
	return send_cgroup_read(ctx);
}

/* The cgroup of the previous process: neighbours often share it. */
static __u64 latest;

/* Whether the process is in another cgroup than the previous one. */
static __always_inline bool is_elsewhere(const struct bpf_iter__task *ctx, const struct task_struct *task)
{
	return task->pid == task->tgid && (task->cgroups->dfl_cgrp->kn->id != latest || !ctx->meta->seq_num);
}

/* Context: the reader of the iterator; every task of its pid namespace in turn. */
SEC("iter/task")
int populated(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct cgroups_event e = {};
	struct cgroup *cgroup;
	__u64 leaf;

	if (!task || !is_elsewhere(ctx, task))
		return 0;
	cgroup = task->cgroups->dfl_cgrp;
	leaf = cgroup->kn->id;
#pragma clang loop unroll(full)
	for (int level = 0; level < DEEPEST; level++) {
		bool above = describe(&e, cgroup);

		if (!event_write(ctx->meta, &e, sizeof(e)))
			return 0;
		if (!above)
			break;
		cgroup = cgroup->self.parent->cgroup;
	}
	latest = leaf;
	return 0;
}

/* A buffer of the iterator, which has one reader. */
static struct cgroups_event described;

__noinline __u64 describe_next(__u64 address)
{
	return describe_at(&described, address);
}

/* Context: the reader of the iterator; every task of its pid namespace in turn. */
SEC("iter/task")
int populated_read(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u64 leaf, address = 0;

	if (!task || !is_elsewhere(ctx, task) || bpf_probe_read_kernel(&address, sizeof(address), &task->cgroups))
		return 0;
	address = (__u64)BPF_CORE_READ((struct css_set *)address, dfl_cgrp);
	leaf = task->cgroups->dfl_cgrp->kn->id;
#pragma clang loop unroll(full)
	for (int level = 0; level < DEEPEST; level++) {
		if (!address)
			continue;
		address = describe_next(address);
		if (!event_write(ctx->meta, &described, sizeof(described)))
			return 0;
	}
	latest = leaf;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
