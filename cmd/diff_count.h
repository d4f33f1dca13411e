/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diff_count.h: the rows of a recording, counted by tool, peer, port, reason and whatever else may have changed. */
#ifndef NETTRACE_DIFF_COUNT_H
#define NETTRACE_DIFF_COUNT_H

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/record/reader.h"

#define DIFF_SIDES  2
#define DIFF_SLOTS  512   /* of a histogram: eight for each power of two */
#define DIFF_GROUPS 20000 /* beyond it new values are not counted, which is told */

/* What one value of one member adds up to, in both recordings. */
struct diff_group {
	const char *tool;
	char *what;  /* the member; "": all rows of the tool */
	char *value; /* as JSON has it, without quotes */
	struct diff_side {
		uint64_t rows;
		uint32_t *slots; /* of its times; NULL: it has none */
		uint64_t times;
	} sides[DIFF_SIDES];
	double score; /* how sure it is that the rate has changed */
};

struct diff {
	struct diff_group *groups;
	size_t count, room;
	uint64_t left_out; /* rows of values beyond DIFF_GROUPS */
	struct diff_recording {
		char *name;
		double seconds;
		uint64_t lost;
		struct text tools; /* ",name,name," */
		struct text about; /* the version, the kernel, what was run: lines */
	} recordings[DIFF_SIDES];
	struct text problems; /* what cannot be compared: lines */
};

/* Counts the rows of a recording for this side, and takes ownership of its descriptors. False: it cannot be read, see
 * *error. */
bool diff_count(struct diff *diff, int side, struct recording_files *files, struct error *error);
/* The recording of this side has the tool. */
bool diff_has(const struct diff *diff, int side, const char *tool);
/* Says which tools only one of them has. */
void diff_find_missing(struct diff *diff);
/* A quantile of the times of a side, ns; 0: there are none. Right to an eighth. */
uint64_t diff_quantile(const struct diff_side *side, double quantile);
void diff_free(struct diff *diff);

#endif
