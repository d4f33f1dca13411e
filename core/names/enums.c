/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enums.c: names of enum values from a given BTF, the running kernel's, or a module's. */
#include "core/names/enums.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "core/names/enum_table.h"
#include "core/kernel/btf/kernel_btf.h"
#include "core/kernel/kernel.h"
#include "core/base/context.h"
#include "core/base/must.h"
#include "core/names/source.h"
#include "core/tool.h"

/* Part of the type names of all drop reason enums, the kernel's and the modules'. */
#define DROP_REASONS "drop_reason"
/* A drop reason has its subsystem's number from this bit on; 0 is the kernel itself (dropreason-core.h). */
#define SUBSYSTEM_SHIFT 16

/* The drop reason enums of one BTF; for the running kernel, also those of its modules. */
struct reasons {
	struct reasons *next;
	const struct btf *btf;
	struct enum_table *tables;
};

#define EXTRAS 16
#define for_each_extra(extra)                                                                                          \
	for (const struct enum_extra *const *list = enums()->extras; *list; list++)                                    \
		for (const struct enum_extra *extra = *list; extra->name; extra++)

struct enums {
	/* The tables of every BTF; the BTF owns the names. */
	struct enum_table *tables;
	struct reasons *reasons;
	const struct enum_extra *extras[EXTRAS]; /* names that the program adds: enum_extend(); the rest NULL */
};

static void end(void *enums);

static struct enums *enums(void)
{
	return context_part(CONTEXT_ENUMS, sizeof(struct enums), end);
}

/* The name of type `id` if it is an enum with values; a forward declaration has none. */
static const char *enum_at(const struct btf *btf, __u32 id, const struct btf_type **type)
{
	*type = btf__type_by_id(btf, id);
	if (!*type || !btf_is_any_enum(*type) || !btf_vlen(*type))
		return NULL;
	return btf__name_by_offset(btf, (*type)->name_off);
}

/* Whether the enum has this name, or is anonymous and `type`, ending with '_', is the prefix of its first
 * enumerator. */
static bool is_called(const struct btf *btf, const struct btf_type *found, const char *name, const char *type)
{
	size_t length = strlen(type);

	if (*name || type[length - 1] != '_' || !btf_is_enum(found))
		return strcmp(name, type) == 0;
	return strncmp(btf__name_by_offset(btf, btf_enum(found)->name_off), type, length) == 0;
}

/* A missing enum gets a table too, because a search walks all types of a kernel. */
static const struct enum_table *table_of(const struct btf *btf, const char *type)
{
	const struct btf_type *found;
	struct enums *known = enums();

	for (const struct enum_table *table = known->tables; table; table = table->next) {
		if (table->btf == btf && strcmp(table->type, type) == 0)
			return table;
	}
	for (__u32 id = 1, end = btf__type_cnt(btf); id < end; id++) {
		const char *name = enum_at(btf, id, &found);

		if (name && is_called(btf, found, name, type))
			return enum_table_add(&known->tables, btf, type, found);
	}
	return enum_table_add(&known->tables, btf, type, NULL);
}

/* Adds the drop reason enums among the types from `id` on. False: none. */
static bool add_reasons(struct reasons *reasons, const struct btf *btf, __u32 id)
{
	const struct btf_type *type;
	bool any = false;

	for (__u32 end = btf__type_cnt(btf); id < end; id++) {
		const char *name = enum_at(btf, id, &type);

		if (!name || !strstr(name, DROP_REASONS))
			continue;
		enum_table_add(&reasons->tables, btf, name, type);
		any = true;
	}
	return any;
}

/* Keeps a module's BTF only if it has drop reason enums. */
static void add_modules(struct reasons *reasons)
{
	DIR *directory = opendir("/sys/kernel/btf");
	const struct dirent *item;

	while (directory && (item = readdir(directory))) {
		struct btf *module;

		if (item->d_name[0] == '.' || strcmp(item->d_name, "vmlinux") == 0)
			continue;
		module = btf__load_module_btf(item->d_name, kernel_btf());
		if (module && !add_reasons(reasons, module, btf__type_cnt(kernel_btf())))
			btf__free(module);
	}
	if (directory)
		closedir(directory);
}

static const struct enum_table *reasons_of(const struct btf *btf)
{
	struct enums *known = enums();
	struct reasons *reasons;

	for (reasons = known->reasons; reasons; reasons = reasons->next) {
		if (reasons->btf == btf)
			return reasons->tables;
	}
	reasons = must(calloc(1, sizeof(*reasons)));
	reasons->btf = btf;
	reasons->next = known->reasons;
	known->reasons = reasons;
	add_reasons(reasons, btf, 1);
	if (btf == kernel_btf())
		add_modules(reasons);
	return reasons->tables;
}

