/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_text.h: declarations shared by the source files of record_text. */
#ifndef NETTRACE_GOLDEN_RECORD_TEXT_H
#define NETTRACE_GOLDEN_RECORD_TEXT_H

#include <stdio.h>

#include "core/print/fields.h"
#include "cmd/fatal.h"

/* Position in the text, for messages. */
struct text_file {
	const char *name;
	int line;
};

extern struct text_file text_file;

#define refuse(format, ...) fatal(EXIT_USAGE, "%s:%d: " format, text_file.name, text_file.line, ##__VA_ARGS__)

FILE *open_text(const char *name);
/* The next line with content, without its newline; valid until the next call. NULL: end of file, which closes it. */
char *next_line(FILE *in);
/* Parses a number of at most `size` bytes. */
uint64_t parse_number(const char *value, size_t size);
/* Sets a member from the text of its kind; "-": unknown. */
void set_value(struct event *event, const struct member *member, char *value);

#endif
