/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kallsyms.c: the running kernel's symbols, read on first use, and again when new code appears. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/context.h"
#include "core/names/symbols.h"

#define SECOND  1000000000ULL
#define LONGEST (64 * SECOND) /* pause */

struct kallsyms {
	struct symbols *running;
	unsigned int generation;
	/* Kept open: the kernel checks the reader's privileges at open() (kallsyms_open() of kernel/kallsyms.c). */
	int file;  /* 0: not open */
	int error; /* why it cannot be read */
	uint64_t not_before, reload_pause;
};

static void end(void *memory)
{
	struct kallsyms *kallsyms = memory;

	if (kallsyms->file > 0)
		close(kallsyms->file);
	symbols_close(kallsyms->running);
	*kallsyms = (struct kallsyms){ .generation = kallsyms->generation };
}

static struct kallsyms *kallsyms(void)
{
	return context_part(CONTEXT_KALLSYMS, sizeof(struct kallsyms), end);
}

const struct symbols *symbols_kernel(void)
{
	struct kallsyms *known = kallsyms();

	if (!known->running && !known->error) {
		known->file = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
		known->running = known->file < 0 ? NULL : symbols_read(known->file);
		known->error = known->running ? 0 : errno;
	}
	errno = known->error;
	return known->running;
}

bool symbols_kernel_reload(void)
{
	struct kallsyms *known = kallsyms();
	struct symbols *fresh;

	if (!known->running || symbols_are_hidden(known->running) || clock_boot() < known->not_before ||
	    lseek(known->file, 0, SEEK_SET) < 0)
		return false;
	fresh = symbols_read(known->file);
	if (known->reload_pause < LONGEST)
		known->reload_pause = known->reload_pause ? known->reload_pause * 2 : SECOND;
	known->not_before = clock_boot() + known->reload_pause;
	if (!fresh || symbols_are_hidden(fresh)) {
		symbols_close(fresh);
		return false;
	}
	symbols_close(known->running);
	known->running = fresh;
	known->generation++;
	return true;
}

void symbols_kernel_free(void)
{
	end(kallsyms());
}

unsigned int symbols_generation(void)
{
	return kallsyms()->generation;
}
