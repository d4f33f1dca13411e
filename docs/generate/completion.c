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
		{ "PIDS", COMPLETE_PIDS },       { "PID", COMPLETE_PIDS },
		{ "USERS", COMPLETE_USERS },     { "INTERFACES", COMPLETE_INTERFACES },
		{ "NETNS", COMPLETE_NETNS },     { "CGROUPS", COMPLETE_DIRECTORIES },
		{ "DIR", COMPLETE_DIRECTORIES }, { "PIN", COMPLETE_FILES },
		{ "FILE", COMPLETE_FILES },      { "TOOLS", COMPLETE_TOOLS },
	};

	for (size_t i = 0; i < sizeof(completers) / sizeof(completers[0]); i++)
		if (!strcmp(completers[i].arg, arg))
			return completers[i].completer;
	return COMPLETE_NOTHING;
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
					return completer_of(option->arg);
	if (page->tool)
		return COMPLETE_NOTHING;
	return strstr(page->args, "FILE") || !strcmp(page->args, "A B") ? COMPLETE_FILES
	       : strstr(page->args, "TOOL")                             ? COMPLETE_TOOLS
									: COMPLETE_NOTHING;
}

/* Whether the tool names must have a story: several tools make a timeline. */
static bool is_of_stories(const struct page *page)
{
	return !strcmp(page->name, "trace");
}

static void put_stories(FILE *out)
{
	const struct page *page;

	for (size_t i = 0, n = 0; (page = page_at(i)); i++)
		if (page->tool && page->tool->story)
			fprintf(out, "%s%s", n++ ? " " : "", page->name);
}

/* ---- bash ---- */

static const char *const bash_names[COMPLETERS] = { "-",     "pids",        "users", "interfaces",
						    "netns", "directories", "files", "tools" };

static void put_bash_option(FILE *out, const struct page_option *option)
{
	char what[256] = "";

	if (option->arg)
		snprintf(what, sizeof(what), ":%s", option->choices ? "=" : bash_names[completer_of(option->arg)]);
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

	if (!strcmp(what, "stories")) {
		put_stories(out);
		return;
	}
	for (size_t i = 0; (page = page_at(i)); i++) {
		if (!strcmp(what, "tools")) {
			fprintf(out, "%s%s", i ? " " : "", page->name);
			continue;
		}
		if (!strcmp(what, "words")) {
			if (completer_of_words(page) != COMPLETE_NOTHING)
				fprintf(out, "\t%s) echo %s ;;\n", page->name,
					is_of_stories(page) ? "stories" : bash_names[completer_of_words(page)]);
			continue;
		}
		fprintf(out, "\t%s) printf '%%s '", page->name);
		for (const struct page_option *option = page->options; *option->names; option++)
			put_bash_option(out, option);
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
	"",       "_nettrace_pids",     "_users", "_nettrace_interfaces", "_nettrace_netns", "_files -/",
	"_files", "_nettrace_tool_list"
};

/* Writes '(-p --pid)'{-p+,--pid=}'[help]:PIDS:_nettrace_pids' */
static void put_zsh_option(FILE *out, const struct page_option *option)
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
			fputs(zsh_actions[completer_of(option->arg)], out);
		}
	}
	putc('\'', out);
}

static void put_zsh(FILE *out, const char *what)
{
	const struct page *page;

	if (!strcmp(what, "stories")) {
		put_stories(out);
		return;
	}
	for (size_t i = 0; (page = page_at(i)); i++) {
		if (!strcmp(what, "names")) {
			fprintf(out, "%s%s", i ? " " : "", page->name);
			continue;
		}
		if (!strcmp(what, "tools")) {
			fprintf(out, "\t\t'%s:", page->name);
			put_quoted(out, page->summary, ":\\", "'\\''");
			fputs("'\n", out);
			continue;
		}
		fprintf(out, "\t%s)\n\t\t_arguments -s -S", page->name);
		for (const struct page_option *option = page->options; *option->names; option++)
			put_zsh_option(out, option);
		if (completer_of_words(page) != COMPLETE_NOTHING)
			fprintf(out, " \\\n\t\t\t'%s:word:%s'",
				page->tool           ? "1:"
				: *page->args == 'F' ? "1"
						     : "*",
				is_of_stories(page) ? "_nettrace_story_list" : zsh_actions[completer_of_words(page)]);
		if (page->tool)
			fputs(" \\\n\t\t\t'*:::command:_normal'", out);
		else if (!strncmp(page->args, "FILE", 4))
			fputs(" \\\n\t\t\t'*:tool:_nettrace_tool_list'", out);
		fputs("\n\t\t;;\n", out);
	}
}

void write_zsh(FILE *out)
{
	fill(out, "nettrace.zsh.in", put_zsh);
}

/* ---- fish ---- */

static const char *const fish_words[COMPLETERS] = {
	"",
	"(__nettrace_names /proc/[0-9]*)",
	"(__fish_complete_users)",
	"(__nettrace_names /sys/class/net/*)",
	"(__nettrace_names /run/netns/*)",
	"(__fish_complete_directories)",
	"",
	"(__nettrace_list (__nettrace_tools))",
};

static void put_fish_names(FILE *out, const struct page *page, const struct page_option *option)
{
	fprintf(out, "complete -c nettrace -n '__nettrace_tool_is %s'", page->name);
	for (const char *letter = option->letters; *letter; letter++)
		if (*letter != '?')
			fprintf(out, " -s %c", *letter);
	for (const char *const *name = option->names; *name; name++)
		fprintf(out, " -l %s", *name);
}

/* The help belongs to the option, not to each value: values are on a line of their own. */
static void put_fish_option(FILE *out, const struct page *page, const struct page_option *option)
{
	enum completer completer = option->arg ? completer_of(option->arg) : COMPLETE_NOTHING;

	put_fish_names(out, page, option);
	if (option->arg && !option->arg_optional)
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
	fputs("'\n", out);
}

static void put_fish_words(FILE *out, const struct page *page)
{
	enum completer completer = completer_of_words(page);

	if (completer == COMPLETE_NOTHING)
		return;
	fprintf(out, "complete -c nettrace -n '__nettrace_tool_is %s'", page->name);
	if (completer == COMPLETE_FILES)
		fputs(" -F\n", out);
	else
		fprintf(out, " -a '%s'\n",
			is_of_stories(page) ? "(__nettrace_list (__nettrace_stories))" : fish_words[completer]);
	if (!strncmp(page->args, "FILE", 4))
		fprintf(out, "complete -c nettrace -n '__nettrace_tool_is %s; and __nettrace_has_file' -a '%s'\n",
			page->name, fish_words[COMPLETE_TOOLS]);
}

static void put_fish(FILE *out, const char *what)
{
	const struct page *page;

	(void)what;
	fputs("function __nettrace_tools\n    printf '%s\\n'", out);
	for (size_t i = 0; (page = page_at(i)); i++)
		fprintf(out, " %s", page->name);
	fputs("\nend\n\nfunction __nettrace_stories\n    printf '%s\\n' ", out);
	put_stories(out);
	fputs("\nend\n\ncomplete -c nettrace -f\n"
	      "complete -c nettrace -n __nettrace_no_tool -a help -d 'what a tool can do'\n"
	      "complete -c nettrace -n '__nettrace_tool_is help' -a '(__nettrace_tools) guide json reasons'\n",
	      out);
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
