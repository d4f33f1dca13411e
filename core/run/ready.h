/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ready.h: the announcement that every probe is attached. */
#ifndef NETTRACE_RUN_READY_H
#define NETTRACE_RUN_READY_H

#include "core/print/printer.h"

/* Prints the heading, or a line on stderr if totals come later, one block after the other. Writes a byte to --ready-fd
 * for scripts. */
void announce_ready(struct printer *printer, bool totals_later);

#endif
