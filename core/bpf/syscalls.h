/* SPDX-License-Identifier: GPL-2.0-or-later */
/* syscalls.h: programs at the end of certain system calls, at no cost for others. */
#ifndef NETTRACE_BPF_SYSCALLS_H
#define NETTRACE_BPF_SYSCALLS_H

#include <stdbool.h>
#include <stddef.h>

struct bpf_link;
struct bpf_program;

/* Whether the section names system calls: "tp/sys_exit_accept,sys_exit_accept4". */
bool is_syscall_section(const char *section);
/* The number of system calls that it names. */
size_t syscalls_named(const char *section);
/* Attaches a loaded program of such a section to the nth of them. The caller destroys the link. NULL: errno. */
struct bpf_link *syscall_attach(const struct bpf_program *program, size_t n);

#endif
