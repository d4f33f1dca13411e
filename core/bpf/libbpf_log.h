/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf_log.h: libbpf's log: shown with --verbose, otherwise the source of the refused program's name. */
#ifndef NETTRACE_BPF_LIBBPF_LOG_H
#define NETTRACE_BPF_LIBBPF_LOG_H

#include <stdbool.h>

/* Sends libbpf's messages to stderr (verbose) or discards them. */
void libbpf_log_start(bool verbose);
/* The program of the last warning, or NULL; the call clears it. bpf_object__load() does not return the failed program,
 * but warns "prog 'NAME': ..." about it first. */
const char *libbpf_log_program(void);

#endif
