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
	"bpf_sk_storage_get_tracing", "bpf_get_current_task_btf", "bpf_rdonly_cast", "bpf_dynptr_from_skb",            \
		"tcp_set_state", "bpf_iter_bpf_sk_storage_map"

/* Adds what the object uses: types and their members, attach targets of its programs, kernel functions that they call.
 * The objects of a context add up. */
void kernel_btf_want(const struct bpf_object *object);
/* The wanted types so far; valid until more are wanted. Where the kernel's BTF cannot be reduced: all types. NULL with
 * errno: no readable BTF. */
const struct btf *kernel_btf_subset(void);
/* All types of the running kernel, as libbpf loads them: 6 MB. The caller frees them. NULL with errno: no readable
 * BTF. */
struct btf *kernel_btf_load_all(void);
/* All types of the running kernel, 6 MB, loaded on first use and cached. NULL with errno: no readable BTF. Programs
 * need kernel_btf_subset() only. */
struct btf *kernel_btf(void);
/* Frees everything; later calls read the file again. For use between runs, while nothing is loading or looking up
 * types. */
void kernel_btf_free(void);
/* The kernel's id of a type in the subset. */
uint32_t kernel_btf_id(uint32_t subset_id);
/* Replaces ids of the subset by the kernel's: of the attach target, and of called kernel functions. */
void kernel_btf_relocate(struct bpf_insn *code, size_t count, struct bpf_prog_load_opts *options);
/* The kernel's ids of the wanted structs of enum cast_type, for struct settings. */
void kernel_btf_casts(__u32 casts[CAST_ITEMS]);

#endif
