/* SPDX-License-Identifier: GPL-2.0-or-later */
/* applets.c: everything that nettrace can be called as, found, listed and linked. */
#include "cmd/applets.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/doctor/doctor.h"
#include "cmd/record.h"
#include "cmd/replay.h"
#include "cmd/trace.h"
#include "cmd/traffic/traffic.h"
#include "core/base/message.h"

#define TOOL(name) extern const struct tool name;
#include "cmd/tools.def"
#undef TOOL

static const struct tool *const tools[] = {
#define TOOL(name) &name,
#include "cmd/tools.def"
#undef TOOL
};

#define N_TOOLS (sizeof(tools) / sizeof(tools[0]))

static const struct applet helpers[] = {
	{ "doctor", "what works here, what not and why; --prove tries it", NULL, doctor_main, doctor_argp,
	  doctor_lines },
	{ "record", "records the events of tools, for nettrace replay", &record, record_main },
	{ "replay", "prints a recording, in every way the tool that made it could have", NULL, replay_main,
	  replay_argp },
	{ "trace", "several tools as one timeline, or connection by connection", &trace, trace_main, NULL,
	  trace_lines },
	{ "traffic", "makes known TCP events on loopback, to try the tools on", NULL, traffic_main, traffic_argp,
	  traffic_lines },
};

#define N_HELPERS (sizeof(helpers) / sizeof(helpers[0]))

const struct applet *applet_at(size_t i)
{
	static struct applet found;

	if (i >= N_TOOLS)
		return i - N_TOOLS < N_HELPERS ? &helpers[i - N_TOOLS] : NULL;
	found = (struct applet){ tools[i]->name, tools[i]->summary, tools[i] };
	return &found;
}

const struct tool *applet_tool(size_t i)
{
	return i < N_TOOLS ? tools[i] : NULL;
}

const struct applet *applet_find(const char *name)
{
	const struct applet *found;

	for (size_t i = 0; (found = applet_at(i)); i++)
		if (!strcmp(found->name, name))
			return found;
	return NULL;
}

const struct applet *applet_of_link(const char *name)
{
	const struct applet *found = NULL;

	/* From the longest ending to the shortest: the first that is a tool. Links are made to tools only; and
	 * "nettrace" ends with "trace". */
	for (; *name && !found; name++) {
		found = applet_find(name);
		if (found && found->main)
			found = NULL;
	}
	return found;
}

/* Levenshtein distance; names longer than a row count as far away. */
static size_t distance(const char *a, const char *b)
{
	size_t row[32], length = strlen(b);

	if (length >= sizeof(row) / sizeof(row[0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < length; j++) {
			size_t best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (diagonal + 1 < best)
				best = diagonal + 1;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			row[j + 1] = best;
		}
	}
	return row[length];
}

const char *applet_nearest(const char *name)
{
	const struct applet *found;
	const char *nearest = NULL;
	size_t least = 4; /* more edits than that is another word */

	for (size_t i = 0; (found = applet_at(i)); i++) {
		size_t far = distance(found->name, name);

		if (far < least && far < strlen(found->name)) {
			least = far;
			nearest = found->name;
		}
	}
	return nearest;
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
		say("--install %s: the path is too long", directory);
		return EXIT_FAILED;
	}
	if (!symlink(self, path))
		return EXIT_DONE;
	if (errno == EEXIST) {
		char target[4096];
		ssize_t length = readlink(path, target, sizeof(target) - 1);

		if (length == (ssize_t)strlen(self) && !memcmp(target, self, (size_t)length))
			return EXIT_DONE;
		/* Never in the way of another package's program. */
		say("--install: %s exists and is not ours: left alone (--prefix gives the links other names)", path);
		return EXIT_FAILED;
	}
	say("--install: %s: %s", path, strerror(errno));
	return EXIT_FAILED;
}

int applets_install(int argc, char **argv)
{
	const char *prefix = "";
	char self[4096];
	ssize_t length;
	int code = EXIT_DONE;

	if (argc == 4 && !strcmp(argv[2], "--prefix"))
		prefix = argv[3];
	else if (argc != 2)
		say_exit(EXIT_USAGE, "usage: nettrace --install DIR [--prefix P]");
	if (strchr(prefix, '/'))
		say_exit(EXIT_USAGE, "--prefix %s: a prefix of names, without /", prefix);
	length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length < 0)
		say_exit(EXIT_FAILED, "/proc/self/exe: %s", strerror(errno));
	self[length] = '\0';
	for (size_t i = 0; i < N_TOOLS; i++)
		if (link_tool(self, argv[1], prefix, tools[i]->name))
			code = EXIT_FAILED;
	return code;
}
