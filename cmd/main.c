/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: the choice of the applet, by the name of the link or by the first argument. */
#include <stdio.h>
#include <string.h>

#include "cmd/applets.h"
#include "cmd/help.h"
#include "core/bpf/libbpf_log.h"
#include "core/cli/parse.h"
#include "core/run/inherited.h"
#include "core/run/run.h"
#include "core/base/message.h"
#include "core/base/error.h"

static int usage(FILE *to)
{
	fputs("nettrace: traces the network stack of this machine. Usage:\n"
	      "  nettrace TOOL [OPTION...] [-- COMMAND ARG...]\n"
	      "  TOOL [OPTION...]                   through a link to nettrace\n"
	      "  nettrace TOOL --help               the options of TOOL\n"
	      "  nettrace help PAGE                 the manual: guide (which tool for which question), a TOOL, json,\n"
	      "                                     reasons [NAME...], harmless, kernels, containers, limits,\n"
	      "                                     monitoring, moving-from-bcc\n"
	      "  nettrace --list                    list all tools\n"
	      "  nettrace --install DIR [--prefix P]  create a link for each tool\n"
	      "  nettrace --version\n\n"
	      "Tools:\n",
	      to);
	applets_list(to);
	/* Last, because a terminal of 24 lines shows the end. */
	fputs("\nWhich tool answers which question: nettrace help guide\n", to);
	return EXIT_DONE;
}

static int run_applet(const struct applet *applet, int argc, char **argv)
{
	struct options options;
	struct error error;
	bool ran;

	argv[0] = (char *)(uintptr_t)applet->name;
	message_name(applet->name);
	libbpf_log_start(false); /* until the options enable it */
	if (applet->main)
		return applet->main(argc, argv);
	ran = options_parse(&options, applet->tool, argc, argv, &error) && run(&options, &error);
	options_free(&options);
	return options_exit(&options, ran, &error);
}

static int unknown(const char *name)
{
	const char *nearest = applet_nearest(name);

	if (*name == '-')
		print_error("%s: no such option (tools have options: nettrace TOOL %s)", name, name);
	else if (nearest)
		print_error("%s: no such tool (did you mean %s?)", name, nearest);
	else
		print_error("%s: no such tool (nettrace --list shows them)", name);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc ? argv[0] : "nettrace";
	const struct applet *applet;

	inherited_begin();
	applet = applet_of_link(name);
	if (applet)
		return run_applet(applet, argc, argv);
	if (argc < 2)
		return usage(stdout);
	if (!strcmp(argv[1], "--list")) {
		applets_list(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return argc > 2 ? help_page(argc - 1, argv + 1) : usage(stdout);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("nettrace " NETTRACE_VERSION);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--install"))
		return applets_install(argc - 1, argv + 1);
	applet = applet_find(argv[1]);
	if (applet)
		return run_applet(applet, argc - 1, argv + 1);
	return unknown(argv[1]);
}
