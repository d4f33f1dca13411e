/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udpexample.c: UDP datagrams as processes send them. */
#include "core/tool.h"
#include "probes/udpexample.h"

#define OWN(member) AT(struct udpexample_event, member)

static const struct field fields[] = {
	{ "pid", "PID", .width = 7 },
	{ "comm", "COMM", .width = 16 },
	{ "protocol", "PROTO" },
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "bytes", "BYTES", F_UINT, .width = -6, OWN(bytes), .help = "payload" },
	{},
};

static const struct opt opts[] = { {} };

static const struct hook hooks[] = { { "datagrams", { "datagram_sent" } }, {} };

static const char *const examples[] = { "udpexample", "datagrams as they are sent", NULL };

OBJECT(udpexample);

const struct tool udpexample = {
	.name = "udpexample",
	.summary = "UDP datagrams as processes send them",
	.examples = examples,
	OBJECT_OF(udpexample),
	.subject = UDP_SOCKETS,
	.hooks = hooks,
	.opts = opts,
	.fields = fields,
};
