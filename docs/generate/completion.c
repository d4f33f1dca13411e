/* SPDX-License-Identifier: GPL-2.0-or-later */
/* completion.c: completion for bash, zsh and fish: templates (NAME.in here), filled with the options of all applets. */
#include <stdlib.h>
#include <string.h>

#include "cmd/fatal.h"
#include "docs/generate/write.h"

enum completer completer_of(const char *arg)
{
	static const struct {
		const char *arg;
		enum completer completer;
	} completers[] = {
		{ "PIDS", COMPLETE_PIDS },       { "PID", COMPLETE_PIDS },     { "USERS", COMPLETE_USERS },
		{ "GLOBS", COMPLETE_COMMS },     { "NETNS", COMPLETE_NETNS },  { "INTERFACES", COMPLETE_INTERFACES },
		{ "CGROUPS", COMPLETE_CGROUPS }, { "PIN", COMPLETE_FILES },    { "DIR", COMPLETE_DIRECTORIES },
		{ "FILE", COMPLETE_FILES },      { "TOOLS", COMPLETE_TOOLS },  { "REASONS", COMPLETE_ASKED },
		{ "KEYS", COMPLETE_ASKED },      { "ERRORS", COMPLETE_ASKED },
	};

	for (size_t i = 0; i < sizeof(completers) / sizeof(completers[0]); i++)
		if (!strcmp(completers[i].arg, arg))
			return completers[i].completer;
	return COMPLETE_NOTHING;
}

/* Several tools make a timeline if each has a story. */
static enum completer completer_on(const struct page *page, const char *arg)
{
	enum completer completer = completer_of(arg);

	return completer == COMPLETE_TOOLS && !strcmp(page->name, "trace") ? COMPLETE_STORIES : completer;
}

/* Writes the template; put() writes the parts between @s. */
static void fill(FILE *out, const char *name, void (*put)(FILE *out, const char *what))
{
	const char *text = page_read("docs/generate", name);

	if (!text)
		fatal(EXIT_FAILED, "docs/generate/%s: cannot be read", name);
	while (*text) {
		const char *end = *text == '@' ? strchr(text + 1, '@') : NULL;
		char what[16];

		if (!end || (size_t)(end - text) > sizeof(what) || text[1] < 'a' || text[1] > 'z') {
			putc(*text++, out);
			continue;
		}
		snprintf(what, sizeof(what), "%.*s", (int)(end - text) - 1, text + 1);
		put(out, what);
		text = end + 1;
		if (*text == '\n' && (!strcmp(what, "options") || !strcmp(what, "words")))
			text++;
	}
}

/* Writes the text with a backslash before each of these characters, and with `quote` for a quote. */
static void put_quoted(FILE *out, const char *text, const char *escaped, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs(quote, out);
			continue;
		}
		if (strchr(escaped, *text))
			putc('\\', out);
		putc(*text, out);
	}
}

static void put_choices(FILE *out, const struct page_option *option, char between)
{
	for (const char *const *choice = option->choices; *choice; choice++)
		fprintf(out, "%.1s%s", choice == option->choices ? "" : &between, *choice);
}

/* The first positional argument; replay's second one is a tool. */
static enum completer completer_of_words(const struct page *page)
{
	const char *const *words = page->tool ? page->tool->positional : NULL;

	if (words)
		for (const struct page_option *option = page->options; *option->names; option++)
			for (const char *const *name = option->names; *name; name++)
				if (!strcmp(*name, words[0]) && option->arg)
					return completer_on(page, option->arg);
	if (page->tool)
		return COMPLETE_NOTHING;
	return strstr(page->args, "FILE") || !strcmp(page->args, "A B") ? COMPLETE_FILES
	       : strstr(page->args, "TOOL")                             ? COMPLETE_TOOLS
									: COMPLETE_NOTHING;
}

/* The tools that can be traced and recorded; stories: only those that have a part in a timeline. */
static void put_tools(FILE *out, bool stories)
{
	const struct page *page;

	for (size_t i = 0, n = 0; (page = page_at(i)); i++)
		if (!page->helper && (!stories || page->tool->story))
			fprintf(out, "%s%s", n++ ? " " : "", page->name);
}

/* The options that a replay refuses, of all tools. */
static void put_live(FILE *out, const char *between)
{
	const char *put[PAGE_OPTIONS] = { NULL };
	const struct page *page;
	size_t n = 0;

	for (size_t i = 0; (page = page_at(i)); i++) {
		for (const struct page_option *option = page->options; !page->helper && *option->names; option++) {
			size_t same = 0;

			while (same < n && strcmp(put[same], *option->names) != 0)
				same++;
			if (option->replayed || same < n || n == PAGE_OPTIONS)
				continue;
			fprintf(out, "%s%s", n ? between : "", *option->names);
			put[n++] = *option->names;
		}
	}
}

