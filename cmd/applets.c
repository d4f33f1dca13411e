/* SPDX-License-Identifier: GPL-2.0-or-later */
/* applets.c: the table of all applets (tools and helpers), by name. */
#include "cmd/applets.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/diff.h"
#include "cmd/doctor/doctor.h"
#include "cmd/record.h"
#include "cmd/replay.h"
#include "cmd/tools.h"
#include "cmd/trace.h"
#include "cmd/traffic/traffic.h"
#include "cmd/why.h"
#include "core/base/message.h"
#include "cmd/fatal.h"
#include "core/base/nearest.h"

static const struct applet helpers[] = {
	{ "diff", "what changed between two recordings: rates, errors, peers, times", NULL, diff_main, diff_helper,
	  diff_lines },
	{ "doctor", "what works here, what does not and why; --prove tests it", NULL, doctor_main, doctor_helper,
	  doctor_lines },
	{ "record", "record the events of tools, for nettrace replay", &record, record_main },
	{ "replay", "print a recording, with the formats and filters of its tool", NULL, replay_main, replay_helper },
	{ "trace", "several tools as one timeline, or grouped by connection", &trace, trace_main, NULL, trace_lines },
	{ "traffic", "generate known TCP events on loopback, to try the tools on", NULL, traffic_main, traffic_helper,
	  traffic_lines },
	{ "why", "what is wrong with connections: verdicts with evidence", &why, why_main, NULL, why_lines },
};

/* Other names of tools, for people who know them from elsewhere: cmd/links.def. */
static const struct {
	const char *name, *tool;
} links[] = {
#define LINK(name, tool) { #name, #tool },
#include "cmd/links.def"
#undef LINK
};

#define N_LINKS   (sizeof(links) / sizeof(links[0]))
#define N_HELPERS (sizeof(helpers) / sizeof(helpers[0]))

const struct applet *applet_at(size_t i)
{
	static struct applet found;

	const struct tool *tool = tool_at(i);

	if (!tool)
		return i - tools_count() < N_HELPERS ? &helpers[i - tools_count()] : NULL;
	found = (struct applet){ tool->name, tool->summary, tool };
	return &found;
}

const struct applet *applet_find(const char *name)
{
	const struct applet *found;

	for (size_t i = 0; (found = applet_at(i)); i++)
		if (!strcmp(found->name, name))
			return found;
	for (size_t i = 0; i < N_LINKS; i++)
		if (!strcmp(links[i].name, name))
			return applet_find(links[i].tool);
	return NULL;
}

const struct applet *applet_of_link(const char *name)
{
	const struct applet *found = NULL;

	/* From the longest suffix to the shortest: the first that is a tool. Links name tools only, because "nettrace"
	 * ends with "trace". */
	for (; *name && !found; name++) {
		found = applet_find(name);
		if (found && found->main)
			found = NULL;
	}
	return found;
}

const char *applet_nearest(const char *name)
{
	struct nearest nearest = nearest_to(name);
	const struct applet *applet;

	for (size_t i = 0; (applet = applet_at(i)); i++)
		nearest_try(&nearest, applet->name);
	return nearest.found;
}

void applets_list(FILE *to)
{
	const struct applet *found;

	for (size_t i = 0; (found = applet_at(i)); i++)
		fprintf(to, "  %-12s %s\n", found->name, found->summary);
}

static int link_tool(const char *self, const char *directory, const char *prefix, const char *name)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s%s", directory, prefix, name) >= sizeof(path)) {
		print_error("--install %s: the path is too long", directory);
		return EXIT_FAILED;
	}
	if (!symlink(self, path))
		return EXIT_DONE;
	if (errno == EEXIST) {
		char target[4096];
		ssize_t length = readlink(path, target, sizeof(target) - 1);

		if (length == (ssize_t)strlen(self) && !memcmp(target, self, (size_t)length))
			return EXIT_DONE;
		/* Never replaces another package's program. */
		print_error("--install: %s exists and is not a link of nettrace: left unchanged (--prefix changes the "
			    "links' names)",
			    path);
		return EXIT_FAILED;
	}
	print_error("--install: %s: %s", path, strerror(errno));
	return EXIT_FAILED;
}

int applets_install(int argc, char **argv)
{
	const char *prefix = "";
	char self[4096];
	struct stat directory;
	ssize_t length;
	int code = EXIT_DONE;

	if (argc == 4 && !strcmp(argv[2], "--prefix"))
		prefix = argv[3];
	else if (argc != 2)
		fatal(EXIT_USAGE, "usage: nettrace --install DIR [--prefix P]");
	if (stat(argv[1], &directory))
		fatal(EXIT_FAILED, "--install %s: %s", argv[1], strerror(errno));
	if (!S_ISDIR(directory.st_mode))
		fatal(EXIT_FAILED, "--install %s: %s", argv[1], strerror(ENOTDIR));
	if (strchr(prefix, '/'))
		fatal(EXIT_USAGE, "--prefix %s: a prefix of names, without /", prefix);
	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length < 0)
		fatal(EXIT_FAILED, "/proc/self/exe: %s", strerror(errno));
	self[length] = '\0';
	for (size_t i = 0; tool_at(i); i++)
		if (link_tool(self, argv[1], prefix, tool_at(i)->name))
			code = EXIT_FAILED;
	for (size_t i = 0; i < N_LINKS; i++)
		if (link_tool(self, argv[1], prefix, links[i].name))
			code = EXIT_FAILED;
	return code;
}
