/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_programs.c: the BPF object of every tool against its tables, without loading it. */
#include "every_tool.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "core/bpf/counters.h"
#include "core/bpf/plan.h"
#include "core/bpf/object.h"
#include "core/model/owner_hooks.h"

static struct bpf_object *object_of(const struct tool *tool)
{
	struct bpf_object *object = object_open(tool);

	check(object, tool, "its BPF object");
	return object;
}

static bool has_program(void *object, const char *program)
{
	return bpf_object__find_program_by_name(object, program);
}

/* All hooks of the tool; valid until the call for another one. */
static const struct hook *hooks_of(const struct tool *tool)
{
	static struct hook hooks[HOOK_ITEMS + 1];
	static const struct tool *of;
	struct bpf_object *object;

	if (of == tool)
		return hooks;
	object = object_of(tool);
	tool_hooks(hooks, tool, has_program, object);
	bpf_object__close(object);
	of = tool;
	return hooks;
}

static bool is_iterator(const struct bpf_program *program)
{
	return !strncmp(bpf_program__section_name(program), "iter", 4);
}

static void check_hook(const struct tool *tool, const struct hook *hook, const struct bpf_object *object)
{
	check(hook->alts[0], tool, hook->name);
	for (int alt = 0; alt < ALT_ITEMS && hook->alts[alt]; alt++) {
		const struct bpf_program *program = bpf_object__find_program_by_name(object, hook->alts[alt]);

		check(program, tool, hook->alts[alt]);
		check(is_iterator(program) == (hook->use != ATTACH), tool, hook->alts[alt]);
		/* A refused program must be in one place of the plan only. */
		for_each (hook, other, hooks_of(tool)) {
			for (int i = 0; i < ALT_ITEMS && other->alts[i]; i++)
				check((other == hook && i == alt) || strcmp(other->alts[i], hook->alts[alt]), tool,
				      hook->alts[alt]);
		}
	}
}

static void hooks_name_programs(void **state)
{
	const struct tool *tool = *state;
	struct bpf_object *object = object_of(tool);
	size_t count = 0;

	for_each (hook, hook, hooks_of(tool)) {
		check_hook(tool, hook, object);
		count++;
	}
	check(count && count <= HOOK_ITEMS, tool, "number of hooks");
	bpf_object__close(object);
}

/* Whether a table's program, or the second of its pair, has this name. */
static bool is_program(const char *name, const char *program)
{
	size_t length = strlen(name);

	return !strncmp(name, program, length) && (!program[length] || !strcmp(program + length, "_nested"));
}

static bool is_named(const struct tool *tool, const char *program)
{
	for_each (hook, hook, hooks_of(tool)) {
		for (int alt = 0; alt < ALT_ITEMS && hook->alts[alt]; alt++) {
			if (is_program(hook->alts[alt], program))
				return true;
		}
	}
	return false;
}

/* A program that no hook names is never loaded. */
static void programs_have_hooks(void **state)
{
	const struct tool *tool = *state;
	struct bpf_object *object = object_of(tool);
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		const char *name = bpf_program__name(program);

		check(is_named(tool, name), tool, name);
	}
	bpf_object__close(object);
}

/* --without and --rung accept kinds of programs: exactly those in use. */
static void kinds_are_known(void **state)
{
	const struct tool *tool = *state;
	struct bpf_object *object = object_of(tool);
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		const char *section = bpf_program__section_name(program);
		char kind[32], known[32];

		snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(section, "/"), section);
		check(!exclusions_known_rungs(known, sizeof(known), kind, tool), tool, section);
	}
	bpf_object__close(object);
}

/* A tool with owners follows its sockets through hooks that come with the subject, and lists none of them itself. Rows
 * for accepted connections belong to current, and update the tags as the owners' own hook would. */
