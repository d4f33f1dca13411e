/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.h: the main loop. */
#ifndef NETTRACE_RUN_RUN_H
#define NETTRACE_RUN_RUN_H

#include "core/base/error.h"
#include "core/model/options.h"

/* Traces as the options say until a signal, the duration, the count, the command or the reader of stdout ends the run.
 * error->code is the exit code, the command's if there is one. False: failed, see *error. */
bool run(struct options *options, struct error *error);

/* The output of a run. */
enum run_shows {
	SHOWS_ROWS,     /* rows or totals of the only tool */
	SHOWS_TIMELINE, /* of several tools (core/rows/timeline.h) */
	SHOWS_NOTHING,  /* events are only recorded */
};

/* The same for several tools in one process. options: of the run as a whole; its tool has the run's name and the fields
 * of its output. tools[0 .. count - 1]: of each tool. */
bool run_tools(const struct options *options, struct options *tools, size_t count, enum run_shows shows,
	       struct error *error);

#endif
