/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.c: features of the running kernel. */
#include "core/kernel/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "core/base/context.h"
#include "core/kernel/btf/kernel_btf.h"
#include "core/kernel/cgroup_root.h"
#include "core/kernel/tracepoint_id.h"

#define CAST  "_cast"       /* suffix of programs that call bpf_rdonly_cast() ... */
#define WHOLE "_whole_cast" /* ... and bpf_dynptr_from_skb() */

/* Features that a loaded program has shown. */
struct features {
	bool asked;
	int no_map_iterators;
};

static bool has_function(const struct btf *btf, const char *name)
{
	return btf && btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

/* Loads "return 0" for a kernel function, and may attach it for a moment. Returns 0 or a negative errno. */
static int try_program(const struct btf *btf, enum bpf_attach_type type, const char *function, bool attaches)
{
	const struct bpf_insn instructions[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int target = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = type);
	int fd, link = 0, error = 0;

	if (target <= 0)
		return -ENOENT;
	options.attach_btf_id = (__u32)target;
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "nettrace_try", "GPL", instructions,
			   sizeof(instructions) / sizeof(instructions[0]), &options);
	if (fd < 0)
		return fd;
	if (attaches)
		link = bpf_raw_tracepoint_open(NULL, fd);
	if (link < 0)
		error = link;
	else if (link)
		close(link);
	close(fd);
	return error;
}

/* A function that every kernel with TCP has. Only a load shows trampolines: the program type always exists, but the
 * architecture or the build may lack them (EPERM, ENOTSUPP). */
#define TRACED "tcp_set_state"

int kernel_no_trampolines(void)
{
	return try_program(kernel_btf_subset(), BPF_TRACE_FEXIT, TRACED, true);
}

int kernel_no_map_iterators(void)
{
	struct features *known = context_part(CONTEXT_FEATURES, sizeof(struct features), NULL);

	if (!known->asked)
		known->no_map_iterators =
			try_program(kernel_btf_subset(), BPF_TRACE_ITER, "bpf_iter_bpf_sk_storage_map", false);
	known->asked = true;
	return known->no_map_iterators;
}

int kernel_bpf_usable(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "nettrace_try", sizeof(__u32), sizeof(__u32), 1, NULL);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int kernel_detect(struct kernel *kernel)
{
	const struct btf *btf = kernel_btf_subset();

	memset(kernel, 0, sizeof(*kernel));
	if (!btf)
		return -errno;
	/* bpf_sk_storage_get() for tracing programs, and bpf_get_current_task_btf(), are new in 5.11 (commits
	 * 8e4597c627fb, 3ca1032ab7ab); functions of these names implement them. */
	kernel->sk_storage = has_function(btf, "bpf_sk_storage_get_tracing");
	kernel->tag_slots = true;
	kernel->map_iterators = true;
	kernel->task_btf = has_function(btf, "bpf_get_current_task_btf");
	kernel->cast = has_function(btf, "bpf_rdonly_cast"); /* commit a35b9af4ec2c, new in 6.2 */
	/* Loads only: to attach and detach one would double the time to start. core/bpf/attach.c notices a failure. */
	kernel->no_trampolines = try_program(btf, BPF_TRACE_FEXIT, TRACED, false);
	kernel->trampolines = !kernel->no_trampolines;
	return 0;
}

/* Replaces libbpf's function (linked with --wrap). To find a kfunc or type that vmlinux lacks, libbpf lists the types
 * of modules, which needs CAP_SYS_ADMIN. Without it libbpf fails to load the object, even for a weak kfunc. No program
 * here uses a type of a module, so this function reports no modules. */
int __wrap_bpf_btf_get_next_id(__u32 start, __u32 *next);

int __wrap_bpf_btf_get_next_id(__u32 start, __u32 *next)
{
	(void)start;
	(void)next;
	errno = ENOENT;
	return -ENOENT;
}

static int prototype_arguments(const struct btf *btf, __u32 prototype)
{
	const struct btf_type *type = btf__type_by_id(btf, prototype);

	return type && btf_is_func_proto(type) ? btf_vlen(type) : -1;
}

static int tracepoint_arguments(const struct btf *btf, const char *name)
{
	char type_name[128];
	const struct btf_type *type;
	int id, count;

	snprintf(type_name, sizeof(type_name), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, type_name, BTF_KIND_TYPEDEF);
	if (id < 0)
		return -1;
	type = btf__type_by_id(btf, btf__type_by_id(btf, (__u32)id)->type); /* typedef -> pointer */
	if (!type || !btf_is_ptr(type))
		return -1;
	count = prototype_arguments(btf, type->type);
	return count < 0 ? -1 : count - 1; /* the first parameter is the tracepoint's own void * */
}

static int function_arguments(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	return id < 0 ? -1 : prototype_arguments(btf, btf__type_by_id(btf, (__u32)id)->type);
}

/* The arguments at the end of system calls, from a list of their names (core/bpf/syscalls.h): those of
 * tp_btf/sys_exit. */
static int syscall_arguments(const char *names)
{
	char first[64];
	int id;

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(names, ","), names);
	id = tracepoint_id(first);
	if (id < 0)
		return id == -ENOENT ? -1 : id;
	return tracepoint_arguments(kernel_btf_subset(), "sys_exit");
}

/* Programs at the root of cgroup v2 need its directory. */
static int cgroup_arguments(void)
{
	int fd = cgroup_root_open();

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static bool ends_with(const char *program, const char *suffix)
{
	size_t length = strlen(program);

	return length > strlen(suffix) && !strcmp(program + length - strlen(suffix), suffix);
}

int kernel_arguments(const struct kernel *kernel, const char *program, const char *section)
{
	const char *target = strchr(section, '/');
	char iterator[128];

	if (!target)
		return -1;
	/* New in 6.2. The verifier would reject it too, after much work. */
	if (ends_with(program, CAST) && !kernel->cast)
		return -ENOSYS;
	/* New in 6.4; the verifier allows it for tracepoints from 6.12 on. */
	if (ends_with(program, WHOLE) && !has_function(kernel_btf_subset(), "bpf_dynptr_from_skb"))
		return -ENOSYS;
	if (!strncmp(section, "cgroup", 6))
		return cgroup_arguments();
	target++;
	if (!strncmp(section, "tp_btf/", 7))
		return tracepoint_arguments(kernel_btf_subset(), target);
	if (!strncmp(section, "tp/", 3))
		return syscall_arguments(target);
	if (!strncmp(section, "iter/", 5)) {
		snprintf(iterator, sizeof(iterator), "bpf_iter_%s", target);
		if (!has_function(kernel_btf_subset(), iterator))
			return -1;
		if (strcmp(target, "bpf_sk_storage_map"))
			return 0;
		return kernel->map_iterators ? kernel_no_map_iterators() : -EPERM;
	}
	if ((!strncmp(section, "fentry/", 7) || !strncmp(section, "fexit/", 6)) && !kernel->trampolines)
		return -1;
	return function_arguments(kernel_btf_subset(), target);
}
