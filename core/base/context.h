/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context.h: the state that concurrent runs of one process do not share. */
#ifndef NETTRACE_BASE_CONTEXT_H
#define NETTRACE_BASE_CONTEXT_H

#include <stddef.h>

#include "core/base/clock.h"
#include "core/base/message.h"
#include "core/base/output.h"

/* Parts of a context that belong to files above this layer; only that file knows the content. A part may use earlier
 * ones, which are freed after it. */
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
	char value_message[512]; /* the latest message of core/base/values.h */
	struct {
		void *memory; /* NULL: not used yet */
		void (*end)(void *memory);
	} parts[CONTEXT_PARTS];
};

/* The context of the calling thread. A new thread inherits that of the thread that starts it (core/base/thread.h); the
 * main thread begins with the process's first context. A context has one run or replay at a time. */
extern _Thread_local struct context *context_current;

/* Allocates a context with the clock and the message name of the current one, otherwise empty. The caller frees it. */
struct context *context_new(void);
/* Frees the context and its parts. No thread may have it as its current context. */
void context_free(struct context *context);
/* Makes this the context of the calling thread. Returns the previous one. */
struct context *context_enter(struct context *context);

/* The part of the current context: `size` bytes, zeroed at first use. end() runs before the part is freed, and frees
 * what it points to; NULL: nothing. Threads of one context may call it at the same time. */
void *context_part_make(enum context_part part, size_t size, void (*end)(void *memory));
static inline void *context_part(enum context_part part, size_t size, void (*end)(void *memory))
{
	void *memory = __atomic_load_n(&context_current->parts[part].memory, __ATOMIC_ACQUIRE);

	return memory ? memory : context_part_make(part, size, end);
}
/* Frees a part of the current context. */
void context_part_end(enum context_part part);

#endif
