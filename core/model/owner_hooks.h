/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_hooks.h: the hooks of a tool: those that follow from its subject, which keep owners, and its own. */
#ifndef NETTRACE_MODEL_OWNER_HOOKS_H
#define NETTRACE_MODEL_OWNER_HOOKS_H

#include "core/tool.h"

/* Whether the tool's object has the program. */
typedef bool hook_exists(void *context, const char *program);

/* Writes the hooks of the tool, HOOK_ITEMS at most, and one without a name behind them. Owners' come first, so that the
 * tool's own programs find owners known; each only where the object has its program (exists NULL: all), and where the
 * tool has no hook of this name itself. Returns how many are the owners'. */
size_t tool_hooks(struct hook *hooks, const struct tool *tool, hook_exists *exists, void *context);

/* The tool's own hook with this name; NULL: it has none. */
const struct hook *tool_hook(const struct tool *tool, const char *name);

#endif
