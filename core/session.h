/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.h: a tool's BPF object in the kernel: planned, loaded, attached; its ring and its ledger. */
#ifndef NETTRACE_SESSION_H
#define NETTRACE_SESSION_H

#include "core/kernel.h"
#include "core/ledger.h"
#include "core/options.h"
#include "core/plan.h"

struct bpf_object;
struct bpf_link;
struct ring_buffer;

/* Gets every event of the ring, in the ring's order; `size` is at least that of struct event. False: enough for now. */
typedef bool session_event(void *context, const struct event *event, size_t size);

struct session {
	const struct tool *tool;
	struct kernel kernel;
	struct plan plan;
	struct bpf_object *object;
	struct bpf_link *links[HOOK_ITEMS], *nested[HOOK_ITEMS];
	bool paired[HOOK_ITEMS]; /* hook i has two programs (probes/pair.bpf.h) */
	struct ring_buffer *ring;
	const struct options *options;
	struct event *copy; /* of the event at hand, where the tool derives something; tool->event_size bytes */
	session_event *event;
	void *context;
	size_t got; /* events handed over by the running session_read() */
	/* For core/survey.c: */
	bool survey;      /* goes on without hooks that are required, too */
	const char *only; /* no program but this one; NULL: all */
	struct {
		char what[160]; /* failed, and why: */
		int error;
	} failed; /* by ladder_climb() */
};

/* Loads and attaches the tool's programs, each hook on the best rung that this kernel gives, then runs the iterators
 * that belong to the start. Fills options->settings' kernel part. Ends the program (exit 3) with one message when a
 * required hook cannot be served. --verbose: tells the rung of each hook on stderr. */
void session_start(struct session *session, struct options *options, session_event *event, void *context);
/* Once started, a session takes hardly any privileges: gives up all others for good (core/privileges.h) but `keep`. */
void session_drop_privileges(const struct session *session, uint64_t keep);
/* Runs the iterators of this use (struct hook), and hands over the events that they write. */
void session_iterate(struct session *session, int use);
/* Becomes readable when the kernel half wants the ring read. */
int session_fd(const struct session *session);
/* Hands over what waits in the ring, up to a bound, so that signals are heard under any load. Returns how many events.
 */
size_t session_read(struct session *session);
/* Detaches the programs that make events; what they sent stays to be read. */
void session_quiet(struct session *session);
/* Where every event went; false: could not be read. */
bool session_ledger(const struct session *session, struct ledger *ledger);
/* Detaches and frees. */
void session_stop(struct session *session);

#endif
