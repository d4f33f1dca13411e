/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptop.bpf.c: an event for each connection with new bytes. */
#include "probes/tcptop.h"

#define BYTES_EVENT struct tcptop_event
#include "probes/tcp/bytes.bpf.h"

char LICENSE[] SEC("license") = "GPL";
