/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptop.bpf.c: an event for each connection that carried something. */
#include "tcptop.h"

#define TRAFFIC_EVENT struct tcptop_event
#include "traffic.bpf.h"

char LICENSE[] SEC("license") = "GPL";
