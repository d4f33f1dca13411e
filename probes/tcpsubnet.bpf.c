/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpsubnet.bpf.c: an event for each connection with new bytes; the user half finds its subnet. */
#include "probes/tcpsubnet.h"

#define BYTES_EVENT struct tcpsubnet_event
#include "probes/tcp/bytes.bpf.h"

char LICENSE[] SEC("license") = "GPL";
