/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stack.c: kernel stacks and code addresses as text. */
#include "core/names/stack.h"
#include "core/names/source.h"

#include <errno.h>
#include <string.h>

#include "core/kernel/kernel.h"
#include "core/names/enums.h"
#include "core/base/context.h"
#include "core/base/message.h"
#include "core/names/symbols.h"

/* The warnings of this run. */
struct stack_report {
	bool done;
};

void stack_forget(void)
{
	context_part_end(CONTEXT_STACK);
}

void stack_warn_no_symbols(void)
{
	struct stack_report *report = context_part(CONTEXT_STACK, sizeof(struct stack_report), NULL);
	const struct symbols *symbols = symbols_kernel();
	int error = errno;

	if (!report->done && !symbols)
		print_warning(NO_KERNEL_SYMBOLS " (/proc/kallsyms: %s): addresses stay raw, "
						"drops are classified without call sites",
			      strerror(error));
	else if (!report->done && symbols_are_hidden(symbols))
		print_warning(NO_KERNEL_SYMBOLS " (/proc/kallsyms hides the addresses): addresses stay raw, "
						"drops are classified without call sites (%s)",
			      kernel_symbols_remedy());
	report->done = true;
}

static bool find(uint64_t address, struct symbol *symbol)
{
	if (!names_recorded())
		stack_warn_no_symbols();
	return symbols_at(address, symbol);
}

bool stack_symbol(struct text *text, uint64_t address, bool quoted)
{
	struct symbol symbol;

	if (quoted)
		text_char(text, '"');
	if (find(address, &symbol)) {
		text_string(text, symbol.name);
		text_string(text, "+0x");
		text_hex(text, address - symbol.start, 1);
		if (symbol.module) {
			text_string(text, " [");
			text_string(text, symbol.module);
			text_char(text, ']');
		}
	} else {
		text_string(text, "0x");
		text_hex(text, address, 16);
	}
	if (quoted)
		text_char(text, '"');
	return true;
}

/* The BPF program itself, the functions of the tracepoint, and the trampoline between them. */
static bool is_tracing(uint64_t address)
{
	static const char *const starts[] = { "bpf_prog_",    "bpf_trace_run", "bpf_trampoline_",
					      "__bpf_trace_", "__traceiter_",  "trace_call_bpf" };
	struct symbol symbol;

	if (!find(address, &symbol))
		return false;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(symbol.name, starts[i], strlen(starts[i])))
			return true;
	return false;
}

/* Frame i, skipping the tracing's own frames at the top. 0: the end. */
static uint64_t next_frame(const void *frames, size_t size, size_t *i, bool *top)
{
	uint64_t address = 0;

	while (*i < size / sizeof(address)) {
		memcpy(&address, (const char *)frames + *i * sizeof(address), sizeof(address));
		++*i;
		if (!address || !*top || !is_tracing(address))
			break;
		address = 0;
	}
	*top = false;
	return address;
}

void stack_lines(struct text *text, const void *frames, size_t size)
{
	uint64_t address;
	bool top = true;
	size_t i = 0;

	while ((address = next_frame(frames, size, &i, &top))) {
		text_char(text, '\t');
		stack_symbol(text, address, false);
		text_char(text, '\n');
	}
}

bool stack_inline(struct text *text, const void *frames, size_t size, bool json)
{
	uint64_t address;
	bool top = true, first = true;
	size_t i = 0;

	if (json)
		text_char(text, '[');
	while ((address = next_frame(frames, size, &i, &top))) {
		if (!first)
			text_char(text, json ? ',' : ';');
		first = false;
		stack_symbol(text, address, json);
	}
	if (json)
		text_char(text, ']');
	return true;
}
