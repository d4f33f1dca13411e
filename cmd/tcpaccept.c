/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpaccept.c: accepted TCP connections, and their time in the accept queue. */
#include "core/model/expectation.h"
#include "core/model/accept_hooks.h"
#include "core/tool.h"
#include "probes/tcpaccept.h"

#define OWN(member) AT(struct tcpaccept_event, member)

static const struct member members[] = {
	{ "wait_ns", F_MSEC, OWN(wait),
	  .help = "time from the end of the handshake to accept(); unknown: it began before tracing" },
	{ "queue", F_UINT, OWN(queue),
	  .help = "connections that still wait at the listener (io_uring multishot: when this one was established)" },
	{ "queue_limit", F_UINT, OWN(limit),
	  .help = "backlog of the listener: one more connection than this can wait" },
	{},
};

static const struct column columns[] = {
	{ "timestamp", .width = 8, .decimals = 3 },
	{ "pid" },
	{ "comm", .width = 12, .wide = 16 },
	{ "family" },
	{ "raddr", .width = 16, .wide = 39 },
	{ "rport" },
	{ "laddr", .width = 16, .wide = 39 },
	{ "lport" },
	{ "wait_ns", "WAIT(ms)", .where = IN_WIDE | IN_CSV, .width = 9, .decimals = 3 },
	{ "queue", "QUEUE", .where = IN_WIDE | IN_CSV, .width = 5 },
	{ "queue_limit", "LIMIT", .where = IN_WIDE | IN_CSV, .width = 5 },
	{},
};

static const struct opt opts[] = {
	{ "port", 'P', O_ALIAS, .alias_of = "lport" },
	{},
};

/* In the order of the enum in tcpaccept.h. */
static const struct hook hooks[] = {
	{ "inet_sock_set_state", { "child" } },
	ACCEPT_HOOK_ROW,
	ACCEPT_OTHER_HOOKS,
	{},
};

static const char *const examples[] = {
	"tcpaccept",
	"connections as they are accepted",
	"tcpaccept -wP 80,443",
	"local ports 80 and 443, with waiting time and accept queue",
	"tcpaccept --json --comm 'nginx*'",
	"connections that nginx accepts, as JSON lines",
	NULL,
};

static const struct column words[] = {
	{ "", .before = "accepted" },
	{ "wait_ns", .as = F_HUMAN_NS, .before = " after " },
	{ "queue", .as = F_ID, .before = ", still waiting: " },
	{},
};

static const struct story story = { .words = words };

static const struct expectation proof[] = {
	{ "accepted", "pid=@server_pid lport=@server_port owner=exact", "accepted" },
	{ "queue", "queue_limit=4096", "accepted" },
	{ "no wait", "wait_ns=null", "0" },
	{ "all rows", "", "accepted" },
	{},
};

OBJECT(tcpaccept);

const struct tool tcpaccept = {
	.name = "tcpaccept",
	.summary = "accepted TCP connections, with process and waiting time",
	.first = { "wide", "lport", "comm" },
	.examples = examples,
	OBJECT_OF(tcpaccept),
	.hooks = hooks,
	.opts = opts,
	.members = members,
	.columns = columns,
	.story = &story,
	.proof = proof,
};
