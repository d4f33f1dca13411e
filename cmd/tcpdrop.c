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

static const struct field fields[] = {
	{ "time" },
	{ "pid", "PID", .width = 7 },
	{ "family", "IP", .width = 2 },
	{ "source", "SADDR:SPORT", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45, OWN(saddr),
	  .port = offsetof(struct tcpdrop_event, sport) },
	{ "destination", "DADDR:DPORT", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45, OWN(daddr),
	  .port = offsetof(struct tcpdrop_event, dport), .before = "> " },
	{ "saddr", "SADDR", F_ADDRESS, IN_CSV | IN_JSON, OWN(saddr), .help = "source address of the packet" },
	{ "sport", "SPORT", F_PORT, IN_CSV | IN_JSON, OWN(sport), .help = "source port of the packet" },
	{ "daddr", "DADDR", F_ADDRESS, IN_CSV | IN_JSON, OWN(daddr), .help = "destination address of the packet" },
	{ "dport", "DPORT", F_PORT, IN_CSV | IN_JSON, OWN(dport), .help = "destination port of the packet" },
	{ "state", "STATE", F_NAME, .width = 20, OWN(state), TCP_STATES,
	  .help = "state of the packet's socket; unknown: no socket" },
	{ "flags", "FLAGS", F_TCPFLAGS, .suffix = true, OWN(flags), .help = "TCP flags of the packet" },
	{ "reason", "REASON", F_ENUM, .width = 20, OWN(reason), .btf_enum = REASONS, .fallback = "location",
	  .help = "the running kernel's name for the reason, or LISTEN_OVERFLOW, SYN_QUEUE_FULL, LISTEN_DROP; unknown: "
		  "the kernel reports none (before Linux 5.17)" },
	{ "reason_code", "CODE", F_UINT, .suffix = true, OWN(reason_code),
	  .help = "number of the reason in the running kernel" },
	{ "location", "LOCATION", F_SYMBOL, IN_CSV | IN_JSON, OWN(location),
	  .help = "kernel function and offset of the drop" },
	{ "stack", "STACK", F_STACK, OWN(stack), .unless = TCPDROP_NO_STACK, .help = "kernel stack at the drop" },
	{},
};

static const struct field summary_fields[] = {
	{ "reason", "REASON", F_ENUM, .width = 28, OWN(reason), .btf_enum = REASONS },
	{ "location", "LOCATION", F_SYMBOL, .width = 40, OWN(location) },
	{ "count", "DROPS", F_COUNT, .width = -8, .help = "packets" },
	{},
};

static const struct opt opts[] = {
	{ "all", 0, O_FLAG, .flag = TCPDROP_ALL,
	  .help = "include what every clean connection drops: the last ACKs and FINs" },
	{ "no-stack", 0, O_FLAG, .flag = TCPDROP_NO_STACK, .help = "omit kernel stacks" },
	{ "reason", 0, O_ENUM, "REASONS", .off = offsetof(struct options, settings.selected), .btf_enum = REASONS,
	  .help = "only these reasons, by name or number: NO_SOCKET,TCP_RESET" },
	{ "summary", 'c', O_ALIAS, .alias_of = "summary",
	  .help = "count by reason and location; print on exit and every --interval" },
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
	"drops at local port 443, one line each",
	"tcpdrop -c --interval 10",
	"counts by reason and location, every ten seconds",
	NULL,
};

static const struct field words[] = {
	{ "dropped", .before = "dropped", .bad = true },
	{ "flags", NULL, F_TCPFLAGS, OWN(flags), .before = " " },
	{ "state", NULL, F_NAME, OWN(state), TCP_STATES, .before = " in " },
	{ "reason", NULL, F_ENUM, OWN(reason), .btf_enum = REASONS, .before = ": " },
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
	.fields = fields,
	.story = &story,
	.summary_fields = summary_fields,
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
