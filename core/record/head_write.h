/* SPDX-License-Identifier: GPL-2.0-or-later */
/* head_write.h: the first block of a recording: what a reader needs to print the rest on another machine.
 *
 * Lines of text: a word, then its value: words, or the rest of the line. A reader skips lines with an unknown word.
 * Lines after "tool" belong to that tool:
 *   part NUMBER ID            part of the recording ID, from 0
 *   parts N                   number of files, overwritten in turn; 1: a single file
 *   version TEXT              and release, machine, host, command
 *   order big | little        byte order of numbers in events; default: little
 *   begun NS                  of CLOCK_BOOTTIME
 *   wall NS                   offset from such a time to the time since 1970
 *   tool NAME SIZE            size of an event in bytes
 *   flags, number I, interval N   of the tool's settings and options
 *   text TEXT                 its O_TEXT
 *   totals                    it printed totals
 *   field NAME KIND OFFSET SIZE
 *   enum TYPE VALUE NAME SHORT    a value of a kernel's enum that the tool prints */
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
	bool swapped;                                       /* the numbers in events have the other byte order */
	char *version, *release, *machine, *host, *command; /* NULL: not recorded */
	struct recorded_tool *tools;
	size_t n_tools;
};

/* Appends the lines that are equal in all parts of a recording: about the running machine and the tools. */
void record_head_write(struct text *text, const struct options *const *tools, size_t n_tools);
/* Appends the lines of one part. */
void record_head_write_part(struct text *text, uint64_t id, unsigned int part, unsigned int parts, uint64_t begun,
			    int64_t wall);
/* Fills *head, and adds names to core/record/names.h. Returns NULL or a message. */
const char *record_head_read(struct record_head *head, const char *text, size_t length);
void record_head_free(struct record_head *head);
/* NULL: the tool was not recorded. */
const struct recorded_tool *record_head_tool(const struct record_head *head, const char *name);

#endif
