/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ready.c: the announcement that every probe is attached. */
#include "core/run/ready.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/message.h"

/* Nothing is visible before the first totals, so a person at a terminal gets a line at once. */
static void print_banner(const struct options *options)
{
	if (!isatty(STDERR_FILENO) || options->format != FORMAT_TABLE)
		return;
	if (options->interval)
		print_note("tracing, printing every %g s (Ctrl-C ends it)", (double)options->interval / 1e9);
	else
		print_note("tracing (Ctrl-C prints the totals)");
}

/* A recorder prints no rows. */
static void print_recording(const struct options *options)
{
	if (isatty(STDERR_FILENO) && options->record)
		print_note("recording to %s (Ctrl-C ends it)",
			   strcmp(options->record, "-") ? options->record : "stdout");
}

void announce_ready(struct printer *printer, bool totals_later)
{
	const struct options *options = printer->options;

	if (!printer->columns.count)
		print_recording(options);
	else if (!printer->columns.totals)
		printer_header(printer);
	else if (totals_later)
		print_banner(options);
	printer_flush(printer);
	if (options->ready_fd < 0)
		return;
	if (write(options->ready_fd, "\n", 1) != 1)
		print_error("--ready-fd %d: %s", options->ready_fd, strerror(errno));
	close(options->ready_fd);
}
