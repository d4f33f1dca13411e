/* SPDX-License-Identifier: GPL-2.0-or-later */
/* configure.h: the settings and maps of an object before it is loaded. */
#ifndef NETTRACE_BPF_CONFIGURE_H
#define NETTRACE_BPF_CONFIGURE_H

#include "core/bpf/session.h"

/* Addresses that programs compare with, kept 0 (not known) where kallsyms hides them; the same for enum values, ~0. */
void configure_kernel(struct settings *settings, const struct tool *tool);
/* How large maps are that have something for each CPU; once, of an object that was just opened. */
void configure_sizes(struct bpf_object *object);
/* The settings frozen into the object, the planned programs switched on, maps that go unused left out. */
void configure_object(struct session *session, struct options *options);

#endif
