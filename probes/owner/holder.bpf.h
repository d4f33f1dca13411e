/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holder.bpf.h: the processes that have a socket in their table of descriptors. Each row checks its owner this way. So
 * no program runs for a message, and it does not matter in which way a socket changed hands. */
#ifndef NETTRACE_PROBES_OWNER_HOLDER_BPF_H
#define NETTRACE_PROBES_OWNER_HOLDER_BPF_H

#include "probes/lib/descriptor.bpf.h"

#define HOLDER_LOOKS 32 /* descriptors that a search reads */

/* Results of holder_descriptor(); otherwise a descriptor. */
enum {
	HOLDER_NOT = -1,  /* the process does not have the file */
	HOLDER_ENDS = -2, /* unknown: the process is exiting, or uses io_uring, which has tables of its own */
};

/* The first argument of the system call: the descriptor, in each call that makes current an owner, except accept(). */
static __always_inline __u16 current_descriptor(void)
{
	struct pt_regs *regs;

	if (!settings.has_cast)
		return 0;
	regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	return (__u16)SYSCALL_FIRST(regs);
}

/* The number at an address. The verifier allows no arithmetic on pointers. */
static __always_inline __u64 word_at(__u64 address)
{
	return KPTR(RUNG_CAST, address, linux_mib)->mibs[0];
}

/* The address of a socket's file. 0: none: not accepted yet, closed, or a kernel socket. */
static __always_inline __u64 socket_file(const struct sock *trusted)
{
	const struct socket *socket = KPTR(RUNG_CAST, trusted, sock)->sk_socket;

	return socket ? word_at((__u64)&socket->file) : 0;
}

static __always_inline __s64 file_references(__u64 file)
{
	if (bpf_core_field_exists(struct file___old, f_count))
		return ((struct file___old *)KPTR(RUNG_CAST, file, file))->f_count.counter;
	return KPTR(RUNG_CAST, file, file)->f_ref.refcnt.counter + 1;
}

/* 1: equal; else 0. Without a branch: the verifier checks everything after a branch twice. */
static __always_inline __u64 same_word(__u64 a, __u64 b)
{
	__u64 difference = a ^ b, differs = difference | -difference;

	barrier_var(differs);
	differs = 1 - (differs >> 63);
	barrier_var(differs);
	return differs;
}

/* Adds one descriptor to the result of holder_count(). Beyond the table's end nothing counts. */
static __always_inline __u64 holder_add(__u64 found, __u64 descriptors, __u64 most, __u64 fd, __u64 file)
{
	__u64 same = same_word(word_at(descriptors + fd * sizeof(void *)), file), inside = fd - most;

	barrier_var(inside);
	inside >>= 63;
	barrier_var(inside);
	same &= inside;
	barrier_var(same);
	return ((found & ~(-same << 32)) + same) | (fd & -same) << 32;
}

/* The number of descriptors that lead to the file (low half), and the last of them (high half), among the first ones
 * and some around the guess. descriptors: address of the table's first; most: their number. Takes numbers only, so the
 * verifier walks it once. */
__noinline __u64 holder_count(__u64 descriptors, __u64 most, __u64 file, __u32 guess)
{
	__s64 skip = (__s64)guess - HOLDER_LOOKS / 4 * 3;
	__u64 found = 0;

	if (!settings.has_cast)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < HOLDER_LOOKS / 2; i++)
		found = holder_add(found, descriptors, most, i, file);
	barrier_var(skip); /* not less than 0, without a branch */
	skip &= ~(skip >> 63);
	skip += HOLDER_LOOKS / 2;
	barrier_var(skip);
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < HOLDER_LOOKS / 2; i++)
		found = holder_add(found, descriptors, most, i + (__u64)skip, file);
	return found;
}

/* The descriptor of a process for the file. thread, start: address of its first thread, and its start time. guess: a
 * probable descriptor. Takes numbers only, so the verifier checks it once. Context: any. */
__noinline int holder_descriptor(__u64 thread, __u64 start, __u64 file, __u32 guess)
{
	struct task_struct *task;
	struct fdtable *table;
	__u64 descriptors, found;

	if (!settings.has_cast)
		return HOLDER_ENDS;
	task = KPTR(RUNG_CAST, thread, task_struct);
	if (task->start_boottime != start)
		return HOLDER_NOT;
	if (!task->files)
		return HOLDER_ENDS;
	table = task->files->fdt;
	descriptors = word_at((__u64)&table->fd);
	if (guess < table->max_fds && word_at(descriptors + guess * sizeof(void *)) == file)
		return (int)guess;
	found = holder_count(descriptors, table->max_fds, file, guess);
	if ((__u32)found)
		return (int)(found >> 32);
	return bpf_core_field_exists(struct task_struct, io_uring) && task->io_uring ? HOLDER_ENDS : HOLDER_NOT;
}

/* 1: all references to the file are descriptors of this process. A blocked call (poll(), a read of another thread)
 * counts as a reference too. Takes numbers only. Context: any. */
__noinline int holder_is_alone(__u64 thread, __u64 file, __u32 guess)
{
	struct fdtable *table;

	if (!settings.has_cast)
		return 0;
	table = KPTR(RUNG_CAST, thread, task_struct)->files->fdt;
	return (__s64)(__u32)holder_count(word_at((__u64)&table->fd), table->max_fds, file, guess) >=
	       file_references(file);
}

#endif
