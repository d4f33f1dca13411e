/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.h: a check for unknown options on a command line. */
#ifndef NETTRACE_CLI_WORDS_H
#define NETTRACE_CLI_WORDS_H

#include <argp.h>
#include <stdbool.h>

#include "core/base/error.h"

/* Checks the words of a command line before argp does, by its rows (argp.h). So the program prints the message, which
 * names the intended option. name: of the page in "nettrace help". False: bad input, see *error. */
bool words_check(const struct argp_option *rows, const char *name, int argc, char **argv, struct error *error);

#endif
