/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signature.h: the arguments of tracepoints and functions of the running kernel, as C writes their types. */
#ifndef NETTRACE_KERNEL_BTF_SIGNATURE_H
#define NETTRACE_KERNEL_BTF_SIGNATURE_H

#include <stdbool.h>

struct text;

/* Writes the types of the arguments of a program's target ("tp_btf/kfree_skb", "fexit/tcp_abort"): "struct sk_buff *,
 * void *". False: another kind of section, no such target, or no readable BTF; then nothing is written. Reads all of
 * the kernel's types. */
bool signature_put(struct text *text, const char *section);

#endif
