/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: the generator of the documents that come from the tables: generate SOURCE OUTPUT. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/message.h"
#include "cmd/fatal.h"
#include "docs/generate/write.h"

static const char *output;

/* Creates an output file, DIRECTORY/NAMEEND. */
static FILE *create(const char *directory, const char *name, const char *end)
{
	char path[PATH_MAX];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", output, directory);
	if (mkdir(path, 0777) && errno != EEXIST)
		fatal(EXIT_FAILED, "%s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), "%s/%s/%s%s", output, directory, name, end);
	out = fopen(path, "we");
	if (!out)
		fatal(EXIT_FAILED, "%s: %s", path, strerror(errno));
	return out;
}

static void close_file(FILE *out)
{
	if (ferror(out) | fclose(out))
		fatal(EXIT_FAILED, "%s: %s", output, strerror(errno));
}

static void write_tool(const struct page *page)
{
	char name[64];
	FILE *out;

	snprintf(name, sizeof(name), "nettrace-%s", page->name);
	out = create("man", name, ".8");
	write_page(out, &style_man, page);
	close_file(out);
	out = create("tools", page->name, ".md");
	write_page(out, &style_markdown, page);
	close_file(out);
	if (page->helper && !page->lines)
		return;
	out = create("schema", page->name, ".json");
	write_schema(out, page);
	close_file(out);
}

/* Writes a page about all tools: for the manual, and for readers of the repository under another name. */
static void write_about(const char *name, const char *summary, int section, const char *markdown)
{
	const struct page *page = page_of_text(name, summary);
	char end[8];
	FILE *out;

	snprintf(end, sizeof(end), ".%d", section);
	out = create("man", name, end);
	write_text_page(out, &style_man, page, section);
	close_file(out);
	out = create("tools", markdown, ".md");
	write_text_page(out, &style_markdown, page, section);
	close_file(out);
}

/* Writes README.md above the output: replaces its table of tools and keeps its other text. */
static void write_readme(void)
{
	static const char heading[] = "| tool | what it shows |\n|---|---|\n";
	static char text[1 << 16];
	char path[PATH_MAX], *rows;
	const struct page *page;
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "%s/README.md", page_source);
	file = fopen(path, "re");
	length = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
	rows = strstr(text, heading);
	if (!rows || length == sizeof(text) - 1)
		fatal(EXIT_FAILED, "%s: no table of tools, or too long", path);
	fclose(file);
	rows += strlen(heading);
	file = create("..", "README", ".md");
	fwrite(text, 1, (size_t)(rows - text), file);
	for (size_t i = 0; (page = page_at(i)); i++)
		fprintf(file, "| [`%s`](docs/tools/%s.md) | %s |\n", page->name, page->name, page->summary);
	while (*rows == '|')
		rows += strcspn(rows, "\n") + 1;
	fputs(rows, file);
	close_file(file);
}

int main(int argc, char **argv)
{
	static const struct {
		void (*write)(FILE *out);
		const char *name, *end;
	} completions[] = { { write_bash, "nettrace", ".bash" },
			    { write_zsh, "_nettrace", "" },
			    { write_fish, "nettrace", ".fish" } };
	const struct page *page;

	message_name("generate");
	if (argc != 3)
		fatal(EXIT_USAGE, "usage: generate SOURCE OUTPUT");
	page_source = argv[1];
	output = argv[2];
	for (size_t i = 0; (page = page_at(i)); i++)
		write_tool(page);
	write_about("nettrace", "sees what the network stack of a Linux machine does", 8, "README");
	write_about("nettrace-guide", "from a question about the network to the tool and the line that answer it", 7,
		    "guide");
	write_about("nettrace-json", "what the tools of nettrace print with --json", 5, "json");
	for (size_t i = 0; i < sizeof(completions) / sizeof(completions[0]); i++) {
		FILE *out = create("completion", completions[i].name, completions[i].end);

		completions[i].write(out);
		close_file(out);
	}
	write_readme();
	return EXIT_DONE;
}
