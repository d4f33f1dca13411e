/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context.h: what runs that go on side by side in one process do not share. */
#ifndef NETTRACE_BASE_CONTEXT_H
#define NETTRACE_BASE_CONTEXT_H

#include <stddef.h>

#include "core/base/clock.h"
#include "core/base/message.h"
#include "core/base/output.h"

/* What files above this layer keep in a context; what a part holds is known to its file alone. A part may stand on
 * those before it: they are freed after it. */
enum context_part {
	CONTEXT_LOADAVG,
	CONTEXT_REMEDY,
	CONTEXT_BTF_FILE,
	CONTEXT_BTF,
	CONTEXT_FEATURES,
	CONTEXT_NAME_SOURCE,
	CONTEXT_ENUMS,
	CONTEXT_KALLSYMS,
	CONTEXT_STACK,
	CONTEXT_DNS,
	CONTEXT_CGROUPS,
	CONTEXT_CONTAINERS,
	CONTEXT_RECORDED_NAMES,
	CONTEXT_LIBBPF_LOG,
	CONTEXT_EARLY_MAPS,
	CONTEXT_PARALLEL_LOAD,
	CONTEXT_PARTS
};

struct context {
	struct clock clock;
	struct message_place messages;
	struct output_limit output_limit;
	char value_message[512]; /* core/base/values.h: the last one */
	struct {
		void *memory; /* NULL: not wanted yet */
		void (*end)(void *memory);
	} parts[CONTEXT_PARTS];
};

/* The calling thread's. The threads that it starts have the same (core/base/thread.h); who never chose one has the
 * process's first, which is there from the start. One run at a time goes on in a context. */
extern _Thread_local struct context *context_current;

/* A new one: the clock and the name in messages are those of the current one, all else is not known yet. The caller
 * frees it. */
struct context *context_new(void);
/* Frees what it holds, and it. No thread may have it as its current one. */
void context_free(struct context *context);
/* Makes it the calling thread's. Returns the one before. */
struct context *context_enter(struct context *context);

/* The current context's part: `size` bytes, zeroes when first wanted, and then the same until it ends. end() gets it
 * before its memory is freed; NULL: nothing else is to be freed. Two threads of a context may want it at once. */
void *context_part_make(enum context_part part, size_t size, void (*end)(void *memory));
static inline void *context_part(enum context_part part, size_t size, void (*end)(void *memory))
{
	void *memory = __atomic_load_n(&context_current->parts[part].memory, __ATOMIC_ACQUIRE);

	return memory ? memory : context_part_make(part, size, end);
}
/* Ends a part: what it held is forgotten. */
void context_part_end(enum context_part part);

#endif
