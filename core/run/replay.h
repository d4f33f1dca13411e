/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.h: the replay of a recording through the filters, totals and formats of live tracing. */
#ifndef NETTRACE_RUN_REPLAY_H
#define NETTRACE_RUN_REPLAY_H

#include "core/base/error.h"
#include "core/model/options.h"
#include "core/record/reader.h"

/* Prints a recording as the options say. tools[0 .. count - 1]: of each selected tool, with options->recorded. A tool
 * that is `options` itself is printed as rows or totals, others as a timeline. fd: destination of rows. False:
 * incomplete, and error->code is the exit code; an empty text means that a message has reported the damage. */
bool replay_run(const struct options *options, const struct options *tools, size_t count, struct recording *recording,
		int fd, struct error *error);

#endif
