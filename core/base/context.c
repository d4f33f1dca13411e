/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context.c: allocation of contexts and their parts. */
#include "core/base/context.h"

#include <stdlib.h>

#include "core/base/must.h"

struct context *context_new(void)
{
	struct context *context = must(calloc(1, sizeof(*context)));

	context->clock = context_current->clock;
	context->messages.name = context_current->messages.name;
	return context;
}

void *context_part_make(enum context_part part, size_t size, void (*end)(void *memory))
{
	void *memory = must(calloc(1, size)), *other = NULL;

	context_current->parts[part].end = end;
	if (__atomic_compare_exchange_n(&context_current->parts[part].memory, &other, memory, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return memory;
	free(memory); /* another thread of this context was faster */
	return other;
}

void context_part_end(enum context_part part)
{
	void *memory = context_current->parts[part].memory;

	if (memory && context_current->parts[part].end)
		context_current->parts[part].end(memory);
	free(memory);
	context_current->parts[part].memory = NULL;
}

void context_free(struct context *context)
{
	struct context *before = context_enter(context);

	for (int part = CONTEXT_PARTS; part-- > 0;)
		context_part_end((enum context_part)part);
	output_limit_free(&context->output_limit);
	context_enter(before);
	free(context);
}
