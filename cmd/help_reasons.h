/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help_reasons.h: the reasons for drops and resets, each with its explanation, as Markdown. */
#ifndef NETTRACE_HELP_REASONS_H
#define NETTRACE_HELP_REASONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"

/* Appends the reasons of the running kernel, in its order, or without them all that nettrace knows. */
void help_reasons(struct text *text);
/* Appends all that nettrace knows, without the numbers of a kernel. */
void help_reasons_known(struct text *text);
/* Appends those that match a name or pattern, of any kernel. False: none does; nearest: the most similar name, or
 * empty. */
bool help_reasons_named(struct text *text, const char *pattern, char nearest[64]);

#endif
