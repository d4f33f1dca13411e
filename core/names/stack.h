/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stack.h: kernel stacks and code addresses as text; reads kallsyms on first use. */
#ifndef NETTRACE_NAMES_STACK_H
#define NETTRACE_NAMES_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

/* Warns, once in a run, if there are no symbols, and why. */
void stack_warn_no_symbols(void);
#define NO_KERNEL_SYMBOLS "no kernel symbols" /* begins the warning; the doctor reads it */
/* Ends a run: the next one warns again. */
void stack_forget(void);
/* "tcp_v4_rcv+0x5f1", with " [module]" after a module's symbols; without a symbol, the bare address and a warning.
 * Always true. */
bool stack_symbol(struct text *text, uint64_t address, bool quoted);
/* Appends "\tsymbol+0xoffset\n" for each frame. frames: unaligned u64[size / 8], up to the first 0. Omits frames of the
 * tracing itself (BPF programs and their callers). */
void stack_lines(struct text *text, const void *frames, size_t size);
/* The same as one value: a JSON array of strings, or frames joined by ';'. Always true. */
bool stack_inline(struct text *text, const void *frames, size_t size, bool json);

#endif
