/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_hooks.h: the hooks that tell whose a socket is, first in the table of every tool that shows sockets. */
#ifndef NETTRACE_OWNER_HOOKS_H
#define NETTRACE_OWNER_HOOKS_H

/* clang-format off */
/* In the order of enum OWNER_STATE ... of wire.h. The programs for state changes: the tool's own, best first, or
 * owner_state of owner_state.bpf.h. */
#define OWNER_HOOKS(...)                                                                                               \
	{ "inet_sock_set_state", { __VA_ARGS__ } },                                                                    \
	{ "accept", { "owner_accept", "owner_accept_syscall" }, "the accepting process before it acts on its socket",  \
	  .aside = true },                                                                                             \
	OWNER_HOOKS_REST
/* The same for a tool that has a hook of its own for accept(). */
#define OWNER_HOOKS_BESIDE(state_program, ...)                                                                         \
	{ "inet_sock_set_state", { state_program } }, __VA_ARGS__, OWNER_HOOKS_REST
#define OWNER_HOOKS_REST                                                                                               \
	{ "tcp_rcv_space_adjust", { "owner_receive" }, "the process that reads from a socket of another one",          \
	  .aside = true },                                                                                             \
	{ "open sockets", { "owner_seed", "owner_seed_hash" }, "the owners of sockets older than the trace", RUN_AT_START }
/* clang-format on */

#endif
