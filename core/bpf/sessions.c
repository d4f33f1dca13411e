/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sessions.c: all tools of this process in the kernel. */
#include "core/bpf/sessions.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/bpf/early_maps.h"
#include "core/bpf/counters.h"
#include "core/bpf/plan.h"
#include "core/bpf/fd_limit.h"
#include "core/bpf/iterators.h"
#include "core/kernel/btf/kernel_btf.h"
#include "core/bpf/attach.h"
#include "core/bpf/libbpf_log.h"
#include "core/kernel/privileges.h"
#include "core/bpf/pinned_maps.h"
#include "core/bpf/ring.h"
#include "core/base/message.h"
#include "core/model/owner_hooks.h"
#include "core/base/error.h"

/* Events per call, so that signals and intervals are handled under any load. */
#define READ_AT_MOST 65536

#define for_each(session, sessions)                                                                                    \
	for (struct session *session = (sessions)->each; session < (sessions)->each + (sessions)->count; session++)

static bool handle_event(void *context, const void *data, size_t size)
{
	struct sessions *sessions = context;
	const struct event *event = data;

	sessions->got++;
	if (size >= sizeof(*event) && event->tool < sessions->count) {
		sessions->each[event->tool].received++;
		if (!sessions->event(sessions->context, event, size))
			return false;
	}
	return sessions->got < READ_AT_MOST;
}

/* Whether some of its hooks only keep tags. Tools of totals keep their reported values in tags, so each has its own. */
static bool shares_tags(struct session *session)
{
	struct hook hooks[HOOK_ITEMS + 1];

	if (is_interval_tool(session->tool))
		return false;
	tool_hooks(hooks, session->tool, attach_has_program, session);
	for (const struct hook *hook = hooks; hook->name; hook++)
		if (hook->unless & TAGS_BORROWED)
			return true;
	return false;
}

/* Such a tool sees state changes even if another tool keeps the tags. */
static bool has_state_rows(const struct tool *tool)
{
	return tool_hook(tool, "inet_sock_set_state");
}

/* One of the tools that share tags keeps them: the first with rows for state changes, because its programs miss none
 * (probes/lib/pair.bpf.h). Returns its index; count: no two tools share tags. */
static size_t choose_tag_owner(struct sessions *sessions)
{
	size_t count = sessions->count, tag_owner = count, sharing = 0;
	struct session *each = sessions->each;

	for (size_t i = 0; i < count; i++) {
		if (!shares_tags(&each[i]))
			continue;
		sharing++;
		if (tag_owner == count || (!has_state_rows(each[tag_owner].tool) && has_state_rows(each[i].tool)))
			tag_owner = i;
	}
	return sharing > 1 ? tag_owner : count;
}

/* The tag owner is loaded and attached first, because the kernel runs programs in that order. */
static struct session *nth(struct sessions *sessions, size_t i, size_t tag_owner)
{
	if (tag_owner < sessions->count)
		i = i == 0 ? tag_owner : i <= tag_owner ? i - 1 : i;
	return &sessions->each[i];
}

static void share(struct sessions *sessions, struct options *options, size_t tag_owner)
{
	const uint32_t ours = TAGS_BORROWED | TAGS_OUTLIVE_US;
	struct session *last = NULL;

	for (size_t n = 0; n < sessions->count; n++) {
		struct session *session = nth(sessions, n, tag_owner);
		size_t i = (size_t)(session - sessions->each);
		struct settings *settings = &options[i].settings;

		*session = (struct session){ .tool = options[i].tool,
					     .options = &options[i],
					     .kernel = session->kernel,
					     .plan = session->plan, /* with the refused programs */
					     .refused = session->refused,
					     .object = session->object,
					     .ring_of = n ? nth(sessions, 0, tag_owner) : NULL };
		settings->tool = (__u32)i;
		settings->flags &= ~ours;
		if (tag_owner == sessions->count || !shares_tags(session))
			continue;
		if (n) {
			settings->flags |= TAGS_BORROWED;
			session->tags_of = &sessions->each[tag_owner];
			options[tag_owner].settings.flags |= settings->flags & LISTENERS_NEEDED;
		}
		if (n && !has_state_rows(session->tool))
			continue;
		if (last)
			options[last - sessions->each].settings.flags |= TAGS_OUTLIVE_US;
		last = session;
	}
}

