/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.h: features of the running kernel, probed once and without side effects. */
#ifndef NETTRACE_KERNEL_KERNEL_H
#define NETTRACE_KERNEL_KERNEL_H

#include <stdbool.h>

struct kernel {
	bool sk_storage;    /* tracing programs may use socket storage (new in 5.11) */
	bool tag_slots;     /* new tags may be in slots (probes/tcp/tag_slots.bpf.h): true unless excluded */
	bool map_iterators; /* iterators may use a map: true unless excluded; see kernel_no_map_iterators() */
	bool task_btf;      /* bpf_get_current_task_btf() (new in 5.11) */
	bool cast;          /* bpf_rdonly_cast() (new in 6.2) */
	int no_trampolines; /* the reason: negative errno */
	bool trampolines; /* fentry and fexit load (not on kernels without ftrace), and no attach has failed for lack of
			     trampolines (arm64 before 6.4) */
};

/* Probes bpf() by creating a small map. Returns 0, or a negative errno: every later call would fail too. */
int kernel_bpf_usable(void);
/* Fills *kernel. Returns 0, or a negative errno if the kernel has no readable BTF (-ENOENT: not built in; -EPERM
 * ...). */
int kernel_detect(struct kernel *kernel);
/* Probes, once and on first use, whether an iterator can use a map (such as that of socket storage). Returns 0, or the
 * reason: negative errno. Some kernels forbid it by policy (seen on a 6.18) but allow other iterators. */
int kernel_no_map_iterators(void);
/* Attaches a program to a function for a moment, in each call. Returns 0 or a negative errno. */
int kernel_no_trampolines(void);
/* The number of arguments of a program's target on this kernel, by the section ("tp_btf/kfree_skb",
 * "fexit/inet_csk_accept"); 0 for an iterator. -1: no such target, or no means to attach; -ENOSYS: the kernel lacks a
 * function that the program calls; other negative errno: the target may not be attached. */
int kernel_arguments(const struct kernel *kernel, const char *program, const char *section);
/* lockdown=confidentiality: programs may not read kernel memory. False also if unknown. */
bool kernel_is_locked_down(void);
/* In a PID namespace other than the initial one, iterators see only its processes. False also if unknown. */
bool kernel_hides_processes(void);
/* A sentence with the remedy for `error` (negative errno) from loading or attaching, which depends on the privileges
 * and namespaces of this process. Valid until the next call. */
const char *kernel_remedy(int error);
/* The same for /proc/kallsyms if it hides the addresses. */
const char *kernel_symbols_remedy(void);

#endif
