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
	struct bpf_link *links[HOOK_ITEMS];
	struct bpf_link *nested[HOOK_ITEMS]; /* of the second program, or of the second system call; NULL: none */
	uint64_t rerun_after[HOOK_ITEMS];    /* earliest time of the next unrequested run of hook i, an iterator; ns of
						CLOCK_BOOTTIME */
	bool paired[HOOK_ITEMS];             /* hook i has two programs (probes/lib/pair.bpf.h) */
	struct mapped_counters *counters;    /* core/bpf/counters.c; NULL: none */
	uint64_t counter_events;             /* events made from counters */
	struct walks *walks; /* core/bpf/iterators.c; opened before privileges are dropped; NULL: none */
	bool partial;        /* an iterator took too long, or could not enter a network namespace */
	uint64_t received;   /* events read, of those that the session sent */
	const struct options *options;
	/* With several tools in a process: */
	const struct session *ring_of; /* the session whose ring it writes to; NULL: its own */
	const struct session *tags_of; /* the session whose tags, and related maps, it uses; NULL: its own */
	/* For core/bpf/survey.c: */
	bool survey;              /* continues although required hooks have no program */
	const char *only_program; /* the only program to load; NULL: all */
	struct {
		char what[160]; /* the failed step, and its cause: */
		int error;
	} failed; /* by attach_load() or attach_all() */
	struct {
		char program[64]; /* the last program that the kernel refused; empty: none */
		int error;
	} refused;
};

/* The bpf() commands that an attached session needs, to read its maps and to walk. */
#define SESSION_COMMANDS 6
extern const __u32 session_commands[SESSION_COMMANDS];

/* Detaches the programs of hook i; they stay loaded. */
void session_detach(struct session *session, size_t i);
/* Detaches everything and closes the object. */
void session_leave(struct session *session);
/* Fills *error (exit 3): what failed, why, and the remedy. why: negative errno. Always returns false. */
bool session_fail(const struct session *session, const char *what, int why, struct error *error);
/* Starts the ledger, before attaching. A walk right after the maps were created may fail to allocate storage for some
 * sockets, and counts them (seen on 6.18, in a third of the starts). The walk after attaching succeeds, or counts them
 * again. */
void session_start_ledger(const struct session *session);
/* Detaches the programs that send events; sent events stay readable. */
void session_detach_producers(struct session *session);
/* Reads the ledger. False: unreadable. */
bool session_ledger(const struct session *session, struct ledger *ledger);

#endif
