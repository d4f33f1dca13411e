/* SPDX-License-Identifier: GPL-2.0-or-later */
/* solisten.c: attempts to listen, with their results. */
#include "core/model/expectation.h"
#include "core/names/enums.h"
#include "core/model/options.h"
#include "core/tool.h"
#include "probes/solisten.h"

#define OWN(member) AT(struct solisten_event, member)

static const char *const protocols[] = {
	"IPv4",  "IPv6", /* of another protocol */
	"TCPv4", "TCPv6", "MPTCPv4", "MPTCPv6", "UDPv4", "UDPv6", "SCTPv4", "SCTPv6", "RAWv4", "RAWv6",
};

static const struct field fields[] = {
	{ "pid", .width = 7, .help = "process that listens" },
	{ "comm", .width = 12, .wide = 16 },
	{ "netns", .width = 12, .flag = SOLISTEN_NETNS },
	{ "ret", "RET", F_INT, .width = 5, OWN(ret), .flag = SOLISTEN_RET, .help = "0, or a negative errno" },
	{ "proto", "PROTO", F_NAME, .width = 6, .wide = 7, OWN(proto), NAMES(protocols),
	  .help = "protocol of the socket, with the IP version" },
	{ "backlog_effective", "BACKLOG", F_UINT, .width = 8, OWN(effective), .fallback = "backlog",
	  .help = "connections that may wait; columns show what was asked for where the attempt has failed" },
	{ "backlog", "ASKED", F_INT, IN_WIDE | IN_CSV | IN_JSON, .width = 8, OWN(backlog),
	  .help = "connections that were to wait, as the program asked" },
	{ "lport", "PORT", .width = 5 },
	{ "laddr", "ADDR", .width = 39 },
	{ "error", "ERROR", F_ERRNO, IN_WIDE | IN_CSV | IN_JSON, .width = 10, OWN(ret),
	  .help = "why the attempt has failed" },
	{},
};

static const struct opt opts[] = {
	{ "netns", 'n', O_ALIAS, .alias_of = "netns" },
	{ "show-netns", 0, O_FLAG, .flag = SOLISTEN_NETNS, .help = "add the network namespace" },
	{ "show-ret", 0, O_FLAG, .flag = SOLISTEN_RET, .help = "add the result: 0, or a negative errno" },
	{},
};

static const struct hook hooks[] = {
	[SOLISTEN_HOOK] = { "listen",
			    { "listen_cast", "listen_helper", "listen_state" },
			    .lacks[2] = "attempts that fail or repeat, the backlog that was asked for, and ports that "
					"listen() chose",
			    .misses_harmless = true },
	/* What either misses is nearly always another system call. */
	[SOLISTEN_LATE_HOOK] = { "end of listen",
				 { "listen_late_cast", "listen_late_helper" },
				 "attempts while the program for them is preempted",
				 .misses_harmless = true },
	[SOLISTEN_RING_HOOK] = { "io_uring_complete",
				 { "listen_ring_cast" },
				 "attempts through io_uring",
				 .flag = SOLISTEN_RING },
	{},
};

static const char *const examples[] = {
	"solisten",
	"who listens where, as it happens",
	"solisten --show-netns --show-ret",
	"with the network namespace and the result",
	"solisten --json -p 1234",
	"of one process, as JSON lines",
	NULL,
};

/* Before 6.11 there is nothing to miss. */
static bool look_for_ring(struct options *options, struct error *error)
{
	uint64_t number;

	(void)error;
	if (enum_value(NULL, "io_uring_op", "LISTEN", &number))
		options->settings.flags |= SOLISTEN_RING;
	return true;
}

static const struct field words[] = {
	{ "proto", NULL, F_NAME, OWN(proto), NAMES(protocols) },
	{ "backlog_effective", NULL, F_UINT, OWN(effective), .before = " listens, backlog " },
	{ "error", NULL, F_ERRNO, OWN(ret), .before = " cannot listen: ", .bad = true },
	{},
};

static const struct story story = { .words = words };

static const struct lookup lookup = { .values = { { "io_uring_op", "LISTEN" } } };

/* The programs that one of is needed for. */
#define SEES_LISTEN "listen_cast|listen_helper"

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
	.examples = examples,
	OBJECT_OF(solisten),
	.subject = SOCKETS,
	.hooks = hooks,
	.opts = opts,
	.fields = fields,
	.story = &story,
	.lookup = &lookup,
	.check = look_for_ring,
	.proof = proof,
};