static void free_tables(struct enum_table *table)
{
	while (table) {
		struct enum_table *next = table->next;

		enum_table_free(table);
		table = next;
	}
}

/* The tables of a module's BTF are adjacent in the list. */
static void free_modules(const struct reasons *reasons)
{
	for (const struct enum_table *table = reasons->tables; table; table = table->next)
		if (table->btf != reasons->btf && (!table->next || table->next->btf != table->btf))
			btf__free((struct btf *)(uintptr_t)table->btf);
}

static void end(void *memory)
{
	struct enums *known = memory;

	free_tables(known->tables);
	known->tables = NULL;
	while (known->reasons) {
		struct reasons *next = known->reasons->next;

		free_modules(known->reasons);
		free_tables(known->reasons->tables);
		free(known->reasons);
		known->reasons = next;
	}
}

void enums_free(void)
{
	end(enums());
}

void enum_extend(const struct enum_extra *own)
{
	const struct enum_extra **at = enums()->extras;

	if (!own)
		memset(enums()->extras, 0, sizeof(enums()->extras));
	for (size_t i = 0; own; i++) {
		if (i == EXTRAS - 1)
			bug("more than %d tools add names to enums", EXTRAS - 1);
		if (!at[i])
			at[i] = own;
		if (at[i] == own)
			break;
	}
}

const char *enum_name(const struct btf *btf, const char *type, uint64_t value)
{
	const char *name;

	for_each_extra(extra)
	{
		if (extra->value == value && strcmp(extra->type, type) == 0)
			return extra->name;
	}
	if (!btf && names_recorded())
		return names_recorded()->enum_name(type, value);
	if (!btf && !(btf = kernel_btf()))
		return NULL;
	name = enum_table_name(table_of(btf, type), value);
	if (name || !(value >> SUBSYSTEM_SHIFT) || !strstr(type, DROP_REASONS))
		return name;
	for (const struct enum_table *table = reasons_of(btf); table && !name; table = table->next)
		name = enum_table_name(table, value);
	return name;
}

bool enum_value(const struct btf *btf, const char *type, const char *name, uint64_t *value)
{
	const struct enum_table *table;

	for_each_extra(extra)
	{
		if (strcasecmp(extra->name, name) == 0 && strcmp(extra->type, type) == 0) {
			*value = extra->value;
			return true;
		}
	}
	if (!btf && names_recorded())
		return names_recorded()->enum_value(type, name, value);
	if (!btf && !(btf = kernel_btf()))
		return false;
	table = table_of(btf, type);
	if (enum_table_value(table, name, value))
		return true;
	if (!table->count || !strstr(type, DROP_REASONS))
		return false;
	/* Every name of enum_name() for a subsystem must resolve. Small values of the other enums are no drop
	 * reasons. */
	for (table = reasons_of(btf); table; table = table->next) {
		uint64_t reason;

		if (enum_table_value(table, name, &reason) && reason >> SUBSYSTEM_SHIFT) {
			*value = reason;
			return true;
		}
	}
	return false;
}

static void each_of(const struct enum_table *table, uint64_t least, enum_handler *handle, void *context)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct enum_value *value = &table->values[i];

		if (value->key >= least)
			handle(context, value->key, value->name, value->tail);
	}
}

void enum_each(const char *type, enum_handler *handle, void *context)
{
	const struct btf *btf = kernel_btf();

	if (!btf)
		return;
	each_of(table_of(btf, type), 0, handle, context);
	if (!strstr(type, DROP_REASONS))
		return;
	for (const struct enum_table *table = reasons_of(btf); table; table = table->next)
		each_of(table, 1ULL << SUBSYSTEM_SHIFT, handle, context);
}

void enum_each_known(const char *type, enum_handler *handle, void *context)
{
	if (names_recorded())
		names_recorded()->enum_each(type, handle, context);
	else
		enum_each(type, handle, context);
	for_each_extra(extra) if (!strcmp(extra->type, type)) handle(context, extra->value, extra->name, extra->name);
}

bool enum_is_limit(const char *short_name)
{
	return !strcmp(short_name, "MAX") || !strcmp(short_name, "SUBSYS_MASK") || !strncmp(short_name, "__", 2);
}

bool enum_exists(const struct btf *btf, const char *type)
{
	if (!btf && names_recorded())
		return names_recorded()->enum_exists(type);
	return (btf || (btf = kernel_btf())) && table_of(btf, type)->count;
}

const char *enums_missing(const struct tool *tool, const char **type)
{
	if (tool->lookup && tool->lookup->derives_enums)
		return NULL;
	for (const struct column *column = tool->columns; column->name; column++) {
		for (const struct member *member = tool->members; member->name; member++) {
			*type = member->btf_enum;
			if (*type && !strcmp(member->name, column->name) && !enum_exists(NULL, *type))
				return column->title;
		}
	}
	return NULL;
}
