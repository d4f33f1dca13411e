/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kallsyms.c: the running kernel's symbols, read on first use, and again when new code appears. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/names/symbols.h"

#define SECOND 1000000000ULL

static struct symbols *running;
static unsigned int generation;
/* Kept open: the kernel checks the reader's privileges at open() (kallsyms_open() of kernel/kallsyms.c). */
static int file = -1;
static int error;
static uint64_t not_before, reload_pause = SECOND;

const struct symbols *symbols_kernel(void)
{
	if (!running && !error) {
		file = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
		running = file < 0 ? NULL : symbols_read(file);
		error = running ? 0 : errno;
	}
	errno = error;
	return running;
}

bool symbols_kernel_reload(void)
{
	struct symbols *fresh;

	if (!running || symbols_are_hidden(running) || clock_boot() < not_before || lseek(file, 0, SEEK_SET) < 0)
		return false;
	fresh = symbols_read(file);
	not_before = clock_boot() + reload_pause;
	if (reload_pause < 64 * SECOND)
		reload_pause *= 2;
	if (!fresh || symbols_are_hidden(fresh)) {
		symbols_close(fresh);
		return false;
	}
	symbols_close(running);
	running = fresh;
	generation++;
	return true;
}

void symbols_kernel_free(void)
{
	if (file >= 0)
		close(file);
	symbols_close(running);
	running = NULL;
	file = -1;
	error = 0;
	not_before = 0;
	reload_pause = SECOND;
}

unsigned int symbols_generation(void)
{
	return generation;
}
