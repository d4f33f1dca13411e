/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listing.h: the names that an option accepts: "--reason help", "--error help", "--by help". */
#ifndef NETTRACE_CLI_LISTING_H
#define NETTRACE_CLI_LISTING_H

#include "core/base/text.h"
#include "core/tool.h"

/* Errnos are below this number (MAX_ERRNO of include/linux/err.h, and one). */
#define ERRORS_END 4096

/* Whether the argument "help" asks for the names that the option accepts, one a line. The option has such names. */
bool listing_is_asked(const struct opt *opt, const char *arg);
/* Appends the lines: each begins with a name; behind it stands its number and what it means, if known. */
void listing_put(struct text *text, const struct opt *opt);

#endif
