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
		if (*text == '\n' && !strcmp(what, "options"))
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

/* ---- bash ---- */

static void put_bash_option(FILE *out, const struct page_option *option)
{
	static const char *const whats[COMPLETERS] = { "-",     "pids",        "users", "interfaces",
						       "netns", "directories", "files", "tools" };
	char what[256] = "";

	if (option->arg)
		snprintf(what, sizeof(what), ":%s", option->choices ? "=" : whats[completer_of(option->arg)]);
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

	for (size_t i = 0; (page = page_at(i)); i++) {
		if (!strcmp(what, "tools")) {
			fprintf(out, "%s%s", i ? " " : "", page->name);
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

/* Writes '(-p --pid)'{-p+,--pid=}'[help]:PIDS:_nettrace_pids' */
static void put_zsh_option(FILE *out, const struct page_option *option)
{
	static const char *const actions[COMPLETERS] = {
		"",          "_nettrace_pids", "_users",         "_nettrace_interfaces", "_nettrace_netns",
		"_files -/", "_files",         "_nettrace_tools"
	};
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
			fputs(actions[completer_of(option->arg)], out);
		}
	}
	putc('\'', out);
}

static void put_zsh(FILE *out, const char *what)
{
	const struct page *page;

	for (size_t i = 0; (page = page_at(i)); i++) {
		if (!strcmp(what, "tools")) {
			fprintf(out, "\t\t'%s:", page->name);
			put_quoted(out, page->summary, ":\\", "'\\''");
			fputs("'\n", out);
			continue;
		}
		fprintf(out, "\t%s)\n\t\t_arguments -s -S", page->name);
		for (const struct page_option *option = page->options; *option->names; option++)
			put_zsh_option(out, option);
		if (page->tool)
			fputs(" \\\n\t\t\t'*:::command:_normal'", out);
		else if (strstr(page->args, "TOOL"))
			fputs(" \\\n\t\t\t'*:tool:_nettrace_tools'", out);
		fputs("\n\t\t;;\n", out);
	}
}

void write_zsh(FILE *out)
{
	fill(out, "nettrace.zsh.in", put_zsh);
}

/* ---- fish ---- */

static void put_fish_option(FILE *out, const struct page *page, const struct page_option *option)
{
	static const char *const words[COMPLETERS] = {
		"",
		"(__nettrace_names /proc/[0-9]*)",
		"(__fish_complete_users)",
		"(__nettrace_names /sys/class/net/*)",
		"(__nettrace_names /run/netns/*)",
		"(__fish_complete_directories)",
		"",
		"(__nettrace_tools)",
	};
	enum completer completer = option->arg ? completer_of(option->arg) : COMPLETE_NOTHING;

	fprintf(out, "complete -c nettrace -n '__nettrace_tool_is %s'", page->name);
	for (const char *letter = option->letters; *letter; letter++)
		if (*letter != '?')
			fprintf(out, " -s %c", *letter);
	for (const char *const *name = option->names; *name; name++)
		fprintf(out, " -l %s", *name);
	if (option->arg && !option->arg_optional)
		fputs(completer == COMPLETE_FILES ? " -r -F" : " -x", out);
	if (option->choices) {
		fputs(" -a '", out);
		put_choices(out, option, ' ');
		fputs("'", out);
	} else if (*words[completer]) {
		fprintf(out, " -a '%s'", words[completer]);
	}
	fputs(" -d '", out);
	put_quoted(out, option->help ? option->help : "", "\\", "\\'");
	fputs("'\n", out);
}

static void put_fish(FILE *out, const char *what)
{
	const struct page *page;

	(void)what;
	fputs("function __nettrace_tools\n    printf '%s\\n'", out);
	for (size_t i = 0; (page = page_at(i)); i++)
		fprintf(out, " %s", page->name);
	fputs("\nend\n\ncomplete -c nettrace -f\n"
	      "complete -c nettrace -n __nettrace_no_tool -a help -d 'what a tool can do'\n"
	      "complete -c nettrace -n '__nettrace_tool_is help doctor' -a '(__nettrace_tools)'\n",
	      out);
	for (size_t i = 0; (page = page_at(i)); i++) {
		fprintf(out, "complete -c nettrace -n __nettrace_no_tool -a %s -d '", page->name);
		put_quoted(out, page->summary, "\\", "\\'");
		fputs("'\n", out);
		for (const struct page_option *option = page->options; *option->names; option++)
			put_fish_option(out, page, option);
	}
}

void write_fish(FILE *out)
{
	fill(out, "nettrace.fish.in", put_fish);
}