static void leave_all(struct sessions *sessions)
{
	for_each (session, sessions)
		if (session->object)
			session_leave(session);
}

/* Returns NULL on success, else the first session that failed. */
static struct session *load_all(struct sessions *sessions, struct options *options, size_t *tag_owner)
{
	for_each (session, sessions) {
		session->tool = options[session - sessions->each].tool;
		attach_open(session); /* reopens after the first try; attach_load() reports errors */
	}
	*tag_owner = choose_tag_owner(sessions);
	share(sessions, options, *tag_owner);
	for (size_t n = 0; n < sessions->count; n++) {
		struct session *session = nth(sessions, n, *tag_owner);

		if (!attach_load(session, &options[session - sessions->each]))
			return session;
	}
	return NULL;
}

/* False: the kernel refused a program. Attaches all sessions despite refusals, because each refusal costs another
 * start. */
static bool attach_each(struct sessions *sessions, size_t tag_owner)
{
	bool all = true;
	int no_trampolines = 0;

	for (size_t n = 0; n < sessions->count; n++) {
		struct session *session = nth(sessions, n, tag_owner);

		session_start_ledger(session);
		all &= attach_all(session);
		no_trampolines = no_trampolines ? no_trampolines : session->kernel.no_trampolines;
	}
	for_each (session, sessions) {
		session->kernel.no_trampolines = no_trampolines;
		session->kernel.trampolines &= !no_trampolines;
	}
	return all;
}

/* Returns NULL on success, else the first session that failed; then nothing is attached. After a refusal at attach, all
 * sessions load again: they share the ring and the tags of one session, and a replaced ring has no reader. It ends,
 * because each round removes a program from a plan. */
static struct session *load_and_attach_all(struct sessions *sessions, struct options *options)
{
	struct session *failed;
	size_t tag_owner;

	while (!(failed = load_all(sessions, options, &tag_owner))) {
		if (sessions->count > 1) /* loading took some time */
			sessions_iterate(sessions, RUN_AT_START);
		if (attach_each(sessions, tag_owner))
			return NULL;
		leave_all(sessions);
	}
	leave_all(sessions);
	return failed;
}

/* Continues without the tool. False: it is the only one. */
static bool drop_tool(struct sessions *sessions, struct options *options, const struct session *failed,
		      struct error *error)
{
	size_t i = (size_t)(failed - sessions->each);

	if (sessions->count == 1)
		return session_fail(failed, failed->failed.what, failed->failed.error, error);
	print_warning("%s is left out: %s: %s", failed->tool->name, failed->failed.what,
		      strerror(-failed->failed.error));
	sessions->count--;
	options_free(&options[i]);
	memmove(&options[i], &options[i + 1], (sessions->count - i) * sizeof(*options));
	memmove(&sessions->each[i], &sessions->each[i + 1], (sessions->count - i) * sizeof(sessions->each[0]));
	sessions->each[sessions->count] = (struct session){ .tool = NULL };
	options[sessions->count] = (struct options){ .tool = NULL };
	return true;
}

/* Reports what each tool misses; with several tools, by name. */
static void report_all(struct sessions *sessions)
{
	const char *name = message_name(sessions->each->tool->name);

	for_each (session, sessions) {
		message_name(sessions->count > 1 ? session->tool->name : name);
		report_session(session, session->options);
	}
	message_name(name);
	if (kernel_hides_processes() && is_about_sockets(sessions->each[0].tool))
		print_note("running in a PID namespace: process IDs in rows, and those that -p takes, are the host's, "
			   "not those that ps shows here (run with --pid=host)");
}

