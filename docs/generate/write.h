/* SPDX-License-Identifier: GPL-2.0-or-later */
/* write.h: documents from pages, and their formats. */
#ifndef NETTRACE_DOCS_WRITE_H
#define NETTRACE_DOCS_WRITE_H

#include <stdio.h>

#include "docs/generate/page.h"

/* The format of a document's parts. In texts, `code` stands between backquotes; no other character is special. */
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

void write_page(FILE *out, const struct style *style, const struct page *page);
/* Writes a page that consists of text. */
void write_text_page(FILE *out, const struct style *style, const struct page *page, int section);
/* Writes text of docs/pages: paragraphs, "- " items, verbatim lines that begin with a tab, and lines "@WHAT"
 * (text.c). */
void write_text(FILE *out, const struct style *style, const struct page *page, const char *text);
/* Writes the measured costs of the page's tool (docs/performance.md), if any. */
void write_figures(FILE *out, const struct style *style, const struct page *page);
/* Writes fields as terms. */
void write_fields(FILE *out, const struct style *style, const struct page_field *fields);
/* Writes the page's options as terms, or the shared options if it has none. */
void write_options(FILE *out, const struct style *style, const struct page *page);

/* Writes keys of JSON objects as terms. */
void write_keys(FILE *out, const struct style *style, const struct json_key *keys);

/* Writes the JSON Schema of a tool's or helper's lines. */
void write_schema(FILE *out, const struct page *page);
/* Parts of a schema: a quoted text; a kind of line, by its name; an element of "properties". They are indented by
 * `indent` spaces. tool: the value of "tool"; NULL: any. */
void schema_string(FILE *out, const char *text);
void schema_object(FILE *out, const struct json_line *line, int indent);
void schema_key(FILE *out, const struct json_key *key, int indent, const char *tool);
/* Writes the names of all keys as elements of "required", each after `before`. */
void schema_required(FILE *out, const struct json_key *keys, const char *before);

/* Completion of all applets. */
void write_bash(FILE *out);
void write_zsh(FILE *out);
void write_fish(FILE *out);

/* The completion of an argument with this name. */
enum completer {
	COMPLETE_NOTHING,
	COMPLETE_PIDS,
	COMPLETE_USERS,
	COMPLETE_INTERFACES,
	COMPLETE_NETNS,
	COMPLETE_DIRECTORIES,
	COMPLETE_FILES,
	COMPLETE_TOOLS,   /* that can be traced */
	COMPLETE_STORIES, /* that have a part in a timeline */
	COMPLETE_COMMS,   /* names of processes */
	COMPLETE_CGROUPS, /* containers and units */
	COMPLETE_ASKED,   /* what the program lists: "--reason help" */
	COMPLETERS,
};
enum completer completer_of(const char *arg);

#endif
