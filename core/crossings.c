/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crossings.c: what is not to be used although the kernel has it. */
#include "core/crossings.h"

#include <stdio.h>
#include <string.h>

static bool is_word(const char *word, const char *text, size_t length)
{
	return strlen(word) == length && !memcmp(word, text, length);
}

static bool among(const char *names, const char *word, size_t length)
{
	for (size_t size; names && *names; names += size + (names[size] == ',')) {
		size = strcspn(names, ",");
		if (size == length && !memcmp(names, word, length))
			return true;
	}
	return false;
}

bool crossed_out(const char *names, const char *program, const char *section)
{
	return among(names, program, strlen(program)) || among(names, section, strcspn(section, "/"));
}

void crossings_apply(struct kernel *kernel, const char *names)
{
	if (among(names, "sk_storage", 10))
		kernel->sk_storage = false;
	if (among(names, "task_btf", 8))
		kernel->task_btf = false;
	if (among(names, "trampolines", 11))
		kernel->trampolines = false;
}

static bool is_known(const struct tool *tool, const char *name, size_t length)
{
	static const char *const common[] = { "tp_btf", "fentry",     "fexit",    "iter",
					      "kprobe", "sk_storage", "task_btf", "trampolines" };

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (is_word(common[i], name, length))
			return true;
	for (const struct hook *hook = tool->hooks; hook->name; hook++)
		for (size_t i = 0; i < sizeof(hook->alts) / sizeof(hook->alts[0]) && hook->alts[i]; i++)
			if (is_word(hook->alts[i], name, length))
				return true;
	return false;
}

const char *crossings_known(char *known, size_t size, const char *names, const struct tool *tool)
{
	static char unknown[64];
	const char *first = NULL;
	size_t used = 0;

	*known = '\0';
	for (size_t length; names && *names; names += length + (names[length] == ',')) {
		length = strcspn(names, ",");
		if (is_known(tool, names, length) && used + length + 2 < size) {
			used += (size_t)snprintf(known + used, size - used, "%s%.*s", used ? "," : "", (int)length,
						 names);
		} else if (!first) {
			snprintf(unknown, sizeof(unknown), "%.*s", (int)length, names);
			first = unknown;
		}
	}
	return first;
}
