/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_btf.h: a subset of the kernel's BTF: the types that BPF objects need, with new type IDs. */
#ifndef NETTRACE_KERNEL_BTF_KERNEL_BTF_H
#define NETTRACE_KERNEL_BTF_KERNEL_BTF_H

#include <stddef.h>
#include <stdint.h>

#include "probes/wire.h"

struct bpf_insn;
struct bpf_object;
struct bpf_prog_load_opts;
struct btf;

#define KERNEL_BTF_PATH "/sys/kernel/btf/vmlinux"
/* The functions that kernel_detect() of core/kernel/kernel.c looks for. */
#define KERNEL_FUNCTIONS                                                                                               \
	"bpf_sk_storage_get_tracing", "bpf_get_current_task_btf", "bpf_rdonly_cast", "tcp_set_state",                  \
		"bpf_iter_bpf_sk_storage_map"

/* Takes note of what the object touches: types and their members, what its programs are attached to, functions that
 * they call. All objects of a context add up. */
void kernel_btf_want(const struct bpf_object *object);
/* The types that are wanted so far, kept until more are. Where the kernel's BTF is such that it cannot be shortened,
 * all of it. NULL, errno: there is none to read. */
const struct btf *kernel_btf_subset(void);
/* All of them, as libbpf reads them: 6 MB. The caller frees them. NULL: errno. */
struct btf *kernel_btf_load_all(void);
/* All of the running kernel's BTF, 6 MB in memory, loaded on first use and kept; NULL with errno: there is none to
 * read. Programs need kernel_btf_subset() only. */
struct btf *kernel_btf(void);
/* What was read is forgotten, and will be read anew: between runs, when nothing is loaded or looked up. */
void kernel_btf_free(void);
/* The kernel's number of what has this one in the brief types. */
uint32_t kernel_btf_id(uint32_t subset_id);
/* Gives a program, on its way into the kernel, the kernel's numbers of what it is attached to and of the functions of
 * the kernel that it calls. */
void kernel_btf_relocate(struct bpf_insn *code, size_t count, struct bpf_prog_load_opts *options);
/* The kernel's numbers of the structs that are wanted of those in enum cast_type, for struct settings. */
void kernel_btf_casts(__u32 casts[CAST_ITEMS]);

#endif
