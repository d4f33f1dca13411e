/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kallsyms.c: the running kernel's symbols, read on first use, and again when something was loaded. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/names/symbols.h"

#define SECOND 1000000000ULL

static struct symbols *running;
static unsigned int generation;
/* Kept open: the kernel judges who reads it when it is opened (kallsyms_open() of kernel/kallsyms.c). */
static int file = -1;

const struct symbols *symbols_kernel(void)
{
	static int error;

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
	static uint64_t not_before, pause = SECOND;
	struct symbols *fresh;

	if (!running || symbols_are_hidden(running) || clock_boot() < not_before || lseek(file, 0, SEEK_SET) < 0)
		return false;
	fresh = symbols_read(file);
	not_before = clock_boot() + pause;
	if (pause < 64 * SECOND)
		pause *= 2;
	if (!fresh || symbols_are_hidden(fresh)) {
		symbols_close(fresh);
		return false;
	}
	symbols_close(running);
	running = fresh;
	generation++;
	return true;
}

unsigned int symbols_generation(void)
{
	return generation;
}
