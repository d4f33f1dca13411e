/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_hooks.h: the hooks of a tool: those that follow from its subject, which keep owners, and its own. */
#ifndef NETTRACE_MODEL_OWNER_HOOKS_H
#define NETTRACE_MODEL_OWNER_HOOKS_H

#include "core/tool.h"

/* Whether the tool's object has the program. */
typedef bool hook_exists(void *context, const char *program);

/* Writes the hooks of the tool (at most HOOK_ITEMS) and a terminating hook without a name. The owners' hooks come
 * first, so that the tool's own programs find owners. An owners' hook is omitted if the object lacks its program
 * (exists NULL: never), or if the tool has a hook of this name. Returns the number of owners' hooks. */
size_t tool_hooks(struct hook *hooks, const struct tool *tool, hook_exists *exists, void *context);

/* The tool's own hook with this name, or NULL. */
const struct hook *tool_hook(const struct tool *tool, const char *name);

#endif
