/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbols.h: the kernel symbols that a recording needs and has. */
#ifndef NETTRACE_RECORD_SYMBOLS_H
#define NETTRACE_RECORD_SYMBOLS_H

#include "core/model/options.h"
#include "core/names/symbols.h"

struct record_symbols;

typedef void record_symbol_handler(void *context, const struct symbol *symbol);

struct record_symbols *record_symbols_new(const struct options *const *tools, size_t n_tools);
/* Hides the kernel's addresses from here on. Functions get other addresses; other addresses become hashes with a key of
 * this recording. False: no random key; nothing changes. */
bool record_symbols_hide(struct record_symbols *symbols);
/* Replaces the addresses in an event whose functions are recorded by those of the recording. */
void record_symbols_hide_in(struct record_symbols *symbols, size_t tool, struct event *event, size_t size);
/* Calls back with the functions at the addresses in an event, each function once, at their recorded addresses. */
void record_symbols_of(struct record_symbols *symbols, size_t tool, const struct event *event, size_t size,
		       record_symbol_handler *handle, void *context);
/* Whether the kernel's symbols were read again since the last call: the recorded ones may be wrong, and will be
 * recorded again. */
bool record_symbols_changed(struct record_symbols *symbols);
/* Makes all functions be recorded again. */
void record_symbols_restart(struct record_symbols *symbols);
void record_symbols_free(struct record_symbols *symbols);

#endif
