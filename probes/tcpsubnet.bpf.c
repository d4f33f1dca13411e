/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpsubnet.bpf.c: an event for each connection that carried something; its subnet is found by the user half. */
#include "probes/tcpsubnet.h"

#define BYTES_EVENT struct tcpsubnet_event
#include "probes/tcp/bytes.bpf.h"

char LICENSE[] SEC("license") = "GPL";
