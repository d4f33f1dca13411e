/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page.h: the page of an applet: its tables, and its text in docs/pages. All documents come from this. */
#ifndef NETTRACE_DOCS_PAGE_H
#define NETTRACE_DOCS_PAGE_H

#include "cmd/applets.h"

#define PAGE_NAMES    6
#define PAGE_OPTIONS  64
#define PAGE_FIELDS   128
#define PAGE_SECTIONS 24

/* An option with all its names. */
struct page_option {
	const char *names[PAGE_NAMES]; /* long names without dashes, the default one first */
	char letters[PAGE_NAMES];      /* ends with 0 */
	const char *arg;               /* name of its argument; NULL: none */
	bool arg_optional;
	const char *help;
	const char *const *choices; /* possible arguments; ends with NULL; NULL: not a choice */
	const char *heading;        /* "Filters:"; NULL: none */
	int group;
	bool replayed;                      /* of use where a recording is replayed, too */
	const struct common_option *common; /* NULL: the applet's own */
};

/* A column, a JSON key, or both. */
struct page_field {
	const char *title;  /* NULL: in no table and no CSV */
	const char *key;    /* NULL: not in JSON */
	const char *help;   /* allocated */
	const char *column; /* unit in columns; NULL: none */
	const char *json;   /* unit in JSON */
	char when[96];      /* "with --extended"; empty: always */
};

/* A section of docs/pages: a line "= HEADING" and the text after it. */
struct page_section {
	const char *heading, *body;
};

struct page {
	const char *name, *summary;
	const struct tool *tool; /* with the tables of the page; NULL: other tables */
	bool helper;             /* no tool with rows of its own */
	const char *args;        /* the text after the options in the usage line */
	const char *note;        /* the text of --help below the options, without examples */
	struct page_option options[PAGE_OPTIONS];
	const struct json_line *lines; /* that it prints besides the rows of its tools; NULL: none */
	struct page_field rows[PAGE_FIELDS], totals[PAGE_FIELDS]; /* end with neither title nor key */
	struct page_section sections[PAGE_SECTIONS];              /* end with a NULL heading */
};

/* The root of the sources: the directory with docs/ and test/. */
extern const char *page_source;

/* The page of the applet with this number; NULL: no more. Valid until the end. */
const struct page *page_at(size_t i);
/* The page of a text without an applet ("nettrace"): its docs/pages, and the options that all tools share. */
const struct page *page_of_text(const char *name, const char *summary);
/* NULL: docs/pages has no such heading. */
const char *page_section(const struct page *page, const char *heading);
/* Fills up to PAGE_FIELDS - 1 fields with those of `tool`, its rows or its totals; NULL: the fields of all events. */
void page_fields(struct page_field *to, const struct tool *tool, bool totals);
/* The content of a text file below page_source; NULL: no such file. Valid until the end. */
char *page_read(const char *path, const char *name);

#endif