/* Probes the kernel while a thread creates the ring. */
static bool prepare(struct sessions *sessions, struct options *options, struct error *error)
{
	struct session *first = sessions->each;
	int why = fd_limit_raise(sessions->count);

	for_each (session, sessions)
		session->tool = options[session - sessions->each].tool;
	if (why)
		return session_fail(first, "its maps and programs", why, error);
	libbpf_log_start(options->verbose);
	early_maps_start(options->ring_bytes);
	for_each (session, sessions)
		attach_open(session); /* collects the types of all objects for one search; later users report errors */
	early_maps_plan(first);
	kernel_btf_subset();
	why = early_maps_bpf_works();
	if (why)
		return session_fail(first, "calling bpf()", why, error);
	why = kernel_detect(&first->kernel);
	if (why)
		return session_fail(first, "reading the kernel's types (" KERNEL_BTF_PATH ")", why, error);
	exclusions_apply(&first->kernel, options->exclusions.without);
	for_each (session, sessions) {
		session->kernel = first->kernel;
		if (!pinned_maps_check(session, &options[session - sessions->each], error))
			return false;
	}
	return true;
}

/* Opens the ring and the counters for reading. */
static bool open_maps(struct sessions *sessions, const struct options *options, struct error *error)
{
	struct session *first = sessions->each;

	sessions->ring =
		ring_open(bpf_map__fd(bpf_object__find_map_by_name(first->object, "ring")), options->ring_bytes);
	if (!sessions->ring)
		return session_fail(first, "mapping the ring", -errno, error);
	for_each (session, sessions)
		if (!counters_open(session))
			return session_fail(session, "mapping its counters", -errno, error);
	return true;
}

static bool start(struct sessions *sessions, struct options *options, struct error *error)
{
	struct session *failed;

	if (!prepare(sessions, options, error))
		return false;
	while ((failed = load_and_attach_all(sessions, options)))
		if (!drop_tool(sessions, options, failed, error))
			return false;
	return open_maps(sessions, options, error);
}

bool sessions_start(struct sessions *sessions, struct options *options, size_t count, sessions_event *event,
		    void *context, struct error *error)
{
	sessions->count = count;
	sessions->event = event;
	sessions->context = context;
	if (!start(sessions, options, error)) {
		early_maps_finish();
		sessions_stop(sessions);
		return false;
	}
	sessions_iterate(sessions, RUN_AT_START);    /* again, for sockets opened meanwhile */
	sessions_iterate(sessions, RUN_AT_INTERVAL); /* the start of counting: its events make no rows */
	for_each (session, sessions) {
		session->received -= session->counter_events;
		session->counter_events = 0;
	}
	report_all(sessions);
	return true;
}

static bool ledgers_are_readable(const void *context)
{
	const struct sessions *sessions = context;
	struct ledger ledger;

	return session_ledger(&sessions->each[0], &ledger);
}

void sessions_drop_privileges(const struct sessions *sessions, uint64_t keep)
{
	privileges_drop(keep, ledgers_are_readable, sessions);
}

void sessions_iterate(struct sessions *sessions, int use)
{
	for_each (session, sessions) {
		iterators_run(session, use, handle_event, sessions);
		if (use == RUN_AT_INTERVAL)
			counters_run(session, handle_event, sessions);
	}
}

void sessions_open_iterators(struct sessions *sessions, int use, unsigned int runs)
{
	for_each (session, sessions)
		iterators_open(session, use, runs);
}

bool sessions_are_partial(const struct sessions *sessions)
{
	for_each (session, (struct sessions *)(uintptr_t)sessions)
		if (session->partial)
			return true;
	return false;
}

int sessions_fd(const struct sessions *sessions)
{
	return ring_fd(sessions->ring);
}

size_t sessions_read(struct sessions *sessions)
{
	sessions->got = 0;
	ring_read(sessions->ring, handle_event, sessions);
	return sessions->got;
}

bool sessions_are_drained(const struct sessions *sessions)
{
	return sessions->got < READ_AT_MOST;
}

void sessions_detach_producers(struct sessions *sessions)
{
	for_each (session, sessions)
		session_detach_producers(session);
}

void sessions_stop(struct sessions *sessions)
{
	ring_close(sessions->ring);
	sessions->ring = NULL;
	for_each (session, sessions) {
		counters_close(session);
		iterators_close(session);
		session_leave(session);
	}
}
