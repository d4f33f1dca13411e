/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup_watch.c: a watch for names of cgroups, with a session, programs and a ring of its own. */
#include "core/bpf/cgroup_watch.h"

#include <stdlib.h>

#include "core/base/must.h"
#include "core/names/cgroups.h"
#include "core/base/clock.h"
#include "core/names/containers.h"
#include "core/bpf/sessions.h"
#include "core/base/error.h"

#define RING_BYTES (1U << 20)
#define SECOND     1000000000ULL

OBJECT(cgroups);

static const struct hook hooks[] = {
	{ "cgroup_mkdir", { "made", "made_read" }, "the names of cgroups that are made while tracing" },
	{ "cgroup_attach_task",
	  { "entered", "entered_read" },
	  "the names of cgroups that were empty when tracing began" },
	{ "tasks", { "populated", "populated_read" }, "the names of cgroups older than the trace", RUN_AT_INTERVAL },
	{},
};

static const struct opt no_opts[] = { {} };
static const struct member no_members[] = { {} };
static const struct column no_columns[] = { {} };

static const struct tool watch_tool = {
	.summary = "the names of cgroups",
	OBJECT_OF(cgroups),
	.subject = NONE,
	.hooks = hooks,
	.opts = no_opts,
	.members = no_members,
	.columns = no_columns,
};

struct cgroup_watch {
	struct tool tool; /* watch_tool, renamed for messages */
	struct options options;
	struct sessions sessions;
	uint64_t looked;
};

static bool add_cgroup(void *context, const struct event *event, size_t size)
{
	const struct cgroups_event *e = (const void *)event;

	(void)context;
	if (size >= sizeof(*e))
		cgroups_add(event->cgroup_id, e->parent, e->name);
	return true;
}

/* Handles an unknown cgroup: reads new cgroups, then, at most once a second, walks all processes again. */
static void rescan(void *context)
{
	struct cgroup_watch *watch = context;
	uint64_t now = clock_boot();

	cgroup_watch_read(watch);
	if (!watch->sessions.ring || now - watch->looked < SECOND)
		return;
	watch->looked = now;
	sessions_iterate(&watch->sessions, RUN_AT_INTERVAL);
}

bool cgroup_watch_is_wanted(const struct options *asked, const struct options *tools, size_t count)
{
	/* A replay of the recording may ask for containers. */
	for (size_t i = 0; asked->record && i < count; i++)
		if (is_about_sockets(tools[i].tool))
			return true;
	return asked->containers || asked->names_cgroups;
}

struct cgroup_watch *cgroup_watch_new(const struct options *asked, const char *name, struct error *error)
{
	struct cgroup_watch *watch = must(calloc(1, sizeof(*watch)));

	watch->tool = watch_tool;
	watch->tool.name = name;
	options_init(&watch->options, &watch->tool);
	watch->options.verbose = asked->verbose;
	watch->options.ring_bytes = RING_BYTES;
	containers_on(rescan, watch);
	if (sessions_start(&watch->sessions, &watch->options, 1, add_cgroup, NULL, error))
		return watch;
	containers_off();
	free(watch);
	return NULL;
}

void cgroup_watch_read(struct cgroup_watch *watch)
{
	while (watch && watch->sessions.ring && sessions_read(&watch->sessions))
		;
}

void cgroup_watch_free(struct cgroup_watch *watch)
{
	if (!watch)
		return;
	containers_off();
	sessions_stop(&watch->sessions);
	free(watch);
}
