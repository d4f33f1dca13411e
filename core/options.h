/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h: what a user asked for, checked; parsed by argp from the tables of tool.h. */
#ifndef NETTRACE_OPTIONS_H
#define NETTRACE_OPTIONS_H

#include "core/tool.h"

enum format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_JSON,
};

struct options {
	const struct tool *tool;
	struct settings settings; /* goes into the kernel as it is */
	enum format format;
	bool wide, time, timestamp, no_header, verbose, journal, keep_caps;
	int ready_fd;                /* -1: none */
	int cgroupmap, mntnsmap;     /* descriptors of the user's maps (core/pins.h); -1: none */
	uint32_t ring_bytes;         /* power of two */
	uint64_t duration, interval; /* ns; 0: none */
	uint64_t count;              /* rows (or intervals of totals); 0: no limit */
	uint64_t rows;               /* of totals, in each interval; 0: no limit */
	uint32_t sort;               /* of totals: index of the tool's --sort */
	const char *without;         /* programs not to be used (core/crossings.h); NULL: none */
	const char *text;            /* the tool's O_TEXT */
	uint32_t pick;               /* the tool's O_PICK */
	char **command;              /* after --; NULL: none */
};

/* The fields of the totals that are asked for; NULL: rows. */
const struct field *options_totals(const struct options *options);
/* What is so before anything is asked for. */
void options_start(struct options *options, const struct tool *tool);
/* Parses argv of `tool` (argv[0] is its name) into *options. --help and --version print and exit 0; bad input is told
 * in one line and exits 2. */
void options_parse(struct options *options, const struct tool *tool, int argc, char **argv);

#endif
