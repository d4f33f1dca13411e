/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attach.h: attachment of a tool's hooks, each with the best available program. */
#ifndef NETTRACE_BPF_ATTACH_H
#define NETTRACE_BPF_ATTACH_H

#include "core/bpf/session.h"

/* Plans, tries (open, load), and plans again without what the kernel refused, until a plan stands. What was refused
 * before, also at attach, is not tried again. The iterators are attached, those of the start have run when it returns.
 * False: a required hook has run out of alternatives, and session->failed tells of the last one; nothing is attached or
 * open. */
bool attach_load(struct session *session, struct options *options);
/* Attaches what was loaded. False: the kernel refused some of it, which the plan knows. Then all that was loaded with
 * it has to be left and loaded again: another program may want other maps, settings and owners of sockets, and other
 * sessions may use those of this one (its ring, its tags). */
bool attach_all(struct session *session);
/* Both for a session that shares nothing, until a plan stands. False: as attach_load(). */
bool attach_alone(struct session *session, struct options *options);
/* Opens the object if it is not open yet, so that sections can be asked for and kernel_btf_subset() has what it needs;
 * session_leave() closes it. False: errno. */
bool attach_open(struct session *session);
/* Starts the plan of an open object with its hooks. */
void attach_plan(struct session *session);
/* A hook_exists of core/model/owner_hooks.h; session is its context. */
bool attach_has_program(void *session, const char *program);
/* With --verbose: prints the rung of each hook and the refused programs. Always: prints what the user misses. */
void report_session(const struct session *session, const struct options *options);
#endif
