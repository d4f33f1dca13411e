/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts.c: lookups of service and host names. */
#include "core/base/hosts.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/must.h"

#define GETENT "/usr/bin/getent"

extern char **environ;

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

/* Starts getent and returns its output to read; *pid: its process. NULL: it cannot run. */
static FILE *start_getent(const char *name, pid_t *pid)
{
	char *words[] = { (char *)(uintptr_t) "getent", (char *)(uintptr_t) "ahosts", (char *)(uintptr_t)name, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], failed;

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	failed = posix_spawn(pid, GETENT, &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (!failed)
		return fdopen(ends[0], "re");
	close(ends[0]);
	return NULL;
}

char *host_addresses(const char *name)
{
	char *all = NULL, address[64], last[64] = "";
	size_t size = 0;
	FILE *to, *from;
	pid_t pid;

	from = is_name(name) ? start_getent(name, &pid) : NULL;
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
	while (waitpid(pid, NULL, 0) < 0)
		;
	if (*last)
		return must(all);
	free(all);
	return NULL;
}
