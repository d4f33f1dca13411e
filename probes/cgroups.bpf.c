/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroups.bpf.c: the names of cgroups (v2): of those that have processes, that are made, that get a process.
 *
 * The kernel is asked and not /sys/fs/cgroup: inside a container that is only its own part of the tree, and a cgroup
 * may be gone again before anybody has looked. */
#include "probes/lib/iterate.bpf.h"

#define DEEPEST 24 /* levels; of what is deeper the upper end stays unknown */

/* Into e what is known of the cgroup. False: it has none above it. */
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

/* The same before 5.13, where no helper copies strings: of the cgroup at this address. The address of the one above; 0:
 * there is none. */
static __always_inline __u64 describe_at(struct cgroups_event *e, __u64 address)
{
	struct cgroup *cgroup = (void *)address, *above = BPF_CORE_READ(cgroup, self.parent, cgroup);

	e->common.cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	bpf_probe_read_kernel_str(e->name, sizeof(e->name), BPF_CORE_READ(cgroup, kn, name));
	e->parent = above ? BPF_CORE_READ(above, kn, id) : 0;
	return (__u64)above;
}

/* Nobody waits for a name: the ring is looked at when rows are printed. (A wake-up that depends on what waits makes two
 * paths of each level; 6.1 then follows more of them than it accepts.) */
static __always_inline void send(struct cgroups_event *e)
{
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
}

/* Those above may have been empty until now: then nobody has told them yet. */
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

/* A function of a number is verified once; in the loop, 5.10 would follow every branch of every level. */
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

/* ctx[0] is the cgroup; read as memory it is a number. */
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

/* Context: the task that makes the cgroup; no process is in it yet. */
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

/* Context: the task that moves one into the cgroup. */
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

/* The leaf of the process before: neighbours often share it. */
static __u64 latest;

/* The process has a leaf that the one before had not. */
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

/* What the iterator describes: it has one reader. */
static struct cgroups_event described;

__noinline __u64 describe_next(__u64 address)
{
	return describe_at(&described, address);
}

/* Context: as above. */
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
