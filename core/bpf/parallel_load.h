/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parallel_load.h: the programs of an object are verified side by side. */
#ifndef NETTRACE_BPF_PARALLEL_LOAD_H
#define NETTRACE_BPF_PARALLEL_LOAD_H

#include <stdbool.h>

/* Until loads_run() or loads_drop(), libbpf's bpf_prog_load() takes note of programs and loads nothing. */
void loads_hold(void);
/* Loads what was held; its object is still open. NULL; or the name, the object's, of the first program in libbpf's
 * order that the kernel refused ("": no one program is to blame), with a negative errno in *error. verbose: the
 * verifier's words go to stderr. */
const char *loads_run(bool verbose, int *error);
/* Forgets what was held. */
void loads_drop(void);

#endif
