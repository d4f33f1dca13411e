/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.h: a tool's BPF object in the kernel (planned, loaded, attached), with its ledger. */
#ifndef NETTRACE_BPF_SESSION_H
#define NETTRACE_BPF_SESSION_H

#include "core/base/error.h"
#include "core/kernel/kernel.h"
#include "core/model/ledger.h"
#include "core/model/options.h"
#include "core/bpf/plan.h"

struct bpf_object;
struct bpf_link;
struct mapped_counters;

struct session {
	const struct tool *tool;
	struct kernel kernel;
	struct plan plan;
	struct bpf_object *object;
	struct bpf_link *links[HOOK_ITEMS], *nested[HOOK_ITEMS];
	uint64_t rerun_after[HOOK_ITEMS]; /* when hook i, an iterator, may run again unasked, ns of CLOCK_BOOTTIME */
	bool paired[HOOK_ITEMS];          /* hook i has two programs (probes/lib/pair.bpf.h) */
	struct mapped_counters *counters; /* core/bpf/counters.c; NULL: the tool has none */
	uint64_t counter_events;          /* events that were made of them */
	uint64_t received;                /* events that came of all that it has sent */
	const struct options *options;
	/* Of several tools in a process: */
	const struct session *ring_of; /* whose ring it writes to; NULL: its own */
	const struct session *tags_of; /* the same for the tags of sockets, and what belongs to them */
	/* For core/bpf/survey.c: */
	bool survey;              /* goes on without hooks that are required, too */
	const char *only_program; /* no program but this one; NULL: all */
	struct {
		char what[160]; /* failed, and why: */
		int error;
	} failed; /* by the ladder */
	struct {
		char program[64]; /* the last one that the kernel would not take; empty: none */
		int error;
	} refused;
};

/* The commands of bpf() that a session takes once it is attached: to read its maps and walk. */
#define SESSION_COMMANDS 6
extern const __u32 session_commands[SESSION_COMMANDS];

/* Takes the programs of hook i off; they stay loaded. */
void session_detach(struct session *session, size_t i);
/* Detaches everything and closes the object. */
void session_leave(struct session *session);
/* Fills *error (exit 3): what failed, why, and the remedy. why: negative errno. Always false. */
bool session_fail(const struct session *session, const char *what, int why, struct error *error);
/* Before attaching: the ledger begins. A walk right after the maps were made may get no storage for some sockets, and
 * count them (seen on 6.18, in a third of the starts). The walk after attaching gets it, or counts them again. */
void session_start_ledger(const struct session *session);
/* Detaches the programs that make events; what they sent stays to be read. */
void session_detach_producers(struct session *session);
/* Where every event went; false: could not be read. */
bool session_ledger(const struct session *session, struct ledger *ledger);

#endif
