/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_text.h: what the parts of record_text share. */
#ifndef NETTRACE_GOLDEN_RECORD_TEXT_H
#define NETTRACE_GOLDEN_RECORD_TEXT_H

#include <stdio.h>

#include "core/print/fields.h"
#include "cmd/fatal.h"

/* Where the text came from, for messages. */
struct text_file {
	const char *name;
	int line;
};

extern struct text_file text_file;

#define refuse(format, ...) fatal(EXIT_USAGE, "%s:%d: " format, text_file.name, text_file.line, ##__VA_ARGS__)

FILE *open_text(const char *name);
/* The next line that says something, without its end; good until the next. NULL: it was the last, and is closed. */
char *next_line(FILE *in);
/* A number of at most `size` bytes. */
uint64_t parse_number(const char *value, size_t size);
/* Sets a member from text, as its kind has it; "-": not known. */
void set_value(struct event *event, const struct member *member, char *value);

#endif
