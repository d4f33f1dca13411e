/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c: a libFuzzer target: any bytes as a recording, replayed by every tool in it, in every format. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/applets.h"
#include "cmd/trace.h"
#include "core/run/replay.h"
#include "core/cli/replay_options.h"
#include "core/base/message.h"
#include "core/rows/timeline.h"

#define TOOL(name) extern const struct tool name;
#include "cmd/tools.def"
#undef TOOL

static const struct tool *const tools[] = {
#define TOOL(name) &name,
#include "cmd/tools.def"
#undef TOOL
};

#define N_TOOLS (sizeof(tools) / sizeof(tools[0]))

/* Stubs: the fuzzer loads no BPF object. */
#define TOOL(name) const char name##_object[1], name##_object_end[1];
#include "cmd/tools.def"
#undef TOOL
const char cgroups_object[1], cgroups_object_end[1];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_nothing(void *context, const char *line, size_t length)
{
	(void)context, (void)line, (void)length;
}

static int file_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("recording", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		__builtin_trap();
	return fd;
}

/* Sets options that a user could give, by the bits of `how`. */
static bool ask(struct options *options, const struct tool *tool, const struct recorded_tool *recorded,
		unsigned int how, struct error *error)
{
	options_init(options, tool);
	options->recorded = recorded;
	options->format = how % 3;
	options->wide = how & 4;
	options->timestamp = options->time = how & 8;
	if (how & 16) /* flags of summaries, histograms and stacks */
		options->settings.flags |= ~(tool->recording ? tool->recording->fixed_flags : 0) & 0xff;
	options->interval = how & 32 ? 1000000000 : recorded->interval;
	if (tool->check && strcmp(tool->name, "tcpconnect") && strcmp(tool->name, "softirqs"))
		tool->check(options, error);
	return replay_apply_flags(options, error);
}

static void replay_one(const uint8_t *data, size_t size, const struct tool *tool, unsigned int how, int out)
{
	struct error error;
	struct recording *recording = recording_open_fd("input", file_of(data, size), &error);
	const struct recorded_tool *recorded;
	struct options options;

	if (!recording)
		return;
	recorded = record_head_tool(recording_head(recording), tool->name);
	if (!recorded && tool_synthesis(tool))
		recorded = record_head_tool(recording_head(recording), tool_synthesis(tool)->from->name);
	if (recorded) {
		if (ask(&options, tool, recorded, how, &error))
			replay_run(&options, &options, 1, recording, out, &error);
		options_free(&options);
	}
	recording_close(recording);
}

static void replay_timeline(const uint8_t *data, size_t size, unsigned int how, int out)
{
	struct error error;
	struct recording *recording = recording_open_fd("input", file_of(data, size), &error);
	static struct options asked, each[N_TOOLS];
	size_t count = 0;

	if (!recording)
		return;
	for (size_t i = 0; i < N_TOOLS; i++) {
		const struct recorded_tool *recorded = record_head_tool(recording_head(recording), tools[i]->name);

		if (recorded && tools[i]->story)
			count += ask(&each[count], tools[i], recorded, how & 3, &error);
	}
	if (count) {
		options_init(&asked, &trace);
		asked.format = how % 3;
		asked.settings.flags = how & 16 && asked.format != FORMAT_CSV ? TIMELINE_FLOW : 0;
		replay_run(&asked, each, count, recording, out, &error);
		options_free(&asked);
	}
	while (count)
		options_free(&each[--count]);
	recording_close(recording);
}

/* For any recording, the terminal is safe: no C0 except newlines and the indentation of stacks, no DEL, no C1 in
 * UTF-8. */
static void check_output(int out)
{
	off_t size = lseek(out, 0, SEEK_CUR);
	uint8_t *text = size > 0 ? mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, out, 0) : MAP_FAILED;

	for (off_t i = 0; text != MAP_FAILED && i < size; i++)
		if ((text[i] < 0x20 && text[i] != '\n' && text[i] != '\t') || text[i] == 0x7f ||
		    (text[i] == 0xc2 && i + 1 < size && text[i + 1] >= 0x80 && text[i + 1] < 0xa0))
			__builtin_trap();
	if (text != MAP_FAILED)
		munmap(text, (size_t)size);
	if (ftruncate(out, 0) || lseek(out, 0, SEEK_SET))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int out = -1;
	unsigned int how = size ? data[size - 1] : 0;

	if (out < 0)
		out = memfd_create("rows", MFD_CLOEXEC);
	message_redirect(print_nothing, NULL);
	for (size_t i = 0; i < N_TOOLS; i++)
		replay_one(data, size, tools[i], how, out);
	replay_timeline(data, size, how, out);
	check_output(out);
	return 0;
}
