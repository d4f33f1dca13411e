/* SPDX-License-Identifier: GPL-2.0-or-later */
/* head_write.h: the first block of a recording: what one has to know to print the rest elsewhere.
 *
 * Lines of text: a word for what it is, then its value, words or the rest of the line. A reader skips lines that begin
 *with an unknown word. Those of a tool, up to the next "tool", are about that one: part NUMBER ID                   of
 *the recording ID, from 0 parts N                          number of files, written in turn; 1: a single file version,
 *release, machine, host, command  TEXT order big | little               of the bytes of numbers in events; not told:
 *little begun NS                         of CLOCK_BOOTTIME, and wall NS                          what is to be added to
 *such a time for that since 1970 tool NAME SIZE                   SIZE bytes has an event flags, number I, interval N
 *of its settings and options; text TEXT: its O_TEXT; totals: it printed totals field NAME KIND OFFSET SIZE enum TYPE
 *VALUE NAME SHORT       a value of a kernel's enum that it prints */
#ifndef NETTRACE_RECORD_HEAD_WRITE_H
#define NETTRACE_RECORD_HEAD_WRITE_H

#include "core/model/options.h"
#include "core/model/recorded.h"
#include "core/base/text.h"

#define RECORD_TOOLS 64

struct record_head {
	uint64_t id, begun;
	int64_t wall;
	unsigned int part, parts;
	bool swapped; /* the bytes of numbers in events have not the order of this machine */
	char *version, *release, *machine, *host, *command; /* NULL: not told */
	struct recorded_tool *tools;
	size_t n_tools;
};

/* What is the same in all parts of a recording: of the running machine, and of the tools. */
void record_head_write(struct text *text, const struct options *const *tools, size_t n_tools);
/* The lines that each part has of its own. */
void record_head_write_part(struct text *text, uint64_t id, unsigned int part, unsigned int parts, uint64_t begun,
			    int64_t wall);
/* Fills *head, and tells names to core/record/names.h. NULL, or what is wrong. */
const char *record_head_read(struct record_head *head, const char *text, size_t length);
void record_head_free(struct record_head *head);
/* NULL: it was not recorded. */
const struct recorded_tool *record_head_tool(const struct record_head *head, const char *name);

#endif