static void owner_hooks_follow(void **state)
{
	const struct tool *tool = *state;
	struct bpf_object *object = object_of(tool);
	bool keeps = bpf_object__find_map_by_name(object, "tags") || bpf_object__find_map_by_name(object, "owners");
	bool accepts = bpf_object__find_program_by_name(object, "accept_cast") != NULL;
	size_t seeds = 0, names = 0;

	bpf_object__close(object);
	check(keeps || accepts || strncmp(tool->name, "tcp", 3), tool, "owners");
	for_each (hook, hook, hooks_of(tool)) {
		seeds += !strcmp(hook->name, "open sockets");
		names += !strcmp(hook->name, "task_rename");
	}
	check(seeds == keeps && names == keeps, tool, "hooks that keep owners");
	for_each (hook, hook, tool->hooks)
		check(strncmp(hook->alts[0], "owner_", 6), tool, hook->name);
	check(!tool_hook(tool, "open sockets"), tool, "open sockets");
}

/* core/bpf/parallel_load.c answers libbpf's probes for kinds of types newer than 5.6: no object may contain them. And
 * the BTF of every object must be longer than such a probe. */
static void types_are_old(void **state)
{
	const struct tool *tool = *state;
	struct bpf_object *object = object_of(tool);
	const struct btf *btf = bpf_object__btf(object);
	__u32 size = 0;

	for (__u32 id = 1; id < btf__type_cnt(btf); id++)
		check(btf_kind(btf__type_by_id(btf, id)) <= BTF_KIND_DATASEC, tool, "a kind of type that is too new");
	btf__raw_data(btf, &size);
	check(size > 1024, tool, "size of its BTF");
	bpf_object__close(object);
}

/* ---- functions that programs call, directly and through others, from the ELF file ---- */

struct object {
	const char *file, *strings;
	const Elf64_Ehdr *head;
	const Elf64_Shdr *sections;
	const Elf64_Sym *symbols;
	size_t n_symbols;
};

static struct object elf_of(const struct tool *tool)
{
	static const struct tool *of;
	static char *file;
	struct object object;
	size_t size;

	if (of != tool) {
		free(file);
		file = object_unpack(tool, &size);
		of = tool;
	}
	check(file, tool, "unpacking");
	object = (struct object){ .file = file, .head = (const void *)file };
	object.sections = (const void *)(object.file + object.head->e_shoff);
	check(!memcmp(object.head->e_ident, ELFMAG, SELFMAG) && object.head->e_machine == EM_BPF, tool, "object");
	for (int i = 0; i < object.head->e_shnum; i++) {
		const Elf64_Shdr *section = &object.sections[i];

		if (section->sh_type != SHT_SYMTAB)
			continue;
		object.symbols = (const void *)(object.file + section->sh_offset);
		object.n_symbols = section->sh_size / sizeof(*object.symbols);
		object.strings = object.file + object.sections[section->sh_link].sh_offset;
	}
	check(object.symbols, tool, "symbols");
	return object;
}

static const Elf64_Sym *function_at(const struct object *object, int section, uint64_t offset)
{
	for (size_t i = 0; i < object->n_symbols; i++) {
		const Elf64_Sym *symbol = &object->symbols[i];

		if (ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_shndx == section &&
		    symbol->st_value == offset)
			return symbol;
	}
	fail_msg("no function at %llu of section %d", (unsigned long long)offset, section);
	return NULL;
}

static const Elf64_Sym *function_named(const struct object *object, const char *name)
{
	for (size_t i = 0; i < object->n_symbols; i++) {
		const Elf64_Sym *symbol = &object->symbols[i];

		if (ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && !strcmp(object->strings + symbol->st_name, name))
			return symbol;
	}
	fail_msg("no function %s", name);
	return NULL;
}

/* The symbol relocated at this offset of a section, or NULL. */
static const Elf64_Sym *relocated(const struct object *object, int section, uint64_t offset)
{
	for (int i = 0; i < object->head->e_shnum; i++) {
		const Elf64_Shdr *table = &object->sections[i];
		const Elf64_Rel *rows = (const void *)(object->file + table->sh_offset);

		if (table->sh_type != SHT_REL || table->sh_info != (Elf64_Word)section)
			continue;
		for (size_t row = 0; row < table->sh_size / sizeof(*rows); row++)
			if (rows[row].r_offset == offset)
				return &object->symbols[ELF64_R_SYM(rows[row].r_info)];
	}
	return NULL;
}

