/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sessions.h: all tools of this process: one session each, one ring, and one owner of the sockets' tags. */
#ifndef NETTRACE_BPF_SESSIONS_H
#define NETTRACE_BPF_SESSIONS_H

#include "core/bpf/session.h"

#define TOOLS_MOST 64 /* bits of tag.reported_by (probes/tcp/tag.bpf.h) */

/* Receives every event in the ring's order; `size` is at least that of struct event. False: stop for now. */
typedef bool sessions_event(void *context, const struct event *event, size_t size);

struct ring;

struct sessions {
	struct session each[TOOLS_MOST]; /* by event.tool */
	size_t count;
	struct ring *ring;
	sessions_event *event;
	void *context;
	size_t got; /* events passed on by the current sessions_read() */
};

/* Loads and attaches the tools of options[0 .. count - 1], each hook with the best program that this kernel accepts,
 * then runs the iterators of the start. *sessions is all zero, or stopped. Fills the kernel part of each
 * options[i].settings; ring_bytes, verbose and exclusions of the first apply to all. If one of several tools is
 * unusable on this kernel, prints a warning, frees its options and removes it from options[] and from the count. False:
 * nothing is attached or open, see *error. --verbose: notes the rung of each hook. */
bool sessions_start(struct sessions *sessions, struct options *options, size_t count, sessions_event *event,
		    void *context, struct error *error);
/* Drops all capabilities that started sessions no longer need, permanently (core/kernel/privileges.h), except
 * `keep`. */
void sessions_drop_privileges(const struct sessions *sessions, uint64_t keep);
/* Runs the iterators of this use (struct hook), and passes their events on. */
void sessions_iterate(struct sessions *sessions, int use);
/* Opens iterators of each network namespace ahead, see core/bpf/iterators.h. */
void sessions_open_iterators(struct sessions *sessions, int use, unsigned int runs);
/* Whether an iterator took too long, or could not enter all network namespaces: events are missing. */
bool sessions_are_partial(const struct sessions *sessions);
/* Becomes readable when the kernel half wakes the reader of the ring. */
int sessions_fd(const struct sessions *sessions);
/* Passes the events in the ring on, up to a limit, so that signals are handled under any load. Returns their number. */
size_t sessions_read(struct sessions *sessions);
/* Whether the last sessions_read() has read everything that was in the ring when it began. */
bool sessions_are_drained(const struct sessions *sessions);
/* Detaches the programs that send events; sent events stay readable. */
void sessions_detach_producers(struct sessions *sessions);
/* Detaches and frees. */
void sessions_stop(struct sessions *sessions);

#endif
