/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help_width.c: how wide --help is. */
#include "core/cli/help_width.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/terminal.h"

#define NARROWEST 50 /* argp wants room right of the options */
#define WIDEST    120

void help_width_fit(void)
{
	size_t columns = screen_size(&(struct screen){ .out = STDOUT_FILENO }).columns;
	char format[32];

	if (columns < NARROWEST)
		columns = NARROWEST;
	snprintf(format, sizeof(format), "rmargin=%zu", (columns > WIDEST ? WIDEST : columns) - 1);
	setenv("ARGP_HELP_FMT", format, 0);
}
