/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loadavg.c: the machine's load average at a given time. */
#include "core/kernel/loadavg.h"

#include <stdio.h>
#include <string.h>

static char line[128];
static uint64_t read_at;

const char *loadavg_at(uint64_t now)
{
	FILE *file;

	if (read_at == now)
		return line;
	read_at = now;
	line[0] = '\0';
	file = fopen("/proc/loadavg", "re");
	if (file && fgets(line, sizeof(line), file))
		line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
	return line;
}

void loadavg_set(uint64_t now, const char *text)
{
	read_at = now;
	snprintf(line, sizeof(line), "%s", text);
}
