/* SPDX-License-Identifier: GPL-2.0-or-later */
/* solisten.c: attempts to listen, with their results. */
#include <netinet/in.h>

#include "core/model/expectation.h"
#include "core/names/enums.h"
#include "core/model/options.h"
#include "core/tool.h"
#include "probes/solisten.h"

#define OWN(member) AT(struct solisten_event, member)

static const char *const protocols[] = {
	"IPv4",  "IPv6", /* of other protocols */
	"TCPv4", "TCPv6", "MPTCPv4", "MPTCPv6", "UDPv4", "UDPv6", "SCTPv4", "SCTPv6", "RAWv4", "RAWv6",
};

static const struct member members[] = {
	{ "ret", F_INT, OWN(ret), .help = "0, or a negative errno" },
	{ "proto", F_NAME, OWN(proto), NAMES(protocols), .help = "protocol of the socket, with IP version" },
	{ "backlog_effective", F_UINT, OWN(effective),
	  .help = "backlog in effect; for a failed attempt the column shows the requested backlog" },
	{ "backlog", F_INT, OWN(backlog), .help = "requested backlog" },
	{ "error", F_ERRNO, OWN(ret), .help = "error of a failed attempt" },
	{},
};

static const struct column columns[] = {
	{ "pid", .help = "process that listens" },
	{ "comm", .width = 12, .wide = 16 },
	{ "netns", .width = 12, .flag = SOLISTEN_NETNS },
	{ "ret", "RET", .width = 5, .flag = SOLISTEN_RET },
	{ "proto", "PROTO", .width = 6, .wide = 7 },
	{ "backlog_effective", "BACKLOG", .width = 8, .fallback = "backlog" },
	{ "backlog", "ASKED", .where = IN_WIDE | IN_CSV, .width = 8 },
	{ "lport", "PORT" },
	{ "laddr", "ADDR", .width = 39 },
	{ "error", "ERROR", .where = IN_WIDE | IN_CSV, .width = 10 },
	{},
};

static const struct opt opts[] = {
	{ "netns", 'n', O_ALIAS, .alias_of = "netns" },
	{ "show-netns", 0, O_FLAG, .flag = SOLISTEN_NETNS, .help = "add the network namespace" },
	{ "show-ret", 0, O_FLAG, .flag = SOLISTEN_RET, .help = "add the result: 0, or a negative errno" },
	{},
};

static const struct apart apart[] = {
	{ "show-netns,show-ret", "by", "which counts attempts" },
	{ "show-netns,show-ret", "columns", "which names all columns" },
	{},
};

static const struct hook hooks[] = {
	[SOLISTEN_HOOK] = { "listen",
			    { "listen_call_cast", "listen_cast", "listen_helper", "listen_state" },
			    .lacks[3] = "attempts that fail or repeat, the requested backlog, and ports that "
					"listen() chooses",
			    .misses_harmless = true },
	/* Both hooks run for all system calls, so nearly all their misses are harmless. */
	[SOLISTEN_LATE_HOOK] = { "end of listen",
				 { "listen_late_call_cast", "listen_late_cast", "listen_late_helper" },
				 "attempts made while the first program is preempted",
				 .misses_harmless = true },
	[SOLISTEN_RING_HOOK] = { "io_uring_complete",
				 { "listen_ring_cast" },
				 "attempts through io_uring",
				 .flag = SOLISTEN_RING },
	{},
};

static const char *const examples[] = {
	"solisten",
	"processes that start to listen, as it happens",
	"solisten --show-netns --show-ret",
	"with the network namespace and the result",
	"solisten --json -p 1234",
	"one process, as JSON lines",
	NULL,
};

/* IORING_OP_LISTEN is new in 6.11: older kernels have no such attempts. */
static bool look_for_ring(struct options *options, struct error *error)
{
	uint64_t number;

	(void)error;
	if (enum_value(NULL, "io_uring_op", "LISTEN", &number))
		options->settings.flags |= SOLISTEN_RING;
	return true;
}

/* Recordings of version 0.1.0 have the protocol only in this tool's own member. */
static bool find_protocol(const struct options *options, struct event *event, size_t size)
{
	const struct solisten_event *e = (const void *)event;

	(void)options;
	(void)size;
	if (!event->protocol && e->proto >= PROTO_TCP && e->proto < PROTO_UDP)
		event->protocol = IPPROTO_TCP;
	else if (!event->protocol && e->proto >= PROTO_UDP && e->proto < PROTO_SCTP)
		event->protocol = IPPROTO_UDP;
	return true;
}

static const struct column words[] = {
	{ "proto" },
	{ "backlog_effective", .before = " listens, backlog " },
	{ "error", .before = " cannot listen: ", .bad = true },
	{},
};

static const struct story story = { .words = words };

static const struct lookup lookup = { .values = { { "io_uring_op", "LISTEN" } } };

/* Alternatives of programs; one of each is needed. */
#define SEES_LISTEN "listen_call_cast|listen_cast|listen_helper"

static const struct expectation proof[] = {
	{ "listen", "ret=0 error=null pid=@server_pid", "listeners" },
	{ "backlog 4096", "ret=0 backlog_effective=4096 lport=@server_port", "1" },
	{ "backlog 1", "ret=0 backlog_effective=1 lport=@overflow_port", "1" },
	{ "in vain", "error=EINVAL pid=@server_pid lport=@server_port", "bad_listen", .needs = SEES_LISTEN },
	{ "all rows", "", "listeners+bad_listen", .needs = SEES_LISTEN },
	{},
};

OBJECT(solisten);

const struct tool solisten = {
	.name = "solisten",
	.summary = "attempts to listen on a socket, with the backlog and the result",
	.first = { "comm", "show-ret", "wide" },
	.examples = examples,
	OBJECT_OF(solisten),
	.subject = SOCKETS,
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.members = members,
	.columns = columns,
	.story = &story,
	.lookup = &lookup,
	.check = look_for_ring,
	.derive = find_protocol,
	.proof = proof,
};
