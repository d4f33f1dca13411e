/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop.c: TCP packets that the kernel drops, why, and from where in its code. */
#include "core/names/enums.h"
#include "core/model/options.h"
#include "core/model/owner_hooks.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/filter.h"
#include "probes/tcpdrop.h"

#define REASONS     "skb_drop_reason"
#define OWN(member) AT(struct tcpdrop_event, member)

static const struct member members[] = {
	{ "saddr", F_ADDRESS, OWN(saddr), .port = offsetof(struct tcpdrop_event, sport),
	  .help = "source address of the packet" },
	{ "sport", F_PORT, OWN(sport), .help = "its source port" },
	{ "daddr", F_ADDRESS, OWN(daddr), .port = offsetof(struct tcpdrop_event, dport),
	  .help = "its destination address" },
	{ "dport", F_PORT, OWN(dport), .help = "its destination port" },
	{ "state", F_NAME, OWN(state), TCP_STATES, .help = "state of its socket; unknown: it has none" },
	{ "flags", F_TCPFLAGS, OWN(flags), .help = "TCP flags of the packet" },
	{ "reason", F_ENUM, OWN(reason), .btf_enum = REASONS,
	  .help = "why: a name of the running kernel, or LISTEN_OVERFLOW, SYN_QUEUE_FULL, LISTEN_DROP; unknown: the "
		  "kernel "
		  "tells none (before 5.17)" },
	{ "reason_code", F_UINT, OWN(reason_code), .help = "its number in the running kernel" },
	{ "location", F_SYMBOL, OWN(location), .help = "where in the kernel's code" },
	{ "stack", F_STACK, OWN(stack), .help = "how the kernel came there" },
	{},
};

static const struct column columns[] = {
	{ "time" },
	{ "pid" },
	{ "family" },
	{ "source", "SADDR:SPORT", "saddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45 },
	{ "destination", "DADDR:DPORT", "daddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45,
	  .before = "> " },
	{ "saddr", "SADDR", .where = IN_CSV },
	{ "sport", "SPORT", .where = IN_CSV },
	{ "daddr", "DADDR", .where = IN_CSV },
	{ "dport", "DPORT", .where = IN_CSV },
	{ "state", "STATE", .width = 20 },
	{ "flags", "FLAGS", .suffix = true },
	{ "reason", "REASON", .width = 20, .fallback = "location" },
	{ "reason_code", "CODE", .suffix = true },
	{ "location", "LOCATION", .where = IN_CSV },
	{ "stack", "STACK", .unless = TCPDROP_NO_STACK },
	{},
};

static const struct member summary_members[] = {
	{ "reason" },
	{ "location" },
	{ "count", F_COUNT, .help = "packets" },
	{},
};

static const struct column summary_columns[] = {
	{ "reason", "REASON", .width = 28 },
	{ "location", "LOCATION", .width = 40 },
	{ "count", "DROPS", .width = -8 },
	{},
};

static const struct opt opts[] = {
	{ "all", 0, O_FLAG, .flag = TCPDROP_ALL,
	  .help = "also what is thrown away on every clean connection: the last ACKs and FINs" },
	{ "no-stack", 0, O_FLAG, .flag = TCPDROP_NO_STACK, .help = "leave out the kernel stacks" },
	{ "reason", 0, O_ENUM, "REASONS", .off = offsetof(struct options, settings.selected), .btf_enum = REASONS,
	  .help = "only these reasons, by name or number: NO_SOCKET,TCP_RESET" },
	{ "summary", 'c', O_ALIAS, .alias_of = "summary",
	  .help = "count by reason and location; print on exit and at --interval" },
	{ "netns-id", 0, O_ALIAS, .alias_of = "netns" },
	{ "pid-netns", 0, O_PIDNETNS, "PID", .off = offsetof(struct options, settings.filter.netns),
	  .help = "only the network namespace of this process" },
	{},
};

static const struct hook hooks[] = {
	OWNER_HOOKS_ONLY,
	{ "kfree_skb",
	  { "kfree_cast", "kfree_helper", "kfree_socket" },
	  .lacks[2] = "the packets themselves: no TCP flags, and only drops of packets that belong to a socket" },
	{ "consume_skb", { "consume_cast", "consume_helper" }, "the SYNs that a full listener drops" },
	{},
};

static const struct enum_extra own_reasons[] = {
	{ REASONS, "LISTEN_OVERFLOW", REASON_LISTEN_OVERFLOW },
	{ REASONS, "SYN_QUEUE_FULL", REASON_SYN_QUEUE_FULL },
	{ REASONS, "LISTEN_DROP", REASON_LISTEN_DROP },
	{},
};

static const char *const examples[] = {
	"tcpdrop",
	"dropped TCP packets, with the kernel's stack",
	"tcpdrop --no-stack --lport 443",
	"of local port 443, a line each",
	"tcpdrop -c --interval 10",
	"counts by reason and place, every ten seconds",
	NULL,
};

static const struct column words[] = {
	{ "", .before = "dropped", .bad = true },
	{ "flags", .before = " " },
	{ "state", .before = " in " },
	{ "reason", .before = ": " },
	{},
};

static const struct story story = { .words = words, .flags = TCPDROP_NO_STACK };

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct tcpdrop_event *e = (const void *)event;
	uint32_t flags = options->settings.flags;

	if ((e->clean && !(flags & TCPDROP_ALL)) || !list_has(&options->settings.selected, e->reason))
		return REPLAY_EXCLUDED;
	if ((flags & TCPDROP_NO_STACK) && *size > offsetof(struct tcpdrop_event, stack))
		*size = offsetof(struct tcpdrop_event, stack);
	return REPLAY_FILTERED;
}

OBJECT(tcpdrop);

const struct tool tcpdrop = {
	.name = "tcpdrop",
	.summary = "TCP packets dropped by the kernel, with reason and stack",
	.examples = examples,
	OBJECT_OF(tcpdrop),
	.hooks = hooks,
	.opts = opts,
	.members = members,
	.columns = columns,
	.story = &story,
	.summary_members = summary_members,
	.summary_columns = summary_columns,
	.summary_flag = TCPDROP_SUMMARY,
	.symbols = { [IN_RCV_STATE_PROCESS] = "tcp_rcv_state_process",
		     [IN_V4_RCV] = "tcp_v4_rcv",
		     [IN_V6_RCV] = "tcp_v6_rcv",
		     [IN_KILL_QUEUES] = "sk_stream_kill_queues" },
	.values = { [VALUE_NOT_SPECIFIED] = { REASONS, "NOT_SPECIFIED" },
		    [VALUE_QUEUE_PURGE] = { REASONS, "QUEUE_PURGE" } },
	.extra_names = own_reasons,
	.wider_flags = TCPDROP_ALL,
	.replay = filter_recorded,
	.listeners = true,
};
