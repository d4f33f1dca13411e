/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iterators.h: iterator programs over all descriptors and all tagged sockets. */
#ifndef NETTRACE_BPF_ITERATORS_H
#define NETTRACE_BPF_ITERATORS_H

#include "core/bpf/session.h"

struct bpf_program;

/* Receives an event that an iterator wrote; the result is ignored. */
typedef bool iterator_event(void *context, const void *event, size_t size);
/* The iterator's link; NULL: errno. */
struct bpf_link *iterator_attach(struct session *session, struct bpf_program *program);
/* Opens the iterators of hooks with this use that are opened in each network namespace, for as many runs as `runs`:
 * entering a namespace takes CAP_SYS_ADMIN, reading an open iterator nothing. Later runs open them again. */
void iterators_open(struct session *session, int use, unsigned int runs);
/* Closes those that were not read. */
void iterators_close(struct session *session);
/* Runs the iterators of hooks with this use (RUN_AT_START ...) once, and the repeated ones if they are due. Passes the
 * events that they write to handle(). */
void iterators_run(struct session *session, int use, iterator_event *handle, void *context);

#endif
