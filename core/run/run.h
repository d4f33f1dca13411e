/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h: the main loop. */
#ifndef NETTRACE_RUN_RUN_H
#define NETTRACE_RUN_RUN_H

#include "core/model/options.h"

/* Traces as the options say until a signal, the duration, the count, the command or the reader of stdout ends it.
 * Returns the exit code. */
int run(struct options *options);

/* What is printed of the events of a run. */
enum run_shows {
	SHOWS_ROWS,     /* of the one tool that there is */
	SHOWS_TIMELINE, /* of several (core/rows/timeline.h) */
	SHOWS_NOTHING,  /* they are only recorded */
};

/* The same for several tools in one process. options: of the run as a whole, whose tool names it and has the fields of
 * what it prints; tools[0 .. count - 1]: of each tool. */
int run_tools(const struct options *options, struct options *tools, size_t count, enum run_shows shows);

#endif
