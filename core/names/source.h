/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.h: names of a recording's numbers, in place of the running kernel's. */
#ifndef NETTRACE_NAMES_SOURCE_H
#define NETTRACE_NAMES_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/names/enums.h"
#include "core/names/symbols.h"

/* The functions of core/names/enums.h and core/names/symbols.h, as a recording answers them. */
struct name_source {
	const char *(*enum_name)(const char *type, uint64_t value);
	bool (*enum_value)(const char *type, const char *name, uint64_t *value);
	bool (*enum_exists)(const char *type);
	void (*enum_each)(const char *type, enum_handler *handle, void *context);
	bool (*symbol)(uint64_t address, struct symbol *symbol);
};

/* Replaces the running kernel as the source of names; NULL: the running kernel. Borrowed, not copied. */
void names_record(const struct name_source *source);
/* The recorded source; NULL: the running kernel. */
const struct name_source *names_recorded(void);

#endif
