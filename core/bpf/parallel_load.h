/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parallel_load.h: parallel verification of an object's programs. */
#ifndef NETTRACE_BPF_PARALLEL_LOAD_H
#define NETTRACE_BPF_PARALLEL_LOAD_H

#include <stdbool.h>

/* Until parallel_load_commit() or parallel_load_abort(), libbpf's bpf_prog_load() queues programs and loads
 * nothing. */
void parallel_load_begin(void);
/* Loads the queued programs; their object must still be open. Returns NULL, or the name (owned by the object) of the
 * first program in libbpf's order that the kernel refused, with a negative errno in *error. "": no single program is
 * the cause. verbose: print the verifier's log on stderr. */
const char *parallel_load_commit(bool verbose, int *error);
/* Discards the queued programs. */
void parallel_load_abort(void);

#endif
