/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf_log.h: libbpf's log: shown with --verbose, otherwise the source of the refused program's name. */
#ifndef NETTRACE_BPF_LIBBPF_LOG_H
#define NETTRACE_BPF_LIBBPF_LOG_H

#include <stdbool.h>

/* From now on libbpf's messages go to stderr (verbose) or nowhere. */
void libbpf_log_start(bool verbose);
/* The program that the last warning was about, or NULL; forgotten by the call. bpf_object__load() does not say which
 * program failed, but warns "prog 'NAME': ..." for it first. */
const char *libbpf_log_program(void);

#endif
