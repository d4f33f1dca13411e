/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.h: the names in a recording, as the source for core/names/enums.h. */
#ifndef NETTRACE_RECORD_NAMES_H
#define NETTRACE_RECORD_NAMES_H

#include <stdint.h>

/* Makes recorded names the source, initially none. */
void record_names_start(void);
/* Adds a name. Copies all strings. The first name of a value wins. short_name: without the enum's prefix. */
void record_names_enum(const char *type, uint64_t value, const char *name, const char *short_name);
/* Adds a function from `start` up to `end`, and removes those that it overlaps. module: empty for the kernel itself. */
void record_names_symbol(uint64_t start, uint64_t end, const char *name, const char *module);
/* Removes all symbols. */
void record_names_reloaded(void);
/* Makes the running kernel the source again. */
void record_names_stop(void);

#endif
