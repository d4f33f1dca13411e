/* SPDX-License-Identifier: GPL-2.0-or-later */
/* write.h: pages as documents, and the formats that they are written in. */
#ifndef NETTRACE_DOCS_WRITE_H
#define NETTRACE_DOCS_WRITE_H

#include <stdio.h>

#include "docs/generate/page.h"

/* How the parts of a document are written. In texts `code` stands between backquotes; nothing else is special. */
struct style {
	void (*begin)(FILE *out, const char *name, int section, const char *summary);
	void (*heading)(FILE *out, const char *text);
	void (*subheading)(FILE *out, const char *text);
	void (*paragraph)(FILE *out, const char *text);
	void (*term)(FILE *out, const char *term, const char *text);
	void (*item)(FILE *out, const char *text);
	void (*verbatim)(FILE *out, const char *text, size_t length);
	void (*reference)(FILE *out, const char *name, const char *between); /* to another page */
};

extern const struct style style_man, style_markdown;

/* The page of a tool or helper. */
void write_page(FILE *out, const struct style *style, const struct page *page);
/* A page that is all text. */
void write_text_page(FILE *out, const struct style *style, const struct page *page, int section);
/* Text of docs/pages: paragraphs, "- " items, verbatim lines that begin with a tab, and lines "@WHAT" (text.c). */
void write_text(FILE *out, const struct style *style, const struct page *page, const char *text);
/* What was measured of the page's tool (docs/performance.md); nothing where nothing was. */
void write_figures(FILE *out, const struct style *style, const struct page *page);
/* Fields as terms. */
void write_fields(FILE *out, const struct style *style, const struct page_field *fields);
/* The same of the page's options; those that tools share, where it has none. */
void write_options(FILE *out, const struct style *style, const struct page *page);

/* Keys of JSON objects as terms. */
void write_keys(FILE *out, const struct style *style, const struct json_key *keys);

/* JSON Schema of a tool's lines, or of a helper's. */
void write_schema(FILE *out, const struct page *page);
/* Its parts: a text in quotes; a kind of line, by its name; an element of "properties". They begin so many spaces from
 * the left. tool: what "tool" always is; NULL: any. */
void schema_string(FILE *out, const char *text);
void schema_object(FILE *out, const struct json_line *line, int indent);
void schema_key(FILE *out, const struct json_key *key, int indent, const char *tool);
/* The names of all keys as elements of "required", each with `before` in front of it. */
void schema_required(FILE *out, const struct json_key *keys, const char *before);

/* Completion, of all applets. */
void write_bash(FILE *out);
void write_zsh(FILE *out);
void write_fish(FILE *out);

/* What an argument of this name is completed with. */
enum completer {
	COMPLETE_NOTHING,
	COMPLETE_PIDS,
	COMPLETE_USERS,
	COMPLETE_INTERFACES,
	COMPLETE_NETNS,
	COMPLETE_DIRECTORIES,
	COMPLETE_FILES,
	COMPLETE_TOOLS,
	COMPLETERS,
};
enum completer completer_of(const char *arg);

#endif
