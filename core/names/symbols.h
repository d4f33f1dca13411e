/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbols.h: a table between kernel addresses and symbols (/proc/kallsyms), modules included. */
#ifndef NETTRACE_NAMES_SYMBOLS_H
#define NETTRACE_NAMES_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

struct symbols;

struct symbol {
	const char *name;   /* owned by the table */
	const char *module; /* NULL: the kernel itself */
	/* end: where the next function starts (in a module at most 64 KiB further); of the kernel's and a module's last
	 * one, at most 4096 bytes further. The padding in front of functions (__pfx_, __cfi_) is left out of the table.
	 */
	uint64_t start, end;
};

/* Reads a file that is like /proc/kallsyms. NULL with errno set when it cannot be read. A table in which every address
 * is 0 (kernel.kptr_restrict, no CAP_SYSLOG) is returned, but finds nothing: see symbols_are_hidden(). */
struct symbols *symbols_open(const char *path);
struct symbols *symbols_read(int fd);
/* The running kernel's, read on first use and kept. NULL with errno: /proc/kallsyms cannot be read. */
const struct symbols *symbols_kernel(void);
/* For an address that it does not hold, of what was loaded since: reads it anew, each time after a longer pause (at
 * first none, then 1 to 64 s). The kernel shows addresses to a process that had the privileges when it opened the file
 * first, even if it dropped them since. True: the result of symbols_kernel() was freed, and a newer one exists. */
bool symbols_kernel_reload(void);
/* Of the running kernel, read again where that may help; where a recording is replayed, of that. False: not known. */
bool symbols_at(uint64_t address, struct symbol *symbol);
/* Changes when symbols_kernel() has been read again. */
unsigned int symbols_generation(void);
void symbols_close(struct symbols *symbols);
/* The file had names but no addresses. */
bool symbols_are_hidden(const struct symbols *symbols);
/* The function that holds `address`; of several names for it a global one. False: none does. */
bool symbols_find(const struct symbols *symbols, uint64_t address, struct symbol *symbol);
/* The function called `name` (the kernel's own first, then modules'). Compiler suffixes (.isra.0, .constprop.0,
 * .part.0, .cold) are not matched. False: there is none. */
bool symbols_named(const struct symbols *symbols, const char *name, struct symbol *symbol);

#endif