/* Parts that all templates have. False: another part. */
static bool put_common(FILE *out, const char *what, const char *between)
{
	const struct page *page;

	if (!strcmp(what, "applets"))
		for (size_t i = 0; (page = page_at(i)); i++)
			fprintf(out, "%s%s", i ? " " : "", page->name);
	else if (!strcmp(what, "traced") || !strcmp(what, "stories"))
		put_tools(out, *what == 's');
	else if (!strcmp(what, "pages"))
		fputs("guide json reasons harmless kernels containers monitoring limits moving-from-bcc changes", out);
	else if (!strcmp(what, "live"))
		put_live(out, between);
	else
		return false;
	return true;
}

/* ---- bash ---- */

static const char *const bash_names[COMPLETERS] = { "-",       "pids",        "users",   "interfaces",
						    "netns",   "directories", "files",   "traced",
						    "stories", "comms",       "cgroups", "asked" };

static void put_bash_option(FILE *out, const struct page *page, const struct page_option *option)
{
	char what[256] = "";

	if (option->arg && !option->arg_optional)
		snprintf(what, sizeof(what), ":%s",
			 option->choices ? "=" : bash_names[completer_on(page, option->arg)]);
	for (const char *const *choice = option->choices; choice && *choice; choice++)
		snprintf(what + strlen(what), sizeof(what) - strlen(what), "%s%s", *choice, choice[1] ? "," : "");
	for (const char *letter = option->letters; *letter; letter++)
		if (*letter != '?')
			fprintf(out, " -%c%s", *letter, what);
	for (const char *const *name = option->names; *name; name++)
		fprintf(out, " --%s%s", *name, what);
}

static void put_bash(FILE *out, const char *what)
{
	const struct page *page;

	if (put_common(out, what, "|"))
		return;
	for (size_t i = 0; (page = page_at(i)); i++) {
		if (!strcmp(what, "words")) {
			if (completer_of_words(page) != COMPLETE_NOTHING)
				fprintf(out, "\t%s) echo %s ;;\n", page->name, bash_names[completer_of_words(page)]);
			continue;
		}
		fprintf(out, "\t%s) printf '%%s '", page->name);
		for (const struct page_option *option = page->options; *option->names; option++)
			put_bash_option(out, page, option);
		fputs(" ;;\n", out);
	}
}

void write_bash(FILE *out)
{
	fill(out, "nettrace.bash.in", put_bash);
}

/* ---- zsh ---- */

static void put_zsh_names(FILE *out, const struct page_option *option, bool specs)
{
	const char *before = "";

	for (const char *letter = option->letters; *letter; letter++, before = specs ? "," : " ") {
		if (*letter != '?')
			fprintf(out, "%s-%c%s", before, *letter,
				specs && option->arg && !option->arg_optional ? "+" : "");
		else
			fprintf(out, "%s%s", before, specs ? "-\\?" : "-?");
	}
	for (const char *const *name = option->names; *name; name++, before = specs ? "," : " ")
		fprintf(out, "%s--%s%s", before, *name,
			!specs || !option->arg ? ""
			: option->arg_optional ? "=-"
					       : "=");
}

static const char *const zsh_actions[COMPLETERS] = {
	"",
	"_nettrace_pids",
	"_nettrace_users",
	"_nettrace_interfaces",
	"_nettrace_netns",
	"_files -/",
	"_files",
	"_nettrace_traced",
	"_nettrace_stories",
	"_nettrace_comms",
	"_nettrace_cgroups",
	" _nettrace_asked",
};

/* Writes '(-p --pid)'{-p+,--pid=}'[help]:PIDS:_nettrace_pids' */
static void put_zsh_option(FILE *out, const struct page *page, const struct page_option *option)
{
	bool several = option->names[1] || (*option->letters && *option->names);

	fputs(" \\\n\t\t\t'", out);
	if (several) {
		putc('(', out);
		put_zsh_names(out, option, false);
		fputs(")'{", out);
		put_zsh_names(out, option, true);
		fputs("}'", out);
	} else {
		put_zsh_names(out, option, true);
	}
	putc('[', out);
	put_quoted(out, option->help ? option->help : "", "[]\\", "'\\''");
	putc(']', out);
	if (option->arg) {
		fprintf(out, "%s%s:", option->arg_optional ? "::" : ":", option->arg);
		if (option->choices) {
			putc('(', out);
			put_choices(out, option, ' ');
			putc(')', out);
		} else {
			fputs(zsh_actions[completer_on(page, option->arg)], out);
			if (completer_of(option->arg) == COMPLETE_ASKED)
				fprintf(out, " --%s", *option->names);
		}
	}
	putc('\'', out);
}

