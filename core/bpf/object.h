/* SPDX-License-Identifier: GPL-2.0-or-later */
/* object.h: a tool's embedded BPF object. */
#ifndef NETTRACE_BPF_OBJECT_H
#define NETTRACE_BPF_OBJECT_H

#include "core/tool.h"

struct bpf_object;
struct bpf_program;

/* The object as an ELF file of *size bytes; the caller frees it. NULL: errno. */
void *object_unpack(const struct tool *tool, size_t *size);
/* Opens the object without loading it. The caller closes it. NULL: errno. */
struct bpf_object *object_open(const struct tool *tool);
/* The section of a program: its rung. */
const char *object_section(const struct bpf_object *object, const char *program);
/* The second program of a pair (probes/lib/pair.bpf.h), or NULL. */
struct bpf_program *object_nested(const struct bpf_object *object, const char *program);
/* Changes the name of a pair's second program to that of its first; leaves other names unchanged. */
void object_strip_nested(char *program);

#endif
