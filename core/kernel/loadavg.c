/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loadavg.c: the machine's load average at a given time. */
#include "core/kernel/loadavg.h"

#include <stdio.h>
#include <string.h>

#include "core/base/context.h"

struct loadavg {
	char line[128];
	uint64_t read_at;
};

static struct loadavg *loadavg(void)
{
	return context_part(CONTEXT_LOADAVG, sizeof(struct loadavg), NULL);
}

const char *loadavg_at(uint64_t now)
{
	struct loadavg *last = loadavg();
	FILE *file;

	if (last->read_at == now)
		return last->line;
	last->read_at = now;
	last->line[0] = '\0';
	file = fopen("/proc/loadavg", "re");
	if (file && fgets(last->line, sizeof(last->line), file))
		last->line[strcspn(last->line, "\n")] = '\0';
	if (file)
		fclose(file);
	return last->line;
}

void loadavg_set(uint64_t now, const char *text)
{
	struct loadavg *last = loadavg();

	last->read_at = now;
	snprintf(last->line, sizeof(last->line), "%s", text);
}
