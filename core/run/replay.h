/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.h: the replay of a recording through the filters, totals and formats of live tracing. */
#ifndef NETTRACE_RUN_REPLAY_H
#define NETTRACE_RUN_REPLAY_H

#include "core/model/options.h"
#include "core/record/reader.h"

/* Prints what the options ask for of a recording. tools[0 .. count - 1]: of each tool of it that is wanted, with
 * options->recorded; one that is `options` itself is printed as rows or totals, others as a timeline. fd: where to.
 * Returns the exit code. */
int replay_run(const struct options *options, const struct options *tools, size_t count, struct recording *recording,
	       int fd);

#endif
