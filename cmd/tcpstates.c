/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpstates.c: TCP state changes, with the time spent in the state that was left. */
#include "core/model/expectation.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/tcpstates.h"

#define OWN(member) AT(struct tcpstates_event, member)

static const struct field fields[] = {
	{ "skaddr", "SKADDR", F_HEX, .width = 16, OWN(skaddr), .help = "kernel address of the socket" },
	{ "pid", "C-PID", .width = 5 },
	{ "comm", "C-COMM", .width = 10, .wide = 16 },
	{ "family", "IP", .where = IN_WIDE | IN_CSV },
	{ "laddr" },
	{ "lport" },
	{ "raddr" },
	{ "rport" },
	{ "oldstate", "OLDSTATE", F_NAME, .width = 11, OWN(oldstate), TCP_STATES, .help = "state before the change" },
	{ "newstate", "NEWSTATE", F_NAME, .width = 11, OWN(newstate), TCP_STATES, .before = "-> ",
	  .help = "state after the change" },
	{ "duration_ns", "MS", F_MSEC, .decimals = 3, OWN(duration),
	  .help = "time in the old state; 0: new socket; unknown: it began before tracing" },
	{},
};

static const struct opt opts[] = {
	{ "csv", 's', O_ALIAS, .alias_of = "csv" },
	{ "localport", 'L', O_ALIAS, .alias_of = "lport" },
	{ "remoteport", 'D', O_ALIAS, .alias_of = "rport" },
	{ "journal", 'Y', O_COMMON, .help = "also log to the systemd journal" },
	{},
};

/* The names that tcpstates has always used there. */
static const struct field journal_fields[] = {
	{ "pid", "OBJECT_PID" },
	{ "comm", "OBJECT_COMM" },
	{ "laddr", "OBJECT_%_SOURCE_ADDRESS" },
	{ "lport", "OBJECT_TCP_SOURCE_PORT" },
	{ "raddr", "OBJECT_%_DESTINATION_ADDRESS" },
	{ "rport", "OBJECT_TCP_DESTINATION_PORT" },
	{ "oldstate", "OBJECT_TCP_OLD_STATE", F_NAME, OWN(oldstate), TCP_STATES },
	{ "newstate", "OBJECT_TCP_NEW_STATE", F_NAME, OWN(newstate), TCP_STATES },
	{ "duration", "OBJECT_TCP_SPAN_TIME", F_USEC, OWN(duration) },
	{},
};

static const struct field journal_message[] = {
	{ "comm" },
	{ "laddr" },
	{ "lport" },
	{ "raddr", .before = "→ " },
	{ "rport" },
	{ "oldstate", NULL, F_NAME, OWN(oldstate), TCP_STATES },
	{ "newstate", NULL, F_NAME, OWN(newstate), TCP_STATES, .before = "→ " },
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

static const struct field words[] = {
	{ "oldstate", NULL, F_NAME, OWN(oldstate), TCP_STATES },
	{ "newstate", NULL, F_NAME, OWN(newstate), TCP_STATES, .before = " -> " },
	{ "duration", NULL, F_HUMAN_NS, OWN(duration), .before = " after " },
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

static const struct expectation proof[] = {
	/* On two CPUs the kernel may make two children of one connection, and drop one of them. */
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
	.examples = examples,
	OBJECT_OF(tcpstates),
	.hooks = hooks,
	.opts = opts,
	.fields = fields,
	.story = &story,
	.journal = &journal,
	.proof = proof,
};
