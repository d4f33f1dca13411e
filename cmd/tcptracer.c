/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcptracer.c: opened, accepted and closed TCP connections. */
#include "core/model/expectation.h"
#include "core/model/accept_hooks.h"
#include "core/tool.h"
#include "probes/tcptracer.h"

#define OWN(member) AT(struct tcptracer_event, member)

static const char *const letters[] = { "C", "A", "X" };
static const char *const types[] = { "connect", "accept", "close" };

static const struct member members[] = {
	{ "type", F_NAME, OWN(type), NAMES(letters), .keys = types,
	  .help = "C: connect, opened by this process; A: accept; X: close, or reset by the peer" },
	{ "tx_bytes", F_UINT, OWN(tx_bytes), .help = "close: payload that the process wrote, sent or not" },
	{ "rx_bytes", F_UINT, OWN(rx_bytes), .help = "close: payload received" },
	{ "duration_ns", F_MSEC, OWN(duration),
	  .help = "close: time since established; unknown: older than the trace" },
	{},
};

static const struct column columns[] = {
	{ "timestamp", .width = 8, .decimals = 3, .unless = TCPTRACER_VERBOSE },
	{ "timestamp_ns", .width = 13, .flag = TCPTRACER_VERBOSE },
	{ "type", "T", .width = 2, .unless = TCPTRACER_VERBOSE },
	{ "type", "TYPE", .width = 12, NAMES(types), .flag = TCPTRACER_VERBOSE },
	{ "pid", .width = 6, .wide = 7 },
	{ "comm" },
	{ "family" },
	{ "laddr", "SADDR", .width = 16, .wide = 41, .bracketed = true },
	{ "raddr", "DADDR", .width = 16, .wide = 41, .bracketed = true },
	{ "lport", "SPORT", .width = 6 },
	{ "rport", "DPORT", .width = 6 },
	{ "netns", .flag = TCPTRACER_VERBOSE },
	{},
};

static const struct opt opts[] = {
	{ "netns", 'N', O_ALIAS, .alias_of = "netns" },
	{ "verbose", 'v', O_FLAG, .flag = TCPTRACER_VERBOSE,
	  .help = "print long type names, network namespaces, and -t in ns" },
	{},
};

static const struct apart apart[] = {
	{ "verbose", "by", "which counts connections" },
	{ "verbose", "columns", "which names all columns" },
	{},
};

static const struct hook hooks[] = {
	{ "inet_sock_set_state", { "trace" } },
	ACCEPT_HOOK_ROW,
	ACCEPT_OTHER_HOOKS,
	{},
};

static const char *const examples[] = {
	"tcptracer",
	"connections as they are opened, accepted and closed",
	"tcptracer -vN /proc/self/ns/net",
	"connections of this network namespace, with more columns",
	"tcptracer --json --comm 'curl*'",
	"connections of curl, as JSON lines; closes have bytes and duration",
	NULL,
};

static const char *const done[] = { "connected", "accepted", "closed" };

static const struct column words[] = {
	{ "type", NAMES(done) },
	{ "duration_ns", .as = F_HUMAN_NS, .before = " after " },
	{ "tx_bytes", .as = F_SI, .before = ": sent ", .after = "B" },
	{ "rx_bytes", .as = F_SI, .before = ", received ", .after = "B" },
	{},
};

static const struct story story = {
	.words = words,
	.end = offsetof(struct tcptracer_event, type),
	.ends = 1 << TYPE_CLOSE,
};

static const struct expectation proof[] = {
	{ "C", "type=connect pid=@client_pid", "established" },
	{ "A", "type=accept pid=@server_pid lport=@server_port", "accepted" },
	{ "X of clients", "type=close rport=@server_port|@overflow_port", "established" },
	{ "X of servers", "type=close pid=@server_pid lport=@server_port", "accepted" },
	{ "X of a fork", "type=close comm=nt-forked", "fork" },
	{ "bytes of clients", "type=close rport=@server_port", "bytes_client", .sum = "tx_bytes" },
	{ "bytes of servers", "type=close lport=@server_port", "bytes_server", .sum = "tx_bytes" },
	{ "all rows", "", "2*established+2*accepted" },
	{},
};

OBJECT(tcptracer);

const struct tool tcptracer = {
	.name = "tcptracer",
	.summary = "TCP connections opened, accepted and closed, with process",
	.first = { "comm", "rport", "containers" },
	.examples = examples,
	OBJECT_OF(tcptracer),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.members = members,
	.columns = columns,
	.story = &story,
	.proof = proof,
};
