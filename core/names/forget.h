/* SPDX-License-Identifier: GPL-2.0-or-later */
/* forget.h: the end of cached names. */
#ifndef NETTRACE_NAMES_FORGET_H
#define NETTRACE_NAMES_FORGET_H

/* Ends a run: forgets what it learned (DNS answers, containers) and which warnings it printed. */
void names_forget_run(void);
/* Forgets the machine's facts as well: types, enums and symbols, which runs share. For use between runs; the next run
 * reads them again. */
void names_forget_machine(void);

#endif
