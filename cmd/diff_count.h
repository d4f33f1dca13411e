/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diff_count.h: the rows of a recording, counted by tool, peer, port, reason and other members. */
#ifndef NETTRACE_DIFF_COUNT_H
#define NETTRACE_DIFF_COUNT_H

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/record/reader.h"

#define DIFF_SIDES  2
#define DIFF_SLOTS  512   /* of a histogram: eight for each power of two */
#define DIFF_GROUPS 20000 /* limit; further values are not counted, which is reported */

/* The counts of one value of one member in both recordings. */
struct diff_group {
	const char *tool;
	char *what;  /* the member; "": all rows of the tool */
	char *value; /* in its JSON form, without quotes */
	struct diff_side {
		uint64_t rows;
		uint32_t *slots; /* of its times; NULL: none */
		uint64_t times;
	} sides[DIFF_SIDES];
	double score; /* certainty that the rate has changed */
};

struct diff {
	struct diff_group *groups;
	size_t count, room;
	uint64_t left_out; /* rows with values beyond DIFF_GROUPS */
	struct diff_recording {
		char *name;
		double seconds;
		uint64_t lost;
		struct text tools; /* ",name,name," */
		struct text about; /* the version, the kernel, the command: lines */
	} recordings[DIFF_SIDES];
	struct text problems; /* obstacles to a comparison: lines */
};

/* Counts the rows of a recording for this side, and takes ownership of its descriptors. False: it cannot be read, see
 * *error. */
bool diff_count(struct diff *diff, int side, struct recording_files *files, struct error *error);
/* Whether the recording of this side has the tool. */
bool diff_has(const struct diff *diff, int side, const char *tool);
/* Reports tools that only one recording has. */
void diff_find_missing(struct diff *diff);
/* A quantile of the times of a side, ns, with an error of at most an eighth; 0: no times. */
uint64_t diff_quantile(const struct diff_side *side, double quantile);
void diff_free(struct diff *diff);

#endif
