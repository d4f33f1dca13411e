/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpsubnet.bpf.c: an event for each connection that carried something; its subnet is found by the user half. */
#include "tcpsubnet.h"

#define TRAFFIC_EVENT struct tcpsubnet_event
#include "traffic.bpf.h"

char LICENSE[] SEC("license") = "GPL";