/* The function of this object that the instruction calls; NULL: a kernel function. */
static const Elf64_Sym *callee(const struct object *object, int section, uint64_t offset, const struct bpf_insn *call)
{
	const Elf64_Sym *symbol = relocated(object, section, offset);
	uint64_t far = (uint64_t)(call->imm + 1) * sizeof(*call);

	if (!symbol)
		return function_at(object, section, offset + far);
	return symbol->st_shndx == SHN_UNDEF ? NULL : function_at(object, symbol->st_shndx, symbol->st_value + far);
}

/* Whether the instruction calls a kernel function by name. */
static bool is_kfunc(const struct object *object, int section, uint64_t offset, const char *name)
{
	const Elf64_Sym *symbol = relocated(object, section, offset);

	return symbol && symbol->st_shndx == SHN_UNDEF && !strcmp(object->strings + symbol->st_name, name);
}

static bool casts(const struct object *object, const Elf64_Sym *function)
{
	const char *code = object->file + object->sections[function->st_shndx].sh_offset;

	for (uint64_t at = function->st_value; at < function->st_value + function->st_size; at += 8) {
		const struct bpf_insn *instruction = (const void *)(code + at);
		const Elf64_Sym *next;

		if (instruction->code != (BPF_JMP | BPF_CALL) || !instruction->src_reg)
			continue;
		if (is_kfunc(object, function->st_shndx, at, "bpf_rdonly_cast"))
			return true;
		next = callee(object, function->st_shndx, at, instruction);
		if (next && casts(object, next))
			return true;
	}
	return false;
}

static bool calls(const struct object *object, const Elf64_Sym *function, int helper)
{
	const char *code = object->file + object->sections[function->st_shndx].sh_offset;

	for (uint64_t at = function->st_value; at < function->st_value + function->st_size; at += 8) {
		const struct bpf_insn *instruction = (const void *)(code + at);
		const Elf64_Sym *next;

		if (instruction->code != (BPF_JMP | BPF_CALL))
			continue;
		if (!instruction->src_reg && instruction->imm == helper)
			return true;
		next = instruction->src_reg ? callee(object, function->st_shndx, at, instruction) : NULL;
		if (next && calls(object, next, helper)) /* ends, because the verifier forbids recursion */
			return true;
	}
	return false;
}

static bool program_calls(const struct tool *tool, const struct bpf_program *program, int helper)
{
	struct object object = elf_of(tool);

	return calls(&object, function_named(&object, bpf_program__name(program)), helper);
}

static bool reads_counters(const struct tool *tool)
{
	return tool->totals && tool->totals->read_counter;
}

/* Programs of the first rung load under lockdown and without kprobes, because they read no memory through helpers. */
static void first_rungs_read_directly(void **state)
{
	static const int probe_reads[] = { BPF_FUNC_probe_read, BPF_FUNC_probe_read_str, BPF_FUNC_probe_read_kernel,
					   BPF_FUNC_probe_read_kernel_str };
	const struct tool *tool = *state;
	struct bpf_object *object = object_of(tool);
	struct bpf_program *program;
	bool counts = false;

	bpf_object__for_each_program(program, object)
	{
		bool first = false;

		counts = counts ||
			 program_calls(tool, program,
				       reads_counters(tool) ? BPF_FUNC_map_lookup_elem : BPF_FUNC_ringbuf_submit) ||
			 (is_iterator(program) && program_calls(tool, program, BPF_FUNC_seq_write));
		for_each (hook, hook, hooks_of(tool))
			first = first || is_program(hook->alts[0], bpf_program__name(program));
		for (size_t i = 0; first && i < sizeof(probe_reads) / sizeof(probe_reads[0]); i++)
			check(!program_calls(tool, program, probe_reads[i]), tool, bpf_program__name(program));
	}
	check(counts, tool,
	      "what a walk through its programs finds"); /* every tool sends or writes events, or counts */
	bpf_object__close(object);
}

/* Kernels without bpf_rdonly_cast() skip programs with this suffix (core/kernel/kernel.c). Other programs may call it
 * where the settings allow: untrusted() of probes/lib/socket.bpf.h. */
static void casts_are_named_so(void **state)
{
	const struct tool *tool = *state;
	struct object object = elf_of(tool);

	for_each (hook, hook, hooks_of(tool))
		for (int alt = 0; alt < ALT_ITEMS && hook->alts[alt]; alt++) {
			const char *name = hook->alts[alt], *end = strrchr(name, '_');

			if (end && !strcmp(end, "_cast"))
				check(casts(&object, function_named(&object, name)), tool, name);
		}
}

