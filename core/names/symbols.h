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
	/* end: start of the next function, in a module at most 64 KiB further. For the last function of the kernel or
	 * of a module: at most 4096 bytes further. The table omits the padding before functions (__pfx_, __cfi_). */
	uint64_t start, end;
};

/* Reads a file in the format of /proc/kallsyms. NULL with errno: it is unreadable. A table in which every address is 0
 * (kernel.kptr_restrict, no CAP_SYSLOG) is valid but finds nothing: see symbols_are_hidden(). */
struct symbols *symbols_open(const char *path);
struct symbols *symbols_read(int fd);
/* The running kernel's table, read on first use and cached. NULL with errno: /proc/kallsyms is unreadable. */
const struct symbols *symbols_kernel(void);
/* For an address of code loaded since: reads the table again, each time after a longer pause (first none, then 1 to 64
 * s). The kernel shows addresses to a process that had the privileges at its first open(), even after dropping them.
 * True: the previous result of symbols_kernel() is freed, and a newer one exists. */
bool symbols_kernel_reload(void);
/* Frees the result of symbols_kernel(); the next call reads it again. */
void symbols_kernel_free(void);
/* Looks in the running kernel's table, reading it again if that may help; in a replay, in the recording's. False:
 * unknown. */
bool symbols_at(uint64_t address, struct symbol *symbol);
/* Changes whenever symbols_kernel() is read again. */
unsigned int symbols_generation(void);
void symbols_close(struct symbols *symbols);
/* The file had names but no addresses. */
bool symbols_are_hidden(const struct symbols *symbols);
/* The function that contains `address`; of several names, a global one. False: none. */
bool symbols_find(const struct symbols *symbols, uint64_t address, struct symbol *symbol);
/* The function called `name` (the kernel's own first, then modules'). Names with compiler suffixes (.isra.0,
 * .constprop.0, .part.0, .cold) do not match. False: none. */
bool symbols_named(const struct symbols *symbols, const char *name, struct symbol *symbol);

#endif
