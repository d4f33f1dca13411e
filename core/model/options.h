/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h: the options of a run: data that every layer reads; core/cli/parse.h fills it. */
#ifndef NETTRACE_MODEL_OPTIONS_H
#define NETTRACE_MODEL_OPTIONS_H

#include "core/tool.h"

enum format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_JSON,
};

/* Features to exclude although the kernel has them (--without, --rung), so that each lower rung can run. */
struct exclusions {
	/* Separated by commas: programs; kinds of section (fexit, iter); sk_storage, tag_slots, map_iterators,
	 * task_btf, cast and trampolines of struct kernel. NULL: none. */
	const char *without;
	/* A number N: each hook begins with its N-th program, or with its last. Or programs and kinds of section,
	 * separated by commas: a hook that has some of them uses no others. NULL: all. */
	const char *rung;
};

#define OUTCOME_ERRORS 16

/* The outcomes that a filter selects (core/print/outcome.h). All zero: any. */
struct outcome {
	uint16_t errors[OUTCOME_ERRORS]; /* errnos: one of these */
	uint32_t n_errors;
	bool failed, retrans;
	uint64_t min_ns, min_bytes;
};

struct event_reader;
struct recorded_tool;

struct options {
	const struct tool *tool;
	struct settings settings; /* copied to the kernel unchanged */
	enum format format;
	bool time_iso;    /* times have date, fraction and zone */
	bool csv_classic; /* CSV in the form of bcc: units of the table, times without date */
	bool wide, time, timestamp, containers, no_header, noclear, verbose, journal, keep_caps, no_sandbox;
	int ready_fd;                 /* -1: none */
	int cgroupmap, mntnsmap;      /* descriptors of the user's maps (core/bpf/pinned_maps.h); -1: none */
	uint32_t ring_bytes;          /* power of two */
	uint64_t duration, interval;  /* ns; 0: none */
	uint64_t count;               /* rows (or intervals of totals); 0: no limit */
	uint64_t rows;                /* of totals, in each interval; 0: no limit */
	uint32_t sort;                /* of totals: index of the tool's --sort */
	struct outcome outcome;       /* of the rows that are shown */
	struct exclusions exclusions; /* excluded programs and features */
	void *own;                    /* the tool's own options, tool->options_size bytes; NULL: none */
	char **command;               /* after --; NULL: none */
	const char *by_name;          /* groups of totals; NULL: the tool's own */
	const char *subnets;          /* of --by subnet; NULL: the default (core/names/subnets.h) */
	bool names_cgroups;           /* groups of totals are containers or units */
	bool rate;                    /* totals are per second of their interval */
	void *by;                     /* the tool that by_name or rate makes (core/totals/by.h); NULL: none */
	const char *since, *until;    /* of a recording: times as the user wrote them; NULL: all */
	const char *output;           /* output file of rows; NULL: stdout */
	const char *columns;          /* names of the columns to show; NULL: the tool's */
	const char *record;           /* file to record events in; NULL: none */
	uint64_t record_limit;        /* size limit of the recording in bytes; 0: none */
	/* Of several tools: takes their events instead of a timeline (core/model/event_reader.h); NULL: none. */
	const struct event_reader *reader;
	/* The tool as the replayed recording describes it (core/model/recorded.h); NULL: a run. */
	const struct recorded_tool *recorded;
};

/* Sets the defaults. The caller frees them with options_free(). A copy shares the memory of `own`. */
void options_init(struct options *options, const struct tool *tool);
void options_free(struct options *options);
/* The value of the tool's first O_TEXT; NULL: not given. */
const char *options_text(const struct options *options);
/* The value of the tool's i-th O_NUMBER or O_MSEC; 0: not given, or no such option. */
uint64_t options_number(const struct options *options, unsigned int i);
/* Whether the user asked for totals instead of rows. */
bool options_totals(const struct options *options);
/* The O_TEXT of the run, or of the recording. */
const char *options_effective_text(const struct options *options);
/* Whether the recording lacks the tool, but has the one that its events can be reconstructed from. */
bool options_are_remade(const struct options *options);

#endif
