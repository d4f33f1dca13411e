/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_hooks.c: the hooks of a tool: those that follow from its subject, which keep owners, and its own. */
#include "core/model/owner_hooks.h"

#include <string.h>

/* clang-format off */
#define OPEN_SOCKETS "open sockets"
#define NAMES_OF_PROCESSES(...)                                                                                        \
	{ "task_rename", { "owner_renamed", "owner_executes" }, "the names of processes that change theirs",           \
	  .misses_harmless = true, .lacks[1] = "names that processes give themselves", __VA_ARGS__ }
#define FORKS_OF_PROCESSES(...)                                                                                        \
	{ "sched_process_fork", { "owner_forks" }, "the processes that inherit a socket", .misses_harmless = true,      \
	  __VA_ARGS__ }
/* clang-format on */

/* Of several tools in a process, one keeps the tags of TCP sockets for all (TAGS_BORROWED). Its programs:
 * probes/tcp/owner_state.bpf.h, owner_hooks.bpf.h. */
static const struct hook tcp_hooks[] = {
	{ "inet_sock_set_state", { "owner_state" }, .unless = TAGS_BORROWED },
	{ "accept",
	  { "owner_accept", "owner_accept_call_cast", "owner_accept_cast", "owner_accept_helper" },
	  "the accepting process before it acts on its socket",
	  .unless = TAGS_BORROWED,
	  .misses_harmless = true },
	{ "tcp_rcv_space_adjust",
	  { "owner_receive" },
	  "the process that reads from a socket of another one",
	  .unless = TAGS_BORROWED | OWNERS_LOOKED_AT,
	  .misses_harmless = true },
	{ OPEN_SOCKETS,
	  { "owner_seed", "owner_seed_hash" },
	  "the owners of sockets older than the trace",
	  RUN_AT_START,
	  .unless = TAGS_BORROWED },
	NAMES_OF_PROCESSES(.unless = TAGS_BORROWED),
	FORKS_OF_PROCESSES(.unless = TAGS_BORROWED),
	{},
};

/* A tool of TCP totals finds owners by a walk over descriptors (probes/tcp/owner_walk.bpf.h). */
static const struct hook walking_hooks[] = {
	{ OPEN_SOCKETS,
	  { "owner_seed", "owner_seed_hash" },
	  "the owners of sockets that are older than the trace, or passed to another process",
	  RUN_AT_START,
	  .rerun_each_interval = true },
	NAMES_OF_PROCESSES(),
	FORKS_OF_PROCESSES(),
	{},
};

/* probes/owner/sockets.bpf.h */
static const struct hook socket_hooks[] = {
	{ "sock_send_length", { "owner_sends" }, "the owners of new sockets that send", .misses_harmless = true },
	{ "sock_recv_length", { "owner_receives" }, "the owners of new sockets that receive", .misses_harmless = true },
	{ OPEN_SOCKETS, { "owner_seed_any" }, "the owners of sockets older than the trace", RUN_AT_START },
	NAMES_OF_PROCESSES(),
	FORKS_OF_PROCESSES(),
	{},
};

static const struct hook no_hooks[] = { {} };

static const struct hook *owner_hooks(const struct tool *tool)
{
	switch (tool->subject) {
	case TCP_SOCKETS:
		return is_interval_tool(tool) ? walking_hooks : tcp_hooks;
	case UDP_SOCKETS:
	case SOCKETS:
		return socket_hooks;
	case NONE:
		break;
	}
	return no_hooks;
}

const struct hook *tool_hook(const struct tool *tool, const char *name)
{
	for (const struct hook *hook = tool->hooks; hook->name; hook++)
		if (!strcmp(hook->name, name))
			return hook;
	return NULL;
}

size_t tool_hooks(struct hook *hooks, const struct tool *tool, hook_exists *exists, void *context)
{
	size_t count = 0, owners;

	for (const struct hook *hook = owner_hooks(tool); hook->name && count < HOOK_ITEMS; hook++)
		if (!tool_hook(tool, hook->name) && (!exists || exists(context, hook->alts[0])))
			hooks[count++] = *hook;
	owners = count;
	for (const struct hook *hook = tool->hooks; hook->name && count < HOOK_ITEMS; hook++)
		hooks[count++] = *hook;
	hooks[count] = (struct hook){};
	return owners;
}
