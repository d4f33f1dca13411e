/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.h: the names in a recording, as the source for core/names/enums.h. */
#ifndef NETTRACE_RECORD_NAMES_H
#define NETTRACE_RECORD_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* Makes recorded names the source, initially none. */
void record_names_start(void);
/* All strings are copied. The first name of a value stays. short_name: without the enum's prefix. False: one is no name
 * that a kernel could have, see record_name_is_plain(). */
bool record_names_enum(const char *type, uint64_t value, const char *name, const char *short_name);
/* A function from `start` up to `end`; those that it overlaps are forgotten. module: empty for the kernel itself.
 * False: as above. */
bool record_names_symbol(uint64_t start, uint64_t end, const char *name, const char *module);
/* Visible ASCII without quotes, backslashes and what separates values: no output has to escape it. That is looked at
 * once, here, as each row prints names. The kernel has no others (btf_name_valid_identifier() in kernel/bpf/btf.c;
 * symbols are what assemblers accept); a file can claim anything. */
bool record_name_is_plain(const char *name);
/* No symbol is known any more. */
void record_names_reloaded(void);
/* Makes the running kernel the source again. */
void record_names_stop(void);

#endif
