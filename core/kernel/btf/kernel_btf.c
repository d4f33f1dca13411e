/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_btf.c: a subset of the kernel's BTF, and its substitution for libbpf's.
 *
 * libbpf loads all types of the kernel, to relocate the programs' reads and to find their attach targets. With this
 * module (linked with --wrap) it gets a few hundred types instead: those that share a name with a type of the object.
 * The subset numbers its types anew, so each program gets the kernel's own numbers on its way into the kernel. */
#include "core/kernel/btf/kernel_btf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "core/base/context.h"
#include "core/kernel/btf/subset.h"

/* One for each context. */
struct known_types {
	struct wanted wanted;
	struct btf_subset subset;
	struct btf *types; /* the subset, parsed by libbpf; NULL: none yet */
	struct btf *whole; /* NULL: not read yet, or ... */
	int whole_error;   /* ... why not */
};

static void end(void *memory)
{
	struct known_types *known = memory;

	btf__free(known->types);
	btf__free(known->whole);
	btf_subset_free(&known->subset);
	wanted_free(&known->wanted);
}

static struct known_types *known_types(void)
{
	return context_part(CONTEXT_BTF, sizeof(struct known_types), end);
}

struct btf *__real_btf__load_vmlinux_btf(void) __attribute__((weak)); /* unit tests link without --wrap */
struct btf *__wrap_btf__load_vmlinux_btf(void);

static void want(struct wanted *wanted, const char *text, uint32_t kind)
{
	wanted_add(wanted, text, strlen(text), 1U << kind);
}

/* Adds the attach target of a program in this section. */
static void want_target(struct wanted *wanted, const char *section)
{
	const char *target = strchr(section, '/');
	char name[128];

	if (!target)
		return;
	target++;
	if (!strncmp(section, "tp_btf/", 7)) {
		snprintf(name, sizeof(name), "btf_trace_%s", target);
		want(wanted, name, BTF_KIND_TYPEDEF);
	} else if (!strncmp(section, "iter/", 5)) {
		snprintf(name, sizeof(name), "bpf_iter_%s", target);
		want(wanted, name, BTF_KIND_FUNC);
	} else {
		want(wanted, target, BTF_KIND_FUNC);
	}
}

static void want_members(struct wanted *wanted, const struct btf *btf, const struct btf_type *type)
{
	for (int i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(btf, btf_members(type)[i].name_off);

		wanted_add(wanted, name, strlen(name), WANTED_MEMBER);
	}
}

void kernel_btf_want(const struct bpf_object *object)
{
	struct wanted *wanted = &known_types()->wanted;
	const struct btf *btf = bpf_object__btf(object);
	struct bpf_program *program;

	for (__u32 id = 1; btf && id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, type->name_off), *flavour = strstr(name, "___");
		size_t length = flavour ? (size_t)(flavour - name) : strlen(name);

		if (btf_is_composite(type) || btf_is_any_enum(type))
			wanted_add(wanted, name, length, 1U << btf_kind(type));
		if (btf_is_composite(type))
			want_members(wanted, btf, type);
		if (btf_is_func(type)) /* libbpf has given the called kernel functions the form of the object's own
					  functions */
			want(wanted, name, BTF_KIND_FUNC);
	}
	bpf_object__for_each_program(program, object) want_target(wanted, bpf_program__section_name(program));
}

struct btf *kernel_btf_load_all(void)
{
	return __real_btf__load_vmlinux_btf ? __real_btf__load_vmlinux_btf() : btf__load_vmlinux_btf();
}

struct btf *kernel_btf(void)
{
	struct known_types *known = known_types();

	if (!known->whole && !known->whole_error) {
		known->whole = kernel_btf_load_all();
		known->whole_error = known->whole ? 0 : errno;
	}
	/* libbpf returns ESRCH after it has searched every path, for any cause, such as exhausted memory. */
	if (known->whole_error == ESRCH) {
		known->whole = btf__parse(KERNEL_BTF_PATH, NULL);
		known->whole_error = known->whole ? 0 : errno;
	}
	errno = known->whole_error;
	return known->whole;
}

const struct btf *kernel_btf_subset(void)
{
	static const char *const ours[] = { KERNEL_FUNCTIONS };
	struct known_types *known = known_types();

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		want(&known->wanted, ours[i], BTF_KIND_FUNC);
	if (known->types && !known->wanted.changed)
		return known->types;
	btf__free(known->types);
	known->types = NULL;
	if (btf_subset_make(&known->subset, KERNEL_BTF_PATH, &known->wanted))
		known->types = btf__new(known->subset.bytes, known->subset.size);
	if (!known->types)
		btf_subset_free(&known->subset);
	return known->types ? known->types : kernel_btf();
}

void kernel_btf_free(void)
{
	context_part_end(CONTEXT_BTF);
	btf_find_unmap();
}

uint32_t kernel_btf_id(uint32_t id)
{
	const struct known_types *known = known_types();

	return known->types && id && id <= known->subset.count ? known->subset.ids[id - 1] : id;
}

void kernel_btf_casts(__u32 casts[CAST_ITEMS])
{
#define CAST_NAME(name) #name,
	static const char *const names[CAST_ITEMS] = { CAST_TYPES(CAST_NAME) };
	const struct btf *btf = kernel_btf_subset();

	for (size_t i = 0; i < CAST_ITEMS; i++) {
		int id = btf ? btf__find_by_name_kind(btf, names[i], BTF_KIND_STRUCT) : 0;

		casts[i] = id > 0 ? kernel_btf_id((uint32_t)id) : 0;
	}
}

/* Replaces libbpf's function. Each object gets a copy of its own, and frees it after loading. */
struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	const struct known_types *known = known_types();

	return kernel_btf_subset() == known->types && known->types ? btf__new(known->subset.bytes, known->subset.size)
								   : kernel_btf_load_all();
}

/* Type ids in the code need no relocation: they come from struct settings. */
void kernel_btf_relocate(struct bpf_insn *code, size_t count, struct bpf_prog_load_opts *options)
{
	if (!known_types()->types || options->attach_btf_obj_fd || options->attach_prog_fd)
		return;
	for (size_t i = 0; i < count; i++)
		if (code[i].code == (BPF_JMP | BPF_CALL) && code[i].src_reg == BPF_PSEUDO_KFUNC_CALL && !code[i].off)
			code[i].imm = (__s32)kernel_btf_id((__u32)code[i].imm);
	options->attach_btf_id = kernel_btf_id(options->attach_btf_id);
}
