/* SPDX-License-Identifier: GPL-2.0-or-later */
/* object.c: a tool's embedded BPF object.
 *
 * The object is compressed with lz4 to a quarter of its size. Only the tool that runs is decompressed, in 0.05 ms
 * (gzip: 0.3 ms). */
#include "core/bpf/object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "core/base/must.h"
#include "core/base/unpack.h"

#define NESTED "_nested" /* suffix of the second program's name in a pair */

void *object_unpack(const struct tool *tool, size_t *size)
{
	return unpack(tool->image.object, size);
}

struct bpf_object *object_open(const struct tool *tool)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = tool->name);
	struct bpf_object *object = NULL;
	size_t size;
	void *bytes = object_unpack(tool, &size);
	int error = errno;

	if (bytes) {
		object = bpf_object__open_mem(bytes, size, &options);
		error = errno;
		free(bytes); /* libbpf has copied the bytes */
	}
	errno = error;
	return object;
}

const char *object_section(const struct bpf_object *object, const char *program)
{
	const struct bpf_program *found = bpf_object__find_program_by_name(object, program);

	if (!found) /* a table of cmd/ contradicts its object: a unit test checks each */
		bug("no program %s in the object", program);
	return bpf_program__section_name(found);
}

struct bpf_program *object_nested(const struct bpf_object *object, const char *program)
{
	char name[64];

	snprintf(name, sizeof(name), "%s" NESTED, program);
	return bpf_object__find_program_by_name(object, name);
}

void object_strip_nested(char *program)
{
	char *end = strstr(program, NESTED);

	if (end)
		*end = '\0';
}
