/* SPDX-License-Identifier: GPL-2.0-or-later */
/* configure.h: the settings and maps of an object before it is loaded. */
#ifndef NETTRACE_BPF_CONFIGURE_H
#define NETTRACE_BPF_CONFIGURE_H

#include "core/bpf/session.h"

/* Sets the addresses that programs compare; 0 (unknown) if kallsyms hides them. Sets the enum values too; ~0:
 * unknown. */
void configure_kernel(struct settings *settings, const struct tool *tool);
/* Sets the size of per-CPU tables in maps; once, after opening the object. */
void configure_sizes(struct bpf_object *object);
/* Writes the settings into the object, enables the planned programs, omits unused maps. Returns 0 or a negative
 * errno. */
int configure_object(struct session *session, struct options *options);

#endif
