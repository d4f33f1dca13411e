/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.h: rows in aligned columns: the table format of the printer. */
#ifndef NETTRACE_PRINT_TABLE_H
#define NETTRACE_PRINT_TABLE_H

#include "core/print/columns.h"

/* Append to the text. A row is a line, and below it the event's stack, if any, with an empty line after it. */
void table_header(const struct columns *columns, struct text *text);
void table_row(const struct columns *columns, struct text *text, const struct field_row *row);

#endif
