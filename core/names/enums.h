/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enums.h: names of enum values as the running kernel's BTF has them; numbers move from kernel to kernel. Where a
 * recording is replayed, its names stand for the running kernel's (core/names/source.h). */
#ifndef NETTRACE_NAMES_ENUMS_H
#define NETTRACE_NAMES_ENUMS_H

#include <stdbool.h>
#include <stdint.h>

struct btf;
struct tool;

/* A value of ours beside those of a kernel's enum: for what the kernel does, but has no number for. */
struct enum_extra {
	const char *type, *name;
	uint64_t value;
};

/* From now on these are found too, by enum_name() and enum_value(); ends with a NULL name; kept, not copied. */
void enum_extend(const struct enum_extra *own);

/* An enum without a name of its own is called by what the names in it begin with: `LINUX_MIB_`.
 *
 * Value -> name in enum `type` of `btf` (NULL: the running kernel's, loaded on first use), without the longest prefix
 * that ends with '_' and that all its names share (markers like __FOO_MAX aside), or that is the type's own name in
 * capitals: SKB_DROP_REASON_NO_SOCKET of enum skb_drop_reason is NO_SOCKET, SKB_CONSUMED is CONSUMED. For drop reasons
 * with a subsystem in their upper 16 bits (openvswitch, mac80211 ...), the other enums "*drop_reason*" of `btf` are
 * searched too; for NULL, those of the loaded modules as well. The cache owns the string and is never
 * emptied, so `btf` must not change. NULL: no name; print the number. */
const char *enum_name(const struct btf *btf, const char *type, uint64_t value);
/* Name (with or without that prefix, in any case) -> value, where enum_name() finds it. Negative values are
 * sign-extended. False: no such name. */
bool enum_value(const struct btf *btf, const char *type, const char *name, uint64_t *value);
/* Gets a value with its whole name and that without its prefix. */
typedef void enum_handler(void *context, uint64_t value, const char *name, const char *short_name);
/* All values that enum_name() knows of the running kernel's enum. */
void enum_each(const char *type, enum_handler *handle, void *context);
/* The kernel has this enum at all. */
bool enum_exists(const struct btf *btf, const char *type);
/* The first column of the tool with names of an enum that the running kernel does not have: its title and *type, the
 * enum; NULL: it has all. */
const char *enums_missing(const struct tool *tool, const char **type);

#endif
