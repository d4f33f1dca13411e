/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracepoint_id.h: ids of system calls' tracepoints for perf_event_open(). */
#ifndef NETTRACE_KERNEL_TRACEPOINT_ID_H
#define NETTRACE_KERNEL_TRACEPOINT_ID_H

/* The id of "sys_exit_accept4", for instance. Negative errno: this kernel has none, or this process may not read
 * tracefs. */
int tracepoint_id(const char *name);

#endif
