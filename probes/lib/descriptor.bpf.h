/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptor.bpf.h: the socket behind a file descriptor of current, at the end of a system call. */
#ifndef NETTRACE_PROBES_LIB_DESCRIPTOR_BPF_H
#define NETTRACE_PROBES_LIB_DESCRIPTOR_BPF_H

#include "probes/lib/pinned.bpf.h"
#include "probes/lib/reading.bpf.h"
#include "probes/lib/socket.bpf.h"
#include "probes/lib/task.bpf.h"

/* The number and the arguments of a system call, from the arguments of tp_btf/sys_exit, where they are still intact. */
#if defined(__TARGET_ARCH_x86)
#define SYSCALL_NUMBER(regs) ((long)(regs)->orig_ax)
#define SYSCALL_FIRST(regs)  ((regs)->di)
#define SYSCALL_SECOND(regs) ((regs)->si)
#define SYSCALL_THIRD(regs)  ((regs)->dx)
#define NR_read              0
#define NR_connect           42
#define NR_accept            43
#define NR_listen            50
#define NR_accept4           288
#elif defined(__TARGET_ARCH_arm64)
#define SYSCALL_NUMBER(regs) ((long)(regs)->syscallno)
#define SYSCALL_FIRST(regs)  ((regs)->orig_x0)
#define SYSCALL_SECOND(regs) ((regs)->user_regs.regs[1])
#define SYSCALL_THIRD(regs)  ((regs)->user_regs.regs[2])
#define NR_read              63
#define NR_listen            201
#define NR_accept            202
#define NR_connect           203
#define NR_accept4           242
#elif defined(__TARGET_ARCH_s390)
#define SYSCALL_NUMBER(regs) ((long)((regs)->int_code & 0xffff))
#define SYSCALL_FIRST(regs)  ((regs)->orig_gpr2)
#define SYSCALL_SECOND(regs) ((regs)->gprs[3])
#define SYSCALL_THIRD(regs)  ((regs)->gprs[4])
#define NR_read              3
#define NR_connect           362
#define NR_listen            363
#define NR_accept4           364
#define NR_accept            NR_accept4 /* has no accept() */
#endif

#define PF_EXITING   0x00000004 /* include/linux/sched.h */
#define PF_IO_WORKER 0x00000010
#define TS_COMPAT    0x0002 /* arch/x86/include/asm/thread_info.h: within a system call of a 32-bit program */
#define S_IFMT       0170000
#define S_IFSOCK     0140000

/* A program of section "tp/NAMES" (core/bpf/syscalls.h) runs at the end of these system calls only; one of
 * tp_btf/sys_exit runs at the end of every system call. Makes the latter's arguments from the former's. */
#define SYSCALL_ENDED(ctx)                                                                                             \
	{                                                                                                              \
		(__u64) bpf_task_pt_regs(bpf_get_current_task_btf()), (ctx)[2]                                         \
	}

/* Whether this system call of current has ended. 32-bit programs have other numbers and are not followed: on x86, 50 is
 * listen() in one table and getgid16() in the other. */
static __always_inline bool is_call(struct pt_regs *regs, long number, const int rung)
{
	__u32 status;

	if (SYSCALL_NUMBER(regs) != number)
		return false;
	if (!bpf_core_field_exists(struct thread_info, status))
		return true;
	if (rung == RUNG_CAST)
		status = bpf_get_current_task_btf()->thread_info.status;
	else
		status = BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), thread_info.status);
	return !(status & TS_COMPAT);
}

/* The socket of an open file, for KREAD() only: socket storage does not accept it. NULL: no socket. */
static __always_inline struct sock *file_sock(struct file *file, const int rung)
{
	struct inode *inode;
	struct socket *socket;

	if (!file)
		return NULL;
	inode = KPTR(rung, KREAD(rung, file, f_inode), inode);
	if ((KREAD(rung, inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = KPTR(rung, KREAD(rung, file, private_data), socket);
	return KPTR(rung, KREAD(rung, socket, sk), sock);
}

/* The socket of a descriptor in current's table. Context: a task. */
static __always_inline struct sock *descriptor_sock(long fd, const int rung)
{
	struct list_head *slot; /* any kernel type that starts with a pointer */
	struct fdtable *table;

	if (fd < 0)
		return NULL;
	if (rung == RUNG_CAST)
		table = KPTR(rung, bpf_get_current_task_btf(), task_struct)->files->fdt;
	else
		table = BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), files, fdt);
	if ((unsigned long)fd >= KREAD(rung, table, max_fds))
		return NULL;
	slot = KPTR(rung, (__u64)KREAD(rung, table, fd) + (__u64)fd * sizeof(void *), list_head);
	return file_sock(KPTR(rung, KREAD(rung, slot, next), file), rung);
}

/* Fills the event with namespace, cgroup, family and ends of a full socket that was found by its descriptor. */
static __always_inline void event_from_fd(struct event *e, struct sock *sk, const int rung)
{
	if (rung == RUNG_CAST) {
		event_place(e, sk);
		event_ends(e, &sk->__sk_common);
		if (!e->lport) /* closed: as socket_lport() */
			e->lport = bpf_ntohs(KPTR(rung, sk, inet_sock)->inet_sport);
		return;
	}
	e->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	e->protocol = protocol_number(BPF_CORE_READ(sk, sk_protocol));
	if (bpf_core_field_exists(struct sock_cgroup_data, cgroup))
		e->cgroup_id = BPF_CORE_READ(sk, sk_cgrp_data.cgroup, kn, id);
	else
		e->cgroup_id = bpf_get_current_cgroup_id();
	e->lport = bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
	e->rport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6) {
		e->family = 6;
		BPF_CORE_READ_INTO((struct in6_addr *)e->laddr, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO((struct in6_addr *)e->raddr, sk, __sk_common.skc_v6_daddr);
	} else {
		e->family = 4;
		address_v4(e->laddr, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
		address_v4(e->raddr, BPF_CORE_READ(sk, __sk_common.skc_daddr));
	}
}

/* Sets current as the event's owner: for system calls, where current is the caller. */
static __always_inline void event_current(struct event *e)
{
	struct who who;

	who_is_current(&who);
	e->pid = who.pid;
	e->tid = who.tid;
	e->uid = who.uid;
	e->owner = OWNER_EXACT;
	e->mntns_listed = mntns_is_listed(current_mntns());
	__builtin_memcpy(e->comm, who.comm, sizeof(e->comm));
}

/* The same for a worker thread of io_uring, which acts for its process. */
static __always_inline void event_of_worker(struct event *e)
{
	if (settings.has_task_btf && (bpf_get_current_task_btf()->flags & PF_IO_WORKER))
		e->tid = e->pid;
}

#endif
