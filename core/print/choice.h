/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choice.h: the columns that a user selects (--columns). */
#ifndef NETTRACE_PRINT_CHOICE_H
#define NETTRACE_PRINT_CHOICE_H

#include "core/base/error.h"
#include "core/model/options.h"
#include "core/print/fields.h"

/* The column of this name, of `length` bytes, in a table or CSV (`place`): a column of the tool or, in the units of
 * JSON, a key without a column. False: no such column. */
bool choice_field(struct field *field, const struct options *options, const char *name, size_t length,
		  enum where place);
#define CHOICE_MOST 32
/* Checks options->columns, and sets what these columns need. False: bad input, see *error. */
bool choice_check(struct options *options, struct error *error);
/* Whether the totals are a histogram, which has no columns. */
bool choice_is_histogram(const struct options *options);
/* Appends a line for each name: the column's unit, and from CHOICE_HELP on its description. */
#define CHOICE_HELP 27
void choice_list(struct text *text, const struct options *options);

#endif
