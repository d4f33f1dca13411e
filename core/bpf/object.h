/* SPDX-License-Identifier: GPL-2.0-or-later */
/* object.h: a tool's BPF object, from where it is embedded. */
#ifndef NETTRACE_BPF_OBJECT_H
#define NETTRACE_BPF_OBJECT_H

#include "core/tool.h"

struct bpf_object;

/* Its bytes, an ELF file, and how many; the caller frees them. NULL: errno. */
void *object_unpack(const struct tool *tool, size_t *size);
/* Opens it; nothing is loaded. The caller closes it. NULL: errno. */
struct bpf_object *object_open(const struct tool *tool);

#endif
