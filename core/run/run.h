/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h: the main loop. */
#ifndef NETTRACE_RUN_RUN_H
#define NETTRACE_RUN_RUN_H

#include "core/base/error.h"
#include "core/model/options.h"

/* Traces as the options say until a signal, the duration, the count, the command or the reader of stdout ends it.
 * error->code is the exit code, that of the command where there is one. False: it failed, and *error says why. */
bool run(struct options *options, struct error *error);

/* What is printed of the events of a run. */
enum run_shows {
	SHOWS_ROWS,     /* of the one tool that there is */
	SHOWS_TIMELINE, /* of several (core/rows/timeline.h) */
	SHOWS_NOTHING,  /* they are only recorded */
};

/* The same for several tools in one process. options: of the run as a whole, whose tool names it and has the fields of
 * what it prints; tools[0 .. count - 1]: of each tool. */
bool run_tools(const struct options *options, struct options *tools, size_t count, enum run_shows shows,
	       struct error *error);

#endif
