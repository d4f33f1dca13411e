/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts.c: lookups of service and host names. */
#include "core/base/hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/must.h"
#include "core/base/program.h"

#define GETENT "/usr/bin/getent"

/* A line of services(5): "http  80/tcp  www". */
static bool line_has(char *line, const char *name, uint64_t *port)
{
	char *at = line, *word, *first;
	bool found = false;

	line[strcspn(line, "#\n")] = '\0';
	first = strsep(&at, " \t");
	while ((word = strsep(&at, " \t")) && !*word)
		;
	if (!word)
		return false;
	*port = strtoul(word, NULL, 10);
	found = !strcmp(first, name);
	while (!found && (word = strsep(&at, " \t")))
		found = *word && !strcmp(word, name);
	return found && *port;
}

bool service_port(const char *name, uint64_t *port)
{
	FILE *file = fopen("/etc/services", "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (file && !found && getline(&line, &size, file) > 0)
		found = line_has(line, name, port);
	free(line);
	if (file)
		fclose(file);
	return found;
}

/* Whether the name is valid for a resolver, and no option of getent. */
static bool is_name(const char *name)
{
	return *name && *name != '-' && *name != '.' &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")] &&
	       name[strspn(name, "0123456789.")];
}

char *host_addresses(const char *name)
{
	char *all = NULL, address[64], last[64] = "";
	pid_t pid;
	int pipe = is_name(name) ? program_start((const char *const[]){ GETENT, "ahosts", name, NULL }, -1, &pid) : -1;
	FILE *to, *from = pipe >= 0 ? must(fdopen(pipe, "re")) : NULL;
	size_t size = 0;

	if (!from)
		return NULL;
	to = must(open_memstream(&all, &size));
	/* "192.0.2.1  STREAM host": a line for each type of socket. */
	while (fscanf(from, "%63s %*[^\n]", address) == 1) {
		if (!strcmp(address, last))
			continue;
		fprintf(to, "%s%s", *last ? " " : "", address);
		snprintf(last, sizeof(last), "%s", address);
	}
	fclose(from);
	fclose(to);
	program_end(pid);
	if (*last)
		return must(all);
	free(all);
	return NULL;
}
