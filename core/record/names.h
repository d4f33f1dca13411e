/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.h: the names in a recording, as the source for core/names/enums.h. */
#ifndef NETTRACE_RECORD_NAMES_H
#define NETTRACE_RECORD_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* Makes recorded names the source, initially none. */
void record_names_start(void);
/* Adds a name. Copies all strings. The first name of a value wins. short_name: without the enum's prefix. False: not a
 * valid name, see record_name_is_plain(). */
bool record_names_enum(const char *type, uint64_t value, const char *name, const char *short_name);
/* Adds a function from `start` up to `end`, and removes those that it overlaps. module: empty for the kernel itself.
 * False: as above. */
bool record_names_symbol(uint64_t start, uint64_t end, const char *name, const char *module);
/* Whether the name is visible ASCII without quotes, backslashes and separators of values, so that no output must escape
 * it. Checked once, here, because each row prints names. The kernel has no other names (btf_name_valid_identifier() in
 * kernel/bpf/btf.c; symbols are those of assemblers), but a file can contain anything. */
bool record_name_is_plain(const char *name);
/* Removes all symbols. */
void record_names_reloaded(void);
/* Makes the running kernel the source again. */
void record_names_stop(void);

#endif
