/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.c: the choice between the running kernel's names and a recording's. */
#include "core/names/source.h"

#include "core/base/context.h"

struct replaced {
	const struct name_source *source;
};

static struct replaced *replaced(void)
{
	return context_part(CONTEXT_NAME_SOURCE, sizeof(struct replaced), NULL);
}

void names_record(const struct name_source *source)
{
	replaced()->source = source;
}

const struct name_source *names_recorded(void)
{
	return replaced()->source;
}

bool symbols_at(uint64_t address, struct symbol *symbol)
{
	const struct name_source *recorded = names_recorded();
	const struct symbols *symbols;

	if (recorded)
		return recorded->symbol(address, symbol);
	symbols = symbols_kernel();
	if (!symbols)
		return false;
	return symbols_find(symbols, address, symbol) ||
	       (symbols_kernel_reload() && symbols_find(symbols_kernel(), address, symbol));
}
