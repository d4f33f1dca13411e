/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbols.h: the kernel symbols that a recording needs and has. */
#ifndef NETTRACE_RECORD_SYMBOLS_H
#define NETTRACE_RECORD_SYMBOLS_H

#include "core/model/options.h"
#include "core/names/symbols.h"

struct record_symbols;

typedef void record_symbol_handler(void *context, const struct symbol *symbol);

struct record_symbols *record_symbols_new(const struct options *const *tools, size_t n_tools);
/* Calls back with the functions at the addresses in an event, each function once. */
void record_symbols_of(struct record_symbols *symbols, size_t tool, const struct event *event, size_t size,
		       record_symbol_handler *handle, void *context);
/* Whether the kernel's symbols were read again since the last call: the recorded ones may be wrong, and will be
 * recorded again. */
bool record_symbols_changed(struct record_symbols *symbols);
/* Makes all functions be recorded again. */
void record_symbols_restart(struct record_symbols *symbols);
void record_symbols_free(struct record_symbols *symbols);

#endif
