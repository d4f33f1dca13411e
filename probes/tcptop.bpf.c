/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptop.bpf.c: an event for each connection with new bytes, or that waited. */
#include "probes/tcptop.h"

#define BYTES_EVENT       struct tcptop_event
#define BYTES_READ_LIMITS TCPTOP_READ_LIMITS
#include "probes/tcp/bytes.bpf.h"

char LICENSE[] SEC("license") = "GPL";
