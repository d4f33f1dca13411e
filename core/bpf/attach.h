/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attach.h: attachment of a tool's hooks, each with the best available program. */
#ifndef NETTRACE_BPF_ATTACH_H
#define NETTRACE_BPF_ATTACH_H

#include "core/bpf/session.h"

/* Plans, opens and loads, and repeats without the programs that the kernel refused (earlier also at attach), until a
 * plan loads. Attaches the iterators and runs those of the start. False: no program is left for a required hook;
 * session->failed describes the last one, and nothing is attached or open. */
bool attach_load(struct session *session, struct options *options);
/* Attaches the loaded programs. False: the kernel refused some, which the plan records. Then the caller must close and
 * reload everything that was loaded together. Other programs may need other maps, settings and owners of sockets, and
 * other sessions may use this one's ring and tags. */
bool attach_all(struct session *session);
/* Loads and attaches a session that shares nothing, until a plan succeeds. False: as attach_load(). */
bool attach_alone(struct session *session, struct options *options);
/* Opens the object if needed, so that its sections are known and kernel_btf_subset() has its types; session_leave()
 * closes it. False: errno. */
bool attach_open(struct session *session);
/* Starts the plan of an open object with its hooks. */
void attach_plan(struct session *session);
/* A hook_exists of core/model/owner_hooks.h; session is its context. */
bool attach_has_program(void *session, const char *program);
/* With --verbose: prints the rung of each hook and the refused programs. Always: prints what the user misses. */
void report_session(const struct session *session, const struct options *options);
#endif
