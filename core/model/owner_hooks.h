/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_hooks.h: the hooks that follow owners, first in the table of every tool about sockets. */
#ifndef NETTRACE_MODEL_OWNER_HOOKS_H
#define NETTRACE_MODEL_OWNER_HOOKS_H

/* clang-format off */
/* In the order of enum OWNER_STATE ... of wire.h; in a process of several tools one has them all, for the others, too.
 * The programs for state changes: the tool's own, best first. */
#define OWNER_HOOKS(...)                                                                                               \
	{ "inet_sock_set_state", { __VA_ARGS__ } }, OWNER_HOOKS_ACCEPT, OWNER_HOOKS_REST
/* The same for a tool that has no rows for state changes (owner_state.bpf.h). */
#define OWNER_HOOKS_ONLY                                                                                               \
	{ "inet_sock_set_state", { "owner_state" }, .unless = TAGS_BORROWED }, OWNER_HOOKS_ACCEPT, OWNER_HOOKS_REST
/* The same for a tool that has a hook of its own for accept(). */
#define OWNER_HOOKS_WITH_ACCEPT(state_program, ...)                                                                         \
	{ "inet_sock_set_state", { state_program } }, __VA_ARGS__, OWNER_HOOKS_REST
#define OWNER_HOOKS_ACCEPT                                                                                             \
	{ "accept", { "owner_accept", "owner_accept_cast", "owner_accept_helper" },                                    \
	  "the accepting process before it acts on its socket", .unless = TAGS_BORROWED, .misses_harmless = true }
#define OWNER_HOOKS_REST                                                                                               \
	{ "tcp_rcv_space_adjust", { "owner_receive" }, "the process that reads from a socket of another one",          \
	  .unless = TAGS_BORROWED, .misses_harmless = true },                                                                        \
	{ "open sockets", { "owner_seed", "owner_seed_hash" }, "the owners of sockets older than the trace",           \
	  RUN_AT_START, .unless = TAGS_BORROWED }
/* clang-format on */

#endif
