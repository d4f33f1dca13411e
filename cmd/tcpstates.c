/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpstates.c: TCP state changes, with the time spent in the state that was left. */
#include "core/model/owner_hooks.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/tcpstates.h"

#define OWN(member) AT(struct tcpstates_event, member)

static const struct member members[] = {
	{ "skaddr", F_HEX, OWN(skaddr), .help = "address of the kernel's socket" },
	{ "oldstate", F_NAME, OWN(oldstate), TCP_STATES, .help = "state that was left" },
	{ "newstate", F_NAME, OWN(newstate), TCP_STATES, .help = "state that was entered" },
	{ "duration_ns", F_MSEC, OWN(duration),
	  .help = "time in the old state; 0: a new socket; unknown: it began before tracing" },
	{},
};

static const struct column columns[] = {
	{ "skaddr", "SKADDR", .width = 16 },
	{ "pid", "C-PID", .width = 5 },
	{ "comm", "C-COMM", .width = 10, .wide = 16 },
	{ "family", "IP", .where = IN_WIDE | IN_CSV },
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "oldstate", "OLDSTATE", .width = 11 },
	{ "newstate", "NEWSTATE", .width = 11, .before = "-> " },
	{ "duration_ns", "MS", .decimals = 3 },
	{},
};

static const struct opt opts[] = {
	{ "csv", 's', O_ALIAS, .alias_of = "csv" },
	{ "localport", 'L', O_ALIAS, .alias_of = "lport" },
	{ "remoteport", 'D', O_ALIAS, .alias_of = "rport" },
	{ "journal", 'Y', O_COMMON, .help = "log to the systemd journal, too" },
	{},
};

/* The names that tcpstates has always used there. */
static const struct column journal[] = {
	{ "pid", "OBJECT_PID" },
	{ "comm", "OBJECT_COMM" },
	{ "laddr", "OBJECT_%_SOURCE_ADDRESS" },
	{ "lport", "OBJECT_TCP_SOURCE_PORT" },
	{ "raddr", "OBJECT_%_DESTINATION_ADDRESS" },
	{ "rport", "OBJECT_TCP_DESTINATION_PORT" },
	{ "oldstate", "OBJECT_TCP_OLD_STATE" },
	{ "newstate", "OBJECT_TCP_NEW_STATE" },
	{ "duration_ns", "OBJECT_TCP_SPAN_TIME", .as = F_USEC },
	{},
};

static const struct column journal_message[] = {
	{ "comm" },
	{ "laddr" },
	{ "lport" },
	{ "raddr", .before = "→ " },
	{ "rport" },
	{ "oldstate" },
	{ "newstate", .before = "→ " },
	{},
};

static const struct hook hooks[] = { OWNER_HOOKS("transition"), {} };

static const char *const examples[] = {
	"tcpstates",
	"all state changes of TCP sockets",
	"tcpstates -wT -L 80,443",
	"of local ports 80 and 443, with room for IPv6 and the time",
	"tcpstates --json -- curl -s localhost",
	"of one command, and everybody else, as JSON lines",
	NULL,
};

static const struct column words[] = {
	{ "oldstate" },
	{ "newstate", .before = " -> " },
	{ "duration_ns", .as = F_HUMAN_NS, .before = " after " },
	{},
};

static const struct story story = {
	.words = words,
	.socket = offsetof(struct tcpstates_event, skaddr),
	.end = offsetof(struct tcpstates_event, newstate),
	.ends = 1 << TCP_STATE_CLOSE,
	.begin = offsetof(struct tcpstates_event, oldstate),
	.begins = 1 << TCP_STATE_CLOSE | 1 << TCP_STATE_LISTEN, /* a server's copies the listener's state */
};

OBJECT(tcpstates);

const struct tool tcpstates = {
	.name = "tcpstates",
	.summary = "TCP state changes, with the time spent in each state",
	.examples = examples,
	OBJECT_OF(tcpstates),
	.hooks = hooks,
	.opts = opts,
	.members = members,
	.columns = columns,
	.story = &story,
	.journal = journal,
	.journal_message = journal_message,
};
