/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpstates.c: TCP state changes, with the time spent in the state that was left. */
#include "core/model/expectation.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/tcpstates.h"

#define OWN(member) AT(struct tcpstates_event, member)

static const struct member members[] = {
	{ "skaddr", F_HEX, OWN(skaddr), .help = "kernel address of the socket" },
	{ "oldstate", F_NAME, OWN(oldstate), TCP_STATES, .help = "state before the change" },
	{ "newstate", F_NAME, OWN(newstate), TCP_STATES, .help = "state after the change" },
	{ "duration_ns", F_MSEC, OWN(duration),
	  .help = "time in the old state; 0: new socket; unknown: it began before tracing" },
	{},
};

static const struct column columns[] = {
	{ "skaddr", "SKADDR", .width = 16 },
	{ "pid", "C-PID", .width = 5, .wide = 7 },
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
	{ "journal", 'Y', O_COMMON, .help = "also log to the systemd journal" },
	{},
};

/* The field names of bcc's tcpstates. */
static const struct column journal_fields[] = {
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

static const struct journal journal = { .fields = journal_fields, .message = journal_message };

static const struct hook hooks[] = { { "inet_sock_set_state", { "transition" } }, {} };

static const char *const examples[] = {
	"tcpstates",
	"all state changes of TCP sockets",
	"tcpstates -wT -L 80,443",
	"changes at local ports 80 and 443, wide enough for IPv6, with the time",
	"tcpstates --json -- curl -s localhost",
	"while a command runs, all processes, as JSON lines",
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
	.begins = 1 << TCP_STATE_CLOSE | 1 << TCP_STATE_LISTEN, /* a server's socket copies the listener's state */
};

static const struct expectation proof[] = {
	/* On two CPUs the kernel may create two children of one connection, and drop one of them. */
	{ "twins", "oldstate=SYN_RECV newstate=CLOSE", NULL, .how = MEASURE },
	{ "listen", "oldstate=CLOSE newstate=LISTEN pid=@server_pid", "listeners" },
	{ "listen no more", "oldstate=LISTEN newstate=CLOSE pid=@server_pid", "listeners" },
	{ "SYN_SENT", "oldstate=CLOSE newstate=SYN_SENT pid=@client_pid", "connects" },
	{ "connected", "oldstate=SYN_SENT newstate=ESTABLISHED pid=@client_pid", "established" },
	{ "in vain", "oldstate=SYN_SENT newstate=CLOSE pid=@client_pid", "connects-established" },
	{ "SYN_RECV", "oldstate=LISTEN newstate=SYN_RECV pid=@server_pid", "established+twins" },
	{ "FIN_WAIT1", "oldstate=ESTABLISHED newstate=FIN_WAIT1", "accepted-reset" },
	{ "FIN_WAIT2", "oldstate=FIN_WAIT1 newstate=FIN_WAIT2", "accepted-reset" },
	{ "LAST_ACK", "oldstate=CLOSE_WAIT newstate=LAST_ACK", "accepted-reset" },
	{ "reset", "oldstate=ESTABLISHED newstate=CLOSE", "2*reset+2*established-2*accepted" },
	{ "ActiveOpens", "oldstate=CLOSE newstate=SYN_SENT", "ActiveOpens", .family = BY_KERNEL },
	{ "PassiveOpens", "oldstate=LISTEN newstate=SYN_RECV", "PassiveOpens", .family = BY_KERNEL },
	{ "all rows", "", "2*listeners+2*connects+4*established+4*accepted-4*reset+2*twins" },
	{},
};

OBJECT(tcpstates);

const struct tool tcpstates = {
	.name = "tcpstates",
	.summary = "TCP state changes, with the time spent in each state",
	.first = { "lport", "rport", "wide" },
	.examples = examples,
	OBJECT_OF(tcpstates),
	.hooks = hooks,
	.opts = opts,
	.members = members,
	.columns = columns,
	.story = &story,
	.journal = &journal,
	.proof = proof,
};
