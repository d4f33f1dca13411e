/* SPDX-License-Identifier: GPL-2.0-or-later */
/* accept_hooks.h: the hooks for accepted connections; their programs are in probes/tcp/accept*.bpf.h. */
#ifndef NETTRACE_MODEL_ACCEPT_HOOKS_H
#define NETTRACE_MODEL_ACCEPT_HOOKS_H

/* Programs of system calls and io_uring run for other kinds of calls too: nearly all their misses are harmless. */
/* clang-format off */
#define ACCEPT_HOOK_ROW                                                                                                \
	{ "accept", { "accept_function", "accept_call_cast", "accept_cast", "accept_helper" }, .misses_harmless = true }
#define ACCEPT_OTHER_HOOKS                                                                                             \
	{ "end of accept", { "accept_late_call_cast", "accept_late_cast", "accept_late_helper" },                                               \
	  "the first connection of a thread that waited in accept() before tracing", .misses_harmless = true },                  \
	{ "io_uring_complete", { "accept_uring_cast", "accept_uring_helper" },                                         \
	  "the first connection that io_uring accepts for a request older than the trace", .misses_harmless = true },            \
	{ "tcp_destroy_sock", { "accept_destroyed" }, .misses_harmless = true }
/* clang-format on */

#endif
