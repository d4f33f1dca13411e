/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inputs.c: a libFuzzer target: any bytes as other untrusted input: DNS answers, paths of cgroups, command lines. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/message.h"
#include "core/base/must.h"
#include "core/cli/parse.h"
#include "core/names/container_path.h"
#include "core/names/dns.h"

#define TOOL(name) extern const struct tool name;
#include "cmd/tools.def"
#undef TOOL

static const struct tool *const tools[] = {
#define TOOL(name) &name,
#include "cmd/tools.def"
#undef TOOL
};

/* Stubs: the fuzzer loads no BPF object. */
#define TOOL(name) const char name##_object[1], name##_object_end[1];
#include "cmd/tools.def"
#undef TOOL
const char cgroups_object[1], cgroups_object_end[1];

#define N_TOOLS (sizeof(tools) / sizeof(tools[0]))
#define WORDS   16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(void *context, const char *line, size_t length)
{
	(void)context;
	for (size_t i = 0; i < length; i++)
		if ((uint8_t)line[i] < 0x20 && (line[i] != '\n' || i + 1 < length))
			__builtin_trap(); /* a message is one line */
}

static void count_address(void *context, const uint8_t address[16])
{
	(void)address;
	++*(size_t *)context;
}

static void try_dns(const uint8_t *data, size_t size)
{
	char name[DNS_NAME];
	size_t addresses = 0;

	dns_read(data, size, name, count_address, &addresses);
	dns_add_answer(1, 1, data, size);
	dns_forget();
}

static void try_path(const char *path)
{
	struct container container;

	container_read(&container, path);
}

/* One word a line. */
static void try_options(char *text)
{
	const struct tool *tool = tools[(uint8_t)*text % N_TOOLS];
	static struct options options;
	char *words[WORDS + 1] = { (char *)(uintptr_t)tool->name };
	struct error error;
	int argc = 1;

	text += *text != '\0';
	while (argc < WORDS && text)
		words[argc++] = strsep(&text, "\n");
	options_parse(&options, tool, argc, words, &error);
	error_print(&error);
	options_free(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool quiet;
	char *text;

	if (!quiet)
		quiet = dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO) >= 0;
	if (!size)
		return 0;
	message_redirect(check_line, NULL);
	text = must(strndup((const char *)data + 1, size - 1));
	if (data[0] % 4 == 0)
		try_dns(data + 1, size - 1);
	else if (data[0] % 4 == 1)
		try_path(text);
	else
		try_options(text);
	free(text);
	return 0;
}
