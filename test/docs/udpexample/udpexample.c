/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udpexample.c: UDP datagrams as processes send them. */
#include "core/tool.h"
#include "probes/udpexample.h"

#define OWN(member) AT(struct udpexample_event, member)

static const struct member members[] = {
	{ "bytes", F_UINT, OWN(bytes), .help = "payload" },
	{},
};

static const struct column columns[] = {
	{ "pid" },   { "comm" },  { "protocol", "PROTO", .width = 5 }, { "laddr" }, { "lport" },
	{ "raddr" }, { "rport" }, { "bytes", "BYTES", .width = -6 },   {},
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
	.members = members,
	.columns = columns,
};
