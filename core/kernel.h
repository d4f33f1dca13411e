/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.h: what the running kernel can do, asked once and without side effects. */
#ifndef NETTRACE_KERNEL_QUESTIONS_H
#define NETTRACE_KERNEL_QUESTIONS_H

#include <stdbool.h>

struct btf;

#define KERNEL_TYPES "/sys/kernel/btf/vmlinux"

struct kernel {
	const struct btf *btf; /* the kernel's own types; NULL: none */
	bool sk_storage;       /* tracing programs may use socket storage (5.11) */
	bool task_btf;         /* bpf_get_current_task_btf() (5.11) */
	int no_trampolines;    /* why not: negative errno */
	bool trampolines;      /* fentry and fexit load (not everywhere: arm64 before 6.0, kernels without ftrace) */
};

/* The running kernel's BTF, loaded on first use and kept; NULL with errno: there is none to read. */
struct btf *kernel_btf(void);
/* bpf() answers to this process, by making a small map. 0; or a negative errno: whatever comes would fail. */
int kernel_hears(void);
/* Fills *kernel. 0; or a negative errno when the kernel has no BTF to read (-ENOENT: not built in; -EPERM ...). */
int kernel_ask(struct kernel *kernel);
/* How many arguments the target of a program section takes on this kernel ("tp_btf/kfree_skb", "fexit/inet_csk_accept",
 * "kprobe/tcp_drop"); 0 for an iterator; -1: there is no such target, or no means to reach it. */
int kernel_arguments(const struct kernel *kernel, const char *section);
/* lockdown=confidentiality: programs may not read the kernel's memory. False where there is no telling. */
bool kernel_is_locked_down(void);
/* In a pid namespace of our own, iterators see only its processes. False where there is no telling. */
bool kernel_hides_processes(void);
/* The sentence that tells a user what to do about `error` (negative errno) from loading or attaching; it looks at what
 * this process may and where it is. Good until the next call. */
const char *kernel_remedy(int error);

#endif
