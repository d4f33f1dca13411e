/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stack.h: kernel stacks and code addresses as text; reads kallsyms on first use. */
#ifndef NETTRACE_NAMES_STACK_H
#define NETTRACE_NAMES_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

/* Says on stderr, once, why names cannot be had, where they cannot. */
void stack_warn_no_symbols(void);
/* "tcp_v4_rcv+0x5f1", with " [module]" after symbols of modules; the bare address where there is no name. Always true.
 * Notes that names cannot be had. */
bool stack_symbol(struct text *text, uint64_t address, bool quoted);
/* frames: unaligned u64[size / 8], ended by the first 0. Frames of the tracing itself (BPF programs and what calls
 * them) are left out. "\tsymbol+0xoffset\n" each. */
void stack_lines(struct text *text, const void *frames, size_t size);
/* The same in one value: a JSON array of strings, or frames joined by ';'. Always true. */
bool stack_inline(struct text *text, const void *frames, size_t size, bool json);

#endif
