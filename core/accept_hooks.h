/* SPDX-License-Identifier: GPL-2.0-or-later */
/* accept_hooks.h: the hooks that see a connection handed to its process; their programs: probes/accept.bpf.h. */
#ifndef NETTRACE_ACCEPT_HOOKS_H
#define NETTRACE_ACCEPT_HOOKS_H

/* clang-format off */
#define ACCEPT_HOOK_ROW                                                                                                \
	{ "accept", { "accept_cast", "accept_helper", "accept_function" },                                             \
	  .lesser = "the first connection of a thread that waited in accept() before tracing" }
#define ACCEPT_OTHER_HOOKS                                                                                             \
	{ "io_uring_complete", { "accept_uring_cast", "accept_uring_helper" }, "connections accepted by io_uring" },   \
	{ "tcp_destroy_sock", { "accept_destroyed" }, .aside = true }
/* clang-format on */

#endif
