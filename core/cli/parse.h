/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse.h: what a user asked for, checked; parsed by argp from the tables of tool.h. */
#ifndef NETTRACE_CLI_PARSE_H
#define NETTRACE_CLI_PARSE_H

#include "core/bpf/crossings.h"
#include "core/tool.h"

enum format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_JSON,
};

struct recorded_tool;

struct options {
	const struct tool *tool;
	struct settings settings; /* goes into the kernel as it is */
	enum format format;
	bool wide, time, timestamp, containers, no_header, verbose, journal, keep_caps;
	int ready_fd;                /* -1: none */
	int cgroupmap, mntnsmap;     /* descriptors of the user's maps (core/bpf/pinned_maps.h); -1: none */
	uint32_t ring_bytes;         /* power of two */
	uint64_t duration, interval; /* ns; 0: none */
	uint64_t count;              /* rows (or intervals of totals); 0: no limit */
	uint64_t rows;               /* of totals, in each interval; 0: no limit */
	uint32_t sort;               /* of totals: index of the tool's --sort */
	struct crossings crossings;  /* programs not to be used */
	const char *text;            /* the tool's O_TEXT */
	uint32_t pick;               /* the tool's O_PICK */
	char **command;              /* after --; NULL: none */
	const char *record;          /* file that events are recorded in; NULL: none */
	uint64_t record_limit;       /* bytes that it may take; 0: no limit */
	/* What a recording that is replayed says of the tool (core/record/head_write.h); NULL: it runs. */
	const struct recorded_tool *recorded;
};

/* The fields of the totals that are asked for; NULL: rows. */
const struct field *options_totals(const struct options *options);
/* What is so before anything is asked for. */
void options_start(struct options *options, const struct tool *tool);
/* Parses argv of `tool` (argv[0] is its name) into *options. --help and --version print and exit 0; bad input is told
 * in one line and exits 2. recorded: of a recording, where some options are bad input, too; NULL: of a run. */
void options_parse_of(struct options *options, const struct tool *tool, const struct recorded_tool *recorded, int argc,
		      char **argv);
static inline void options_parse(struct options *options, const struct tool *tool, int argc, char **argv)
{
	options_parse_of(options, tool, NULL, argc, argv);
}
/* The O_TEXT with which events are made, or were recorded. */
const char *options_made_with(const struct options *options);

#endif
