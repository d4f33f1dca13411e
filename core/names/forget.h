/* SPDX-License-Identifier: GPL-2.0-or-later */
/* forget.h: the end of what names are remembered by. */
#ifndef NETTRACE_NAMES_FORGET_H
#define NETTRACE_NAMES_FORGET_H

/* A run is over: what it learned (DNS answers, containers), and what it warned of. */
void names_forget_run(void);
/* The facts of this machine, too: its types, enums and symbols, which runs share. Between runs only; the next one reads
 * them anew. */
void names_forget_machine(void);

#endif
