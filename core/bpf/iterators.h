/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iterators.h: iterator programs over all descriptors and all tagged sockets. */
#ifndef NETTRACE_BPF_ITERATORS_H
#define NETTRACE_BPF_ITERATORS_H

#include "core/bpf/session.h"

struct bpf_program;

/* Gets an event that an iterator wrote; what it returns does not matter. */
typedef bool iterator_event(void *context, const void *event, size_t size);
/* An iterator's link; NULL: errno tells. */
struct bpf_link *iterator_attach(struct session *session, struct bpf_program *program);
/* Runs the iterators of hooks with this use (RUN_AT_START ...), once; those that run again, too, if it is time. What
 * they write are events of the tool. */
void iterators_run(struct session *session, int use, iterator_event *handle, void *context);

#endif
