/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup_watch.c: a session beside the tool's, with programs and a ring of its own. */
#include "core/bpf/cgroup_watch.h"

#include "core/names/cgroups.h"
#include "core/base/clock.h"
#include "core/names/containers.h"
#include "core/bpf/sessions.h"

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

static struct tool watch = {
	.summary = "the names of cgroups",
	OBJECT_OF(cgroups),
	.subject = NONE,
	.hooks = hooks,
	.opts = no_opts,
	.members = no_members,
	.columns = no_columns,
};

static struct sessions sessions;
static struct options options;
static uint64_t looked;

static bool add_cgroup(void *context, const struct event *event, size_t size)
{
	const struct cgroups_event *e = (const void *)event;

	(void)context;
	if (size >= sizeof(*e))
		cgroups_add(event->cgroup_id, e->parent, e->name);
	return true;
}

/* Of a recording somebody may want to know when it is replayed. */
static bool is_wanted(const struct options *asked, const struct options *tools, size_t count)
{
	for (size_t i = 0; asked->record && i < count; i++)
		if (is_about_sockets(tools[i].tool))
			return true;
	return asked->containers;
}

void cgroup_watch_start(const struct options *asked, const struct options *tools, size_t count)
{
	if (!is_wanted(asked, tools, count))
		return;
	containers_on(cgroup_watch_rescan);
	watch.name = tools->tool->name; /* in messages: the user knows no other */
	options_init(&options, &watch);
	options.verbose = asked->verbose;
	options.ring_bytes = RING_BYTES;
	sessions_start(&sessions, &options, 1, add_cgroup, NULL);
}

void cgroup_watch_read(void)
{
	while (sessions.ring && sessions_read(&sessions))
		;
}

void cgroup_watch_rescan(void)
{
	uint64_t now = clock_boot();

	cgroup_watch_read();
	if (!sessions.ring || now - looked < SECOND)
		return;
	looked = now;
	sessions_iterate(&sessions, RUN_AT_INTERVAL);
}

void cgroup_watch_stop(void)
{
	if (sessions.ring)
		sessions_stop(&sessions);
}
