/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sessions.h: all tools of this process: one session each, one ring, and one owner of the sockets' tags. */
#ifndef NETTRACE_BPF_SESSIONS_H
#define NETTRACE_BPF_SESSIONS_H

#include "core/bpf/session.h"

#define TOOLS_MOST 64

/* Gets every event of the ring, in the ring's order; `size` is at least that of struct event. False: enough for now. */
typedef bool sessions_event(void *context, const struct event *event, size_t size);

struct ring;

struct sessions {
	struct session each[TOOLS_MOST]; /* by event.tool */
	size_t count;
	struct ring *ring;
	sessions_event *event;
	void *context;
	size_t got; /* events handed over by the running sessions_read() */
};

/* *sessions is all zero. Loads and attaches the tools of options[0 .. count - 1], each hook on the best rung that this
 * kernel gives, then runs the iterators that belong to the start. Fills the kernel part of each options[i].settings;
 * the first's ring_bytes, verbose and exclusions are everybody's. A tool of several that this kernel cannot serve is
 * told of, freed, and left out of options[] and of the count; where that is the only one the program ends (exit 3) with
 * one message. --verbose: tells the rung of each hook on stderr. */
void sessions_start(struct sessions *sessions, struct options *options, size_t count, sessions_event *event,
		    void *context);
/* Drops all capabilities that started sessions no longer need, permanently (core/kernel/privileges.h), except
 * `keep`. */
void sessions_drop_privileges(const struct sessions *sessions, uint64_t keep);
/* Runs the iterators of this use (struct hook), and hands over the events that they write. */
void sessions_iterate(struct sessions *sessions, int use);
/* Becomes readable when the kernel half wants the ring read. */
int sessions_fd(const struct sessions *sessions);
/* Hands over what waits in the ring, up to a bound, so that signals are heard under any load. Returns how many events.
 */
size_t sessions_read(struct sessions *sessions);
/* The last sessions_read() has left nothing in the ring of what was there when it began. */
bool sessions_are_drained(const struct sessions *sessions);
/* Detaches the programs that make events; what they sent stays to be read. */
void sessions_detach_producers(struct sessions *sessions);
/* Detaches and frees. */
void sessions_stop(struct sessions *sessions);

#endif
