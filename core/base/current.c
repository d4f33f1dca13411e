/* SPDX-License-Identifier: GPL-2.0-or-later */
/* current.c: the calling thread's context. */
#include "core/base/context.h"

/* The default context, for a process with one run at a time. */
static struct context first = { .clock = CLOCK_NONE, .messages.name = "nettrace" };

_Thread_local struct context *context_current = &first;

struct context *context_enter(struct context *context)
{
	struct context *before = context_current;

	context_current = context;
	return before;
}