/* The map with the programs' counters can be mapped (core/bpf/counters.c). */
static void counters_can_be_mapped(void **state)
{
	const struct tool *tool = *state;
	struct bpf_object *object = object_of(tool);
	const struct bpf_map *map = counters_map(object);

	check(!map == !reads_counters(tool), tool, "its counters");
	check(!map || (bpf_map__map_flags(map) & BPF_F_MMAPABLE), tool, "its counters");
	bpf_object__close(object);
}

static bool is_move_of_one(const struct bpf_insn *instruction)
{
	return (instruction->code == (BPF_ALU | BPF_MOV | BPF_K) ||
		instruction->code == (BPF_ALU64 | BPF_MOV | BPF_K)) &&
	       instruction->dst_reg == BPF_REG_0 && instruction->imm == 1;
}

static bool jumps_to(const struct bpf_insn *code, size_t count, size_t target)
{
	for (size_t i = 0; i < count; i++) {
		__u8 class = BPF_CLASS(code[i].code), operation = BPF_OP(code[i].code);

		if ((class == BPF_JMP || class == BPF_JMP32) && operation != BPF_CALL && operation != BPF_EXIT &&
		    i + 1 + (size_t)(long)code[i].off == target)
			return true;
	}
	return false;
}

/* Programs in cgroups decide about packets and sockets: every path ends with the verdict that changes nothing. */
static void cgroup_programs_pass_everything(void **state)
{
	const struct tool *tool = *state;
	struct object elf = elf_of(tool);
	struct bpf_object *object = object_of(tool);
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		const Elf64_Sym *function = function_named(&elf, bpf_program__name(program));
		const struct bpf_insn *code =
			(const void *)(elf.file + elf.sections[function->st_shndx].sh_offset + function->st_value);
		size_t count = function->st_size / sizeof(*code);

		if (strncmp(bpf_program__section_name(program), "cgroup", 6))
			continue;
		for (size_t i = 0; i < count; i++)
			if (code[i].code == (BPF_JMP | BPF_EXIT))
				check(i && is_move_of_one(&code[i - 1]) && !jumps_to(code, count, i), tool,
				      bpf_program__name(program));
	}
	bpf_object__close(object);
}

static void nobody_prints_in_the_kernel(void **state)
{
	const struct tool *tool = *state;
	struct bpf_object *object = object_of(tool);
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		check(!program_calls(tool, program, BPF_FUNC_trace_printk), tool, bpf_program__name(program));
		check(!program_calls(tool, program, BPF_FUNC_trace_vprintk), tool, bpf_program__name(program));
	}
	bpf_object__close(object);
}

static void settings_are_as_large_as_here(void **state)
{
	const struct tool *tool = *state;
	struct bpf_object *object = object_of(tool);
	const struct bpf_map *settings = bpf_object__find_map_by_name(object, ".rodata.settings");

	check(settings, tool, "settings");
	check(bpf_map__value_size(settings) == sizeof(struct settings), tool, "settings");
	settings = bpf_object__find_map_by_name(object, ".rodata.own");
	check(!settings || bpf_map__value_size(settings) <= tool->options_size, tool, "own options");
	check(bpf_object__find_map_by_name(object, "ring"), tool, "ring");
	check(bpf_object__find_map_by_name(object, "ledger"), tool, "ledger");
	check(bpf_map__value_size(bpf_object__find_map_by_name(object, "ledger")) == sizeof(struct ledger_counters),
	      tool, "ledger");
	bpf_object__close(object);
}

int main(void)
{
	static const struct look looks[] = {
		LOOK(types_are_old),
		LOOK(hooks_name_programs),
		LOOK(programs_have_hooks),
		LOOK(kinds_are_known),
		LOOK(casts_are_named_so),
		LOOK(owner_hooks_follow),
		LOOK(first_rungs_read_directly),
		LOOK(counters_can_be_mapped),
		LOOK(cgroup_programs_pass_everything),
		LOOK(nobody_prints_in_the_kernel),
		LOOK(settings_are_as_large_as_here),
	};

	return look_at_tools(looks, sizeof(looks) / sizeof(looks[0]));
}
