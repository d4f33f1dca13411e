/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_task.h: the kernel structs of tasks, files, system calls, io_uring and iterators; continues kernel.h. */
#ifndef NETTRACE_PROBES_KERNEL_KERNEL_TASK_H
#define NETTRACE_PROBES_KERNEL_KERNEL_TASK_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct inode {
	unsigned short i_mode;
};

typedef struct {
	__s64 counter;
} atomic64_t;

typedef struct {
	atomic64_t refcnt;
} file_ref_t;

struct file {
	struct inode *f_inode;
	void *private_data;
	file_ref_t f_ref; /* new in 6.13; the number of references minus one */
};

struct file___old {
	atomic64_t f_count; /* the number of references */
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
	unsigned int next_fd; /* start of the search for a free descriptor: mostly after the latest one */
};

struct cred {
	kuid_t uid;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct thread_info {
	__u32 status; /* x86 */
};

struct task_struct {
	struct thread_info thread_info;
	int pid;
	int tgid;
	unsigned int flags;
	int exit_code; /* set when its exit begins; the low bits are the signal */
	char comm[16];
	__u64 start_boottime; /* of its process, for the first thread */
	struct task_struct *group_leader;
	const struct cred *cred;
	struct files_struct *files;
	struct io_uring_task *io_uring; /* NULL: the thread uses none */
	struct css_set *cgroups;
	struct nsproxy *nsproxy;
};

struct socket {
	unsigned long flags;
	struct file *file; /* NULL: a kernel socket */
	struct sock *sk;
};

#if defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
};
#endif

struct pt_regs {
#if defined(__TARGET_ARCH_x86)
	unsigned long orig_ax, di, si, dx;
#elif defined(__TARGET_ARCH_arm64)
	struct user_pt_regs user_regs;
	__u64 orig_x0;
	int syscallno;
#elif defined(__TARGET_ARCH_s390)
	unsigned long gprs[16];
	unsigned long orig_gpr2;
	unsigned int int_code;
#endif
};

struct io_uring_cqe {
	__s32 res;
};

struct io_kiocb {
	struct file *file; /* the operation's file */
	__u8 opcode;
};

struct io_accept { /* at the start of struct io_kiocb */
	__u32 file_slot;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id; /* unique for each walk */
	__u64 seq_num;    /* the number of elements before this one */
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct sock *sk;
	void *value;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};

struct bpf_iter__udp {
	struct bpf_iter_meta *meta;
	struct udp_sock *udp_sk;
};

#pragma clang attribute pop

#endif
