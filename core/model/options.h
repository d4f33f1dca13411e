/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h: what a user asked for: data that every layer reads; core/cli/parse.h fills it. */
#ifndef NETTRACE_MODEL_OPTIONS_H
#define NETTRACE_MODEL_OPTIONS_H

#include "core/tool.h"

enum format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_JSON,
};

/* What is not to be used although the kernel has it (--without, --rung), so that each lower rung can be run. */
struct exclusions {
	/* With commas between: programs; kinds of section (fexit, iter); sk_storage, tag_slots, map_iterators,
	 * task_btf, cast and trampolines of struct kernel. NULL: none. */
	const char *without;
	/* A number: each hook begins with its so many-th program, or with its last; or programs and kinds of section
	 * with commas between: each hook that has some of them has no others. NULL: all. */
	const char *rung;
};

#define OUTCOME_ERRORS 16

/* What became of what a row is about (core/print/outcome.h). All zero: anything. */
struct outcome {
	uint16_t errors[OUTCOME_ERRORS]; /* errnos: one of these */
	uint32_t n_errors;
	bool failed, retrans;
	uint64_t min_ns, min_bytes;
};

struct recorded_tool;

struct options {
	const struct tool *tool;
	struct settings settings; /* goes into the kernel as it is */
	enum format format;
	bool wide, time, timestamp, containers, no_header, verbose, journal, keep_caps;
	int ready_fd;                 /* -1: none */
	int cgroupmap, mntnsmap;      /* descriptors of the user's maps (core/bpf/pinned_maps.h); -1: none */
	uint32_t ring_bytes;          /* power of two */
	uint64_t duration, interval;  /* ns; 0: none */
	uint64_t count;               /* rows (or intervals of totals); 0: no limit */
	uint64_t rows;                /* of totals, in each interval; 0: no limit */
	uint32_t sort;                /* of totals: index of the tool's --sort */
	struct outcome outcome;       /* of the rows that are shown */
	struct exclusions exclusions; /* programs not to be used */
	void *own;                    /* the tool's own options: tool->options_size bytes; NULL: it has none */
	char **command;               /* after --; NULL: none */
	const char *columns;          /* names of the columns that are shown; NULL: the tool's */
	const char *record;           /* file that events are recorded in; NULL: none */
	uint64_t record_limit;        /* bytes that it may take; 0: no limit */
	/* What a recording that is replayed says of the tool (core/model/recorded.h); NULL: it runs. */
	const struct recorded_tool *recorded;
};

/* What is so before anything is asked for; options_free() is the caller's to call. A copy shares what `own` points to.
 */
void options_init(struct options *options, const struct tool *tool);
void options_free(struct options *options);
/* The tool's first O_TEXT; NULL: none was given. */
const char *options_text(const struct options *options);
/* The tool's i-th O_NUMBER or O_MSEC; 0: none was given, or there is none. */
uint64_t options_number(const struct options *options, unsigned int i);
/* Totals are asked for, not rows. */
bool options_totals(const struct options *options);
/* The O_TEXT with which events are made, or were recorded. */
const char *options_effective_text(const struct options *options);
/* The recording has not the tool, but the one that its events can be made of. */
bool options_are_remade(const struct options *options);

#endif
