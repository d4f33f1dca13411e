/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracepoint_id.h: the number under which perf_event_open() knows the tracepoint of a system call. */
#ifndef NETTRACE_KERNEL_TRACEPOINT_ID_H
#define NETTRACE_KERNEL_TRACEPOINT_ID_H

/* Of "sys_exit_accept4", for instance. Negative errno: this kernel has none, or tracefs is closed to this process. */
int tracepoint_id(const char *name);

#endif