static void put_zsh_words(FILE *out, const struct page *page)
{
	if (completer_of_words(page) != COMPLETE_NOTHING)
		fprintf(out, " \\\n\t\t\t'%s:word:%s'",
			page->tool           ? "1:"
			: *page->args == 'F' ? "1"
					     : "*",
			zsh_actions[completer_of_words(page)]);
	if (!page->tool && !strncmp(page->args, "FILE", 4))
		fputs(" \\\n\t\t\t'2::tool:_nettrace_replayed'", out);
}

static void put_zsh(FILE *out, const char *what)
{
	const struct page *page;

	if (put_common(out, what, "|"))
		return;
	for (size_t i = 0; (page = page_at(i)); i++) {
		if (!strcmp(what, "tools")) {
			fprintf(out, "\t\t'%s:", page->name);
			put_quoted(out, page->summary, ":\\", "'\\''");
			fputs("'\n", out);
			continue;
		}
		fprintf(out, "\t%s)\n\t\tspecs=(", page->name);
		for (const struct page_option *option = page->options; *option->names; option++)
			put_zsh_option(out, page, option);
		put_zsh_words(out, page);
		fputs("\n\t\t)\n\t\t;;\n", out);
	}
}

void write_zsh(FILE *out)
{
	fill(out, "nettrace.zsh.in", put_zsh);
}

/* ---- fish ---- */

static const char *const fish_words[COMPLETERS] = {
	"",
	"(__nettrace_list (__nettrace_names /proc/* | string match -r \"^[0-9]+\\$\"))",
	"(__nettrace_list (__fish_complete_users | string replace -r \"\\t.*\" \"\"))",
	"(__nettrace_list (__nettrace_names /sys/class/net/*))",
	"(__nettrace_list (__nettrace_names /run/netns/*))",
	"(__fish_complete_directories)",
	"",
	"(__nettrace_list (__nettrace_traced))",
	"(__nettrace_list (__nettrace_stories))",
	"(__nettrace_list (__nettrace_comms))",
	"(__nettrace_cgroups)",
	"(__nettrace_list (__nettrace_asked",
};

static void put_fish_names(FILE *out, const struct page *page, const struct page_option *option)
{
	fprintf(out, "complete -c nettrace -n '__nettrace_%s_is %s'", option->replayed ? "tool" : "live_tool",
		page->name);
	for (const char *letter = option->letters; *letter; letter++)
		if (*letter != '?')
			fprintf(out, " -s %c", *letter);
	for (const char *const *name = option->names; *name; name++)
		fprintf(out, " -l %s", *name);
}

/* The help belongs to the option, not to each value: values are on a line of their own. */
static void put_fish_option(FILE *out, const struct page *page, const struct page_option *option)
{
	bool arg = option->arg && !option->arg_optional;
	enum completer completer = arg ? completer_on(page, option->arg) : COMPLETE_NOTHING;

	put_fish_names(out, page, option);
	if (arg)
		fputs(completer == COMPLETE_FILES ? " -r -F" : " -x", out);
	fputs(" -d '", out);
	put_quoted(out, option->help ? option->help : "", "\\", "\\'");
	fputs("'\n", out);
	if (!option->choices && !*fish_words[completer])
		return;
	put_fish_names(out, page, option);
	fputs(" -x -a '", out);
	if (option->choices)
		put_choices(out, option, ' ');
	else
		fputs(fish_words[completer], out);
	if (completer == COMPLETE_ASKED)
		fprintf(out, " %s --%s))", page->name, *option->names);
	fputs("'\n", out);
}

static void put_fish_words(FILE *out, const struct page *page)
{
	enum completer completer = completer_of_words(page);

	if (completer == COMPLETE_NOTHING)
		return;
	fprintf(out, "complete -c nettrace -n '__nettrace_live_tool_is %s", page->name);
	if (!strncmp(page->args, "FILE", 4))
		fputs("; and not __nettrace_has_file", out);
	if (completer == COMPLETE_FILES)
		fputs("' -F\n", out);
	else
		fprintf(out, "' -a '%s'\n", fish_words[completer]);
}

static void put_fish(FILE *out, const char *what)
{
	const struct page *page;

	if (put_common(out, what, " "))
		return;
	for (size_t i = 0; (page = page_at(i)); i++) {
		fprintf(out, "complete -c nettrace -n __nettrace_no_tool -a %s -d '", page->name);
		put_quoted(out, page->summary, "\\", "\\'");
		fputs("'\n", out);
		for (const struct page_option *option = page->options; *option->names; option++)
			put_fish_option(out, page, option);
		put_fish_words(out, page);
	}
}

void write_fish(FILE *out)
{
	fill(out, "nettrace.fish.in", put_fish);
}
