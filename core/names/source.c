/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.c: the choice between the running kernel's names and a recording's. */
#include "core/names/source.h"

const struct name_source *names_recorded;

bool symbols_at(uint64_t address, struct symbol *symbol)
{
	const struct symbols *symbols;

	if (names_recorded)
		return names_recorded->symbol(address, symbol);
	symbols = symbols_kernel();
	if (!symbols)
		return false;
	return symbols_find(symbols, address, symbol) ||
	       (symbols_kernel_reload() && symbols_find(symbols_kernel(), address, symbol));
}
