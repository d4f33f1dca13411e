/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parallel_load.h: parallel verification of an object's programs. */
#ifndef NETTRACE_BPF_PARALLEL_LOAD_H
#define NETTRACE_BPF_PARALLEL_LOAD_H

#include <stdbool.h>

/* Until parallel_load_commit() or parallel_load_abort(), libbpf's bpf_prog_load() takes note of programs and loads
 * nothing. */
void parallel_load_begin(void);
/* Loads what was held; its object is still open. NULL; or the name, the object's, of the first program in libbpf's
 * order that the kernel refused ("": no one program is to blame), with a negative errno in *error. verbose: the
 * verifier's words go to stderr. */
const char *parallel_load_commit(bool verbose, int *error);
/* Forgets what was held. */
void parallel_load_abort(void);

#endif
