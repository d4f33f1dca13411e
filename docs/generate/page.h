/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page.h: what is known of an applet: its tables, and what docs/pages says of it. All documents are made of this. */
#ifndef NETTRACE_DOCS_PAGE_H
#define NETTRACE_DOCS_PAGE_H

#include "cmd/applets.h"

#define PAGE_NAMES    6
#define PAGE_OPTIONS  64
#define PAGE_FIELDS   48
#define PAGE_SECTIONS 24

/* An option with everything that it is called. */
struct page_option {
	const char *names[PAGE_NAMES]; /* long names without dashes, the usual one first */
	char letters[PAGE_NAMES];      /* ends with 0 */
	const char *arg;               /* what its argument is called; NULL: takes none */
	bool arg_optional;
	const char *help;
	const char *const *choices; /* what the argument may be; ends with NULL; NULL: not a choice */
	const char *heading;        /* "Filters:"; NULL: its group has none */
	int group;
	const struct common_option *common; /* NULL: the applet's own */
};

/* A column and a JSON key, or one of them. */
struct page_field {
	const char *title;  /* NULL: in no table and no CSV */
	const char *key;    /* NULL: not in JSON */
	const char *help;   /* allocated */
	const char *column; /* unit in columns; NULL: none to speak of */
	const char *json;   /* the same in JSON */
	char when[96];      /* "with --extended"; empty: always there */
};

/* Part of what docs/pages says: a line "= HEADING" and what follows. */
struct page_section {
	const char *heading, *body;
};

struct page {
	const char *name, *summary;
	const struct tool *tool; /* whose tables it is made of; NULL: it has others */
	bool helper;             /* no tool with rows of its own */
	const char *args;        /* what stands behind the options */
	const char *note;        /* what --help says below the options, but for the examples */
	struct page_option options[PAGE_OPTIONS];
	const struct json_line *lines; /* that it prints besides its tools' rows; NULL: none */
	struct page_field rows[PAGE_FIELDS], totals[PAGE_FIELDS]; /* end with neither title nor key */
	struct page_section sections[PAGE_SECTIONS];              /* end with a NULL heading */
};

/* Where the sources are: the directory of docs/ and test/. */
extern const char *page_source;

/* The page of the applet of this number; NULL: no more. Kept. */
const struct page *page_at(size_t i);
/* The page of what is no applet ("nettrace"): what docs/pages says, and the options that all tools share. */
const struct page *page_of_text(const char *name, const char *summary);
/* NULL: docs/pages says nothing under this heading. */
const char *page_section(const struct page *page, const char *heading);
/* Fills up to PAGE_FIELDS - 1 fields as they are printed by `tool`, its rows or its totals; NULL: those that all events
 * have. */
void page_fields(struct page_field *to, const struct tool *tool, bool totals);
/* The whole of a text file below page_source; NULL: there is none. Kept. */
char *page_read(const char *path, const char *name);

#endif
