/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.h: words of a command line that are no options of the tool. */
#ifndef NETTRACE_CLI_WORDS_H
#define NETTRACE_CLI_WORDS_H

#include <argp.h>
#include <stdbool.h>

#include "core/base/error.h"

/* Looks at the words of a command line before argp does, by its rows (argp.h): so the message is ours, and names the
 * option that was meant. `name`: what "nettrace help" knows it as. False: bad input, see *error. */
bool words_check(const struct argp_option *rows, const char *name, int argc, char **argv, struct error *error);

#endif
