/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enums.h: names of enum values from the running kernel's BTF, because numbers change between kernels.
 *
 * In a replay, the recording's names replace the running kernel's (core/names/source.h). */
#ifndef NETTRACE_NAMES_ENUMS_H
#define NETTRACE_NAMES_ENUMS_H

#include <stdbool.h>
#include <stdint.h>

struct btf;
struct tool;

/* A value that the program adds to a kernel's enum, for a behaviour of the kernel that has no number. */
struct enum_extra {
	const char *type, *name;
	uint64_t value;
};

/* Makes these values visible to enum_name() and enum_value(), besides those of earlier calls; ends with a NULL name;
 * borrowed, not copied. NULL: removes them all. */
void enum_extend(const struct enum_extra *own);

/* Returns the name of a value in enum `type` of `btf`; btf NULL: the running kernel's, loaded on first use.
 *
 * The name lacks the longest prefix that ends with '_' and that all names share, apart from markers like __FOO_MAX; or
 * the prefix that is the type's own name in capitals. SKB_DROP_REASON_NO_SOCKET of enum skb_drop_reason is NO_SOCKET,
 * SKB_CONSUMED is CONSUMED. An anonymous enum is known by the prefix of its names: `LINUX_MIB_`.
 *
 * For drop reasons with a subsystem in their upper 16 bits (openvswitch, mac80211 ...), the search includes the other
 * enums "*drop_reason*" of `btf`; with NULL also those of the loaded modules. The string is valid until enums_free(),
 * and until then `btf` must not change. NULL: no name; the caller prints the number. */
const char *enum_name(const struct btf *btf, const char *type, uint64_t value);
/* Finds the value of a name (with or without that prefix, in any case) among the names of enum_name(). Negative values
 * are sign-extended. False: no such name. */
bool enum_value(const struct btf *btf, const char *type, const char *name, uint64_t *value);
/* Receives a value with its whole name and its name without prefix. */
typedef void enum_handler(void *context, uint64_t value, const char *name, const char *short_name);
/* Calls handle() for all values of enum_name() in the running kernel's enum. */
void enum_each(const char *type, enum_handler *handle, void *context);
/* The same for all names that enum_value() with NULL finds: the kernel's or the recording's, and those of
 * enum_extend(). */
void enum_each_known(const char *type, enum_handler *handle, void *context);
/* Whether the name is a limit of its enum, and no value that the kernel uses (include/net/dropreason-core.h). */
bool enum_is_limit(const char *short_name);
/* Frees all tables; later calls read the BTF again. */
void enums_free(void);
/* Whether the kernel has this enum. */
bool enum_exists(const struct btf *btf, const char *type);
/* The title of the tool's first column whose enum the running kernel lacks, and *type, the enum; NULL: none is
 * missing. */
const char *enums_missing(const struct tool *tool, const char **type);

#endif
