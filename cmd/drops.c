/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drops.c: packets of any protocol that the kernel drops, with layer, device, reason and place. */
#include <netinet/in.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/put.h"
#include "core/base/values.h"
#include "core/model/expectation.h"
#include "core/model/options.h"
#include "core/names/drop_values.h"
#include "core/names/enums.h"
#include "core/names/symbols.h"
#include "core/names/tcp.h"
#include "core/tool.h"
#include "probes/drops.h"
#include "probes/filter.h"

#define REASONS     "skb_drop_reason"
#define OWN(member) AT(struct drops_event, member)

/* ---- layers ---- */

enum layer {
	LAYER_UNKNOWN,
	LAYER_NIC,
	LAYER_XDP,
	LAYER_QDISC,
	LAYER_NETFILTER,
	LAYER_ROUTING,
	LAYER_NEIGHBOUR,
	LAYER_IP,
	LAYER_ICMP,
	LAYER_UDP,
	LAYER_TCP,
	LAYER_SOCKET,
	LAYER_TUNNEL,
	LAYERS,
};

static const char *const layers[LAYERS] = { NULL, "nic",  "xdp", "qdisc", "netfilter", "routing", "neighbour",
					    "ip", "icmp", "udp", "tcp",   "socket",    "tunnel" };

struct prefix {
	const char *text;
	enum layer layer;
};

/* The layer of a reason, by the beginning of its name; the first match decides. */
static const struct prefix by_reason[] = {
	{ "NETFILTER_", LAYER_NETFILTER },
	{ "NEIGH_", LAYER_NEIGHBOUR },
	{ "IPV6_NDISC_", LAYER_NEIGHBOUR },
	{ "QDISC_", LAYER_QDISC },
	{ "TC_", LAYER_QDISC },
	{ "FQ_", LAYER_QDISC },
	{ "CAKE_", LAYER_QDISC },
	{ "DUALPI2_", LAYER_QDISC },
	{ "XDP", LAYER_XDP },
	{ "SOCKET_", LAYER_SOCKET },
	{ "PROTO_MEM", LAYER_SOCKET },
	{ "LISTEN_", LAYER_SOCKET },
	{ "SYN_QUEUE_FULL", LAYER_SOCKET },
	{ "TCP_LISTEN_", LAYER_SOCKET },
	{ "BPF_CGROUP_", LAYER_SOCKET },
	{ "TCP_", LAYER_TCP },
	{ "UDP_", LAYER_UDP },
	{ "ICMP_", LAYER_ICMP },
	{ "VXLAN_", LAYER_TUNNEL },
	{ "IP_TUNNEL_", LAYER_TUNNEL },
	{ "TUNNEL_", LAYER_TUNNEL },
	{ "IP_RPFILTER", LAYER_ROUTING },
	{ "IP_INNOROUTES", LAYER_ROUTING },
	{ "IP_OUTNOROUTES", LAYER_ROUTING },
	{ "IP_INADDRERRORS", LAYER_ROUTING },
	{ "IP_LOCAL", LAYER_ROUTING },
	{ "IP_INVALID_", LAYER_ROUTING },
	{ "IP", LAYER_IP },
	{ "FRAG_", LAYER_IP },
	{ "DUP_FRAG", LAYER_IP },
	{ "OTHERHOST", LAYER_IP },
	{ "UNICAST_IN_L2_MULTICAST", LAYER_IP },
	{ "PKT_TOO_BIG", LAYER_IP },
	{ "UNHANDLED_PROTO", LAYER_NIC },
	{ "CPU_BACKLOG", LAYER_NIC },
	{ "DEV_", LAYER_NIC },
	{ "FULL_RING", LAYER_NIC },
	{ "TAP_", LAYER_NIC },
	{ "PFMEMALLOC", LAYER_NIC },
	{ "SKB_GSO_SEG", LAYER_NIC },
	{},
};

/* The layer of a kernel function. */
static const struct prefix by_function[] = {
	{ "nf_", LAYER_NETFILTER },
	{ "nft_", LAYER_NETFILTER },
	{ "ipt_", LAYER_NETFILTER },
	{ "ip6t_", LAYER_NETFILTER },
	{ "neigh_", LAYER_NEIGHBOUR },
	{ "__neigh_", LAYER_NEIGHBOUR },
	{ "arp_", LAYER_NEIGHBOUR },
	{ "ndisc_", LAYER_NEIGHBOUR },
	{ "udp", LAYER_UDP },
	{ "__udp", LAYER_UDP },
	{ "tcp_", LAYER_TCP },
	{ "icmp", LAYER_ICMP },
	{ "ping_", LAYER_ICMP },
	{ "vxlan_", LAYER_TUNNEL },
	{ "geneve_", LAYER_TUNNEL },
	{ "ip_tunnel_", LAYER_TUNNEL },
	{ "ip6_tnl_", LAYER_TUNNEL },
	{ "ipip", LAYER_TUNNEL },
	{ "gre_", LAYER_TUNNEL },
	{ "sit_", LAYER_TUNNEL },
	{ "ip_route_", LAYER_ROUTING },
	{ "ip6_route_", LAYER_ROUTING },
	{ "ip_error", LAYER_ROUTING },
	{ "ip6_pkt_", LAYER_ROUTING },
	{ "fib_", LAYER_ROUTING },
	{ "dst_", LAYER_ROUTING },
	{ "ip", LAYER_IP },
	{ "__ip", LAYER_IP },
	{ "sch_", LAYER_QDISC },
	{ "qdisc_", LAYER_QDISC },
	{ "__qdisc_", LAYER_QDISC },
	{ "__dev_queue_xmit", LAYER_QDISC },
	{ "__dev_xmit_skb", LAYER_QDISC },
	{ "tcf_", LAYER_QDISC },
	{ "sk_", LAYER_SOCKET },
	{ "__sk_", LAYER_SOCKET },
	{ "sock_", LAYER_SOCKET },
	{ "__sock_", LAYER_SOCKET },
	{ "inet_sock_", LAYER_SOCKET },
	{ "packet_", LAYER_SOCKET },
	{ "raw", LAYER_SOCKET },
	{ "xfrm_", LAYER_IP },
	{ "igmp", LAYER_IP },
	{ "inet_", LAYER_IP },
	{},
};

static enum layer layer_by_prefix(const struct prefix *prefixes, const char *name)
{
	while (prefixes->text && strncmp(name, prefixes->text, strlen(prefixes->text)) != 0)
		prefixes++;
	return prefixes->layer;
}

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), size = strlen(end);

	return length >= size && !strcmp(name + length - size, end);
}

/* Functions with other names are those of devices and their drivers. */
static enum layer layer_of_function(const char *name)
{
	enum layer layer;

	if (strstr(name, "xdp")) /* do_xdp_generic(), veth_xdp_rcv_skb() */
		return LAYER_XDP;
	layer = layer_by_prefix(by_function, name);
	if (!layer && (ends_with(name, "_enqueue") || ends_with(name, "_dequeue"))) /* struct Qdisc_ops */
		layer = LAYER_QDISC;
	return layer ? layer : LAYER_NIC;
}

static enum layer layer_of_protocol(const struct drops_event *e)
{
	switch (e->common.protocol) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return LAYER_ICMP;
	case IPPROTO_UDP:
		return LAYER_UDP;
	case IPPROTO_TCP:
		return LAYER_TCP;
	default:
		return LAYER_NIC;
	}
}

/* By the reason; by the function, if the reason fits several layers or is unknown; by the protocol, if symbols
 * are unavailable. */
static enum layer layer_of(const struct drops_event *e)
{
	const char *reason = e->reason == ~0U ? NULL : enum_name(NULL, REASONS, e->reason);
	enum layer layer = reason ? layer_by_prefix(by_reason, reason) : LAYER_UNKNOWN;
	struct symbol symbol;

	if (!layer && reason && !strcmp(reason, "NO_SOCKET"))
		return layer_of_protocol(e);
	if (!layer && e->location && symbols_at(e->location, &symbol))
		layer = layer_of_function(symbol.name);
	return layer ? layer : layer_of_protocol(e);
}

/* ---- protocols ---- */

struct number_name {
	uint16_t number;
	const char *name;
};

/* By the number of an IP protocol, and by EtherType. */
static const struct number_name protocols[] = { { 1, "icmp" },
						{ 2, "igmp" },
						{ 4, "ipip" },
						{ 6, "tcp" },
						{ 17, "udp" },
						{ 41, "ipv6" },
						{ 47, "gre" },
						{ 50, "esp" },
						{ 58, "icmpv6" },
						{ 89, "ospf" },
						{ 112, "vrrp" },
						{ 132, "sctp" },
						{} };
static const struct number_name frames[] = { { 0x0806, "arp" },  { 0x0800, "ip" },   { 0x86dd, "ip6" },
					     { 0x88cc, "lldp" }, { 0x8100, "vlan" }, {} };

static const char *name_in(const struct number_name *names, uint16_t number)
{
	while (names->name && names->number != number)
		names++;
	return names->name;
}

static void name_protocol(struct drops_event *e)
{
	const char *name = e->common.protocol ? name_in(protocols, e->common.protocol) : name_in(frames, e->ethertype);

	char text[PROTO_SIZE + PUT_SLACK], *end = text;

	if (name)
		end = put_string(text, name);
	else if (e->common.protocol)
		end = put_unsigned(text, e->common.protocol);
	else if (e->ethertype)
		end = put_hex(put_string(text, "0x"), e->ethertype, 4);
	memcpy(e->proto, text, (size_t)(end - text));
}

static bool derive(const struct options *options, struct event *event, size_t size)
{
	struct drops_event *e = (struct drops_event *)event;

	(void)options;
	(void)size;
	e->layer = (uint8_t)layer_of(e);
	name_protocol(e);
	return true;
}

/* ---- members and columns ---- */

#define KIND_NAME(kind, text) [KIND_##kind] = "harmless: " text,
#define KIND_KEY(kind, text)  [KIND_##kind] = (text),
static const char *const kind_names[] = { [KIND_NEEDED] = NULL, DROP_KINDS(KIND_NAME) OTHER_KINDS(KIND_NAME) };
static const char *const kind_keys[] = { [KIND_NEEDED] = NULL, DROP_KINDS(KIND_KEY) OTHER_KINDS(KIND_KEY) };

static const struct member members[] = {
	{ "layer", F_NAME, OWN(layer), NAMES(layers), .help = "part of the network stack that dropped the packet" },
	{ "proto", F_TEXT, OWN(proto),
	  .help = "protocol of the packet: tcp, udp, icmp, icmpv6, arp ...; another one by its IP protocol number, or "
		  "its EtherType in hexadecimal" },
	{ "saddr", F_ADDRESS, OWN(saddr), .port = offsetof(struct drops_event, sport),
	  .help = "source address of the packet; of ARP the sender's" },
	{ "sport", F_PORT, OWN(sport), .help = "source port of the packet" },
	{ "daddr", F_ADDRESS, OWN(daddr), .port = offsetof(struct drops_event, dport),
	  .help = "destination address of the packet; of ARP the target's" },
	{ "dport", F_PORT, OWN(dport), .help = "destination port of the packet" },
	{ "device", F_TEXT, OWN(device),
	  .help = "interface that had the packet, in the network namespace of the row; else the one that received it" },
	{ "ifindex", F_ID, OWN(ifindex), .help = "index of that interface" },
	{ "received", F_BOOL, OWN(received),
	  .help = "whether the packet was received or forwarded, not sent from here" },
	{ "length", F_UINT, OWN(length), .help = "bytes of the packet, without the link header" },
	{ "segments", F_UINT, OWN(segments), .help = "packets on the wire that it stands for (GSO, GRO)" },
	{ "icmp_type", F_UINT, OWN(icmp_type), .help = "type of an ICMP or ICMPv6 message" },
	{ "icmp_code", F_UINT, OWN(icmp_code), .help = "code of an ICMP or ICMPv6 message" },
	{ "ethertype", F_ID, OWN(ethertype), .help = "EtherType of the frame: 2048 IPv4, 34525 IPv6, 2054 ARP" },
	{ "state", F_NAME, OWN(state), TCP_STATES, .help = "TCP state of the packet's socket" },
	{ "flags", F_TCPFLAGS, OWN(flags), .help = "TCP flags of the packet" },
	{ "reason", F_ENUM, OWN(reason), .btf_enum = REASONS,
	  .help = "the running kernel's name for the reason, or one of tcpdrop's own; unknown: the kernel reports none "
		  "(before Linux 5.17)" },
	{ "reason_code", F_UINT, OWN(reason_code), .help = "number of the reason in the running kernel" },
	{ "harmless", F_BOOL, OWN(harmless), .help = "whether no receiver needed the packet; only with --all" },
	{ "harmless_kind", F_NAME, OWN(harmless), NAMES(kind_names), .keys = kind_keys,
	  .help = "why no receiver needed it" },
	{ "location", F_SYMBOL, OWN(location), .help = "kernel function and offset of the drop" },
	{ "stack", F_STACK, OWN(stack), .hidden = true, .flag = DROPS_EXPLAIN },
	{ "values", F_VALUES, OWN(reason), .values = offsetof(struct drops_event, values),
	  .stack = offsetof(struct drops_event, stack), .btf_enum = REASONS,
	  .help = "with --explain: the values that explain this drop" },
	DROP_VALUES(struct drops_event, values, DROPS_EXPLAIN){},
};

static const struct column columns[] = {
	{ "time" },
	{ "layer", "LAYER", .width = 9 },
	{ "proto", "PROTO", .width = 6 },
	{ "source", "SADDR:SPORT", "saddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45, .bracketed = true,
	  .portless = true },
	{ "destination", "DADDR:DPORT", "daddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 20, .wide = 45,
	  .bracketed = true, .portless = true, .before = "> " },
	{ "saddr", "SADDR", .where = IN_CSV },
	{ "sport", "SPORT", .where = IN_CSV },
	{ "daddr", "DADDR", .where = IN_CSV },
	{ "dport", "DPORT", .where = IN_CSV },
	{ "device", "DEV", .width = 8, .wide = 15 },
	{ "pid" },
	{ "comm", .width = 12, .wide = 16 },
	{ "length", "LEN", .where = IN_WIDE | IN_CSV, .width = 6 },
	{ "segments", "SEGS", .where = IN_WIDE | IN_CSV, .width = 4 },
	{ "state", "STATE", .where = IN_WIDE | IN_CSV, .width = 21 },
	{ "flags", "FLAGS", .where = IN_WIDE | IN_CSV, .suffix = true },
	{ "reason", "REASON", .width = 18 },
	{ "harmless_kind", "HARMLESS", .suffix = true, .flag = DROPS_ALL },
	{ "location", "WHERE", .width = 28 },
	{ "values", "VALUES", .width = 40, .flag = DROPS_EXPLAIN },
	{ "explanation", "EXPLANATION", "reason", F_EXPLANATION, .flag = DROPS_EXPLAIN,
	  .help = "what it means, and where to look" },
	{},
};

enum { PLACE, REASON, LAYER };

static const struct member summary_members[] = {
	{ "layer", .groups = 1 << LAYER | 1 << REASON },
	{ "reason", .groups = 1 << REASON },
	{ "location" },
	{ "count", F_COUNT, .help = "drops" },
	{ "segments", .merge = SUM },
	{ "length", .merge = SUM },
	{},
};

static const struct live live = {
	.keys = { { 'l', LIVE_GROUP, PLACE, "location" },
		  { 'r', LIVE_GROUP, REASON, "reason" },
		  { 'y', LIVE_GROUP, LAYER, "layer" } },
};

static const struct column summary_columns[] = {
	{ "layer", "LAYER", .width = 9 },
	{ "reason", "REASON", .width = 28 },
	{ "location", "WHERE", .width = 40 },
	{ "count", "DROPS", .width = -8 },
	{ "segments", "PACKETS", .width = -8 },
	{ "length", "BYTES", .width = -10 },
	{ "explanation", "EXPLANATION", "reason", F_EXPLANATION, .once = true, .flag = DROPS_EXPLAIN,
	  .help = "what it means, and where to look; once for each reason" },
	{},
};

static const struct totals totals = {
	.members = summary_members,
	.columns = summary_columns,
	.live = &live,
	.flag = DROPS_SUMMARY,
};

/* ---- options ---- */

struct own_options {
	struct drops_options of_programs;
	const char *layer_names, *device_names; /* as the user wrote them */
	uint32_t layers;                        /* bits; 0: all */
	__u32 n_devices;
	struct glob devices[GLOB_ITEMS];
};

static const struct opt opts[] = {
	{ "all", 0, O_FLAG, .flag = DROPS_ALL,
	  .help = "include harmless drops, marked: last ACKs, duplicates, copies, multicast to groups not joined ..." },
	{ "layer", 0, O_TEXT, "LAYERS", .off = offsetof(struct own_options, layer_names),
	  .help = "only these layers: nic, xdp, qdisc, netfilter, routing, neighbour, ip, icmp, udp, tcp, socket, "
		  "tunnel" },
	{ "reason", 0, O_ENUM, "REASONS", .off = offsetof(struct own_options, of_programs.reasons), .btf_enum = REASONS,
	  .help = "only these reasons, by name, pattern or number: NO_SOCKET,NETFILTER*; help lists "
		  "them" },
	{ "device", 0, O_TEXT, "INTERFACES", .off = offsetof(struct own_options, device_names),
	  .help = "only drops at these interfaces, by name or pattern: eth0,veth*" },
	{ "explain", 0, O_FLAG, .flag = DROPS_EXPLAIN,
	  .help = "add what each means and where to look, and the values of this drop" },
	{ "summary", 'c', O_ALIAS, .alias_of = "summary",
	  .help = "count by layer, reason and location; print on exit and every --interval" },
	{},
};

static const struct apart apart[] = {
	{ "wide", "summary", "which is as wide as its columns need" },
	{ "explain", "columns", "which names all columns" },
	{ "explain", "by,subnets", "which counts groups" },
	{},
};

static const char *add_layer(const char *item, void *to)
{
	uint32_t *bits = to;

	for (uint32_t layer = LAYER_NIC; layer < LAYERS; layer++) {
		if (!strcmp(layers[layer], item)) {
			*bits |= 1U << layer;
			return NULL;
		}
	}
	return "not a layer";
}

static bool check(struct options *options, struct error *error)
{
	struct own_options *own = options->own;
	const char *message = own->layer_names ? value_items(own->layer_names, add_layer, &own->layers) : NULL;

	if (message)
		return error_set(error, EXIT_USAGE, "--layer %s: %s", own->layer_names, message);
	if (own->device_names)
		message = value_globs(own->devices, &own->n_devices, own->device_names);
	return !message || error_set(error, EXIT_USAGE, "--device %s: %s", own->device_names, message);
}

static bool is_listed(const struct own_options *own, const struct drops_event *e)
{
	for (__u32 i = 0; i < own->n_devices; i++)
		if (glob_matches(&own->devices[i], e->device))
			return true;
	return !own->n_devices;
}

/* Layers and devices have names in the user half only. */
static bool wanted(const struct options *options, const struct event *event)
{
	const struct drops_event *e = (const void *)event;
	const struct own_options *own = options->own;

	return (!own->layers || own->layers >> e->layer & 1) && is_listed(own, e);
}

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct own_options *own = options->own;
	const struct drops_event *e = (const void *)event;
	uint32_t flags = options->settings.flags;

	if ((e->harmless && !(flags & DROPS_ALL)) || !list_has(&own->of_programs.reasons, e->reason))
		return REPLAY_EXCLUDED;
	if (!(flags & DROPS_EXPLAIN) && *size > offsetof(struct drops_event, stack))
		*size = offsetof(struct drops_event, stack);
	return REPLAY_FILTERED;
}

static const struct replay_rules recording = {
	.wider_flags = DROPS_ALL,
	.record_flags = DROPS_EXPLAIN,
	.filter = filter_recorded,
};

/* ---- hooks ---- */

static const struct hook hooks[] = {
	{ "kfree_skb",
	  { "drops_kfree_cast", "drops_kfree_helper", "drops_kfree_socket" },
	  .lacks[2] = "packet contents: addresses only of packets that belong to a socket" },
	{ "consume_skb", { "drops_consume_cast", "drops_consume_helper" }, "the SYNs that a full listener drops" },
	{ "end of bind", { "drops_owner" }, "the owners of new UDP sockets", .misses_harmless = true },
	{ "open UDP sockets", { "drops_seed" }, "the owners of UDP sockets older than the trace", RUN_AT_START },
	{},
};

static const struct enum_extra own_reasons[] = {
	{ REASONS, "LISTEN_OVERFLOW", REASON_LISTEN_OVERFLOW },
	{ REASONS, "SYN_QUEUE_FULL", REASON_SYN_QUEUE_FULL },
	{ REASONS, "LISTEN_DROP", REASON_LISTEN_DROP },
	{ REASONS, "LISTEN_NO_ROUTE", REASON_LISTEN_NO_ROUTE },
	{},
};

#define SYMBOL(place, name) [PLACE_##place] = (name),
#define REASON(name)        [VALUE_##name] = { REASONS, #name },
#define COUNTERS            "LINUX_MIB_"
#define IP_COUNTERS         "IPSTATS_MIB_"

_Static_assert(PLACES <= SYMBOL_ITEMS && ALL_VALUES <= VALUE_ITEMS, "there is room for all places and values");

/* clang-format off */
static const struct lookup lookup = {
	.symbols = { DROP_PLACES(SYMBOL) OTHER_PLACES(SYMBOL) },
	.values = { DROP_REASONS(REASON) OTHER_REASONS(REASON)
		    [VALUE_LISTEN_OVERFLOWS] = { COUNTERS, COUNTERS "LISTENOVERFLOWS" },
		    [VALUE_LISTEN_DROPS] = { COUNTERS, COUNTERS "LISTENDROPS" },
		    [VALUE_REQUEST_QUEUE_FULL] = { COUNTERS, COUNTERS "TCPREQQFULLDROP" },
		    [VALUE_DEFERRED] = { COUNTERS, COUNTERS "TCPDEFERACCEPTDROP" },
		    [VALUE_NO_ROUTE] = { IP_COUNTERS, IP_COUNTERS "OUTNOROUTES" } },
	.extra_names = own_reasons,
	.listeners = true,
};
/* clang-format on */

static const char *const examples[] = {
	"drops",
	"dropped packets of all protocols, with reason and place",
	"drops -c --interval 10",
	"counts by layer, reason and place, every ten seconds",
	"drops --layer udp,socket --lport 53",
	"datagrams that a DNS server loses",
	"drops --device eth0 --reason 'QDISC*' --json",
	"packets that the full queue of eth0 drops, as JSON lines",
	NULL,
};

static const struct column words[] = {
	{ "", .before = "dropped", .bad = true },
	{ "proto", .before = " " },
	{ "flags", .before = " " },
	{ "layer", .before = " at " },
	{ "device", .before = " of " },
	{ "reason", .before = ": " },
	{},
};

static const struct story story = { .words = words };

/* Alternatives of programs; one of each is needed. */
#define READS_PACKETS "drops_kfree_cast|drops_kfree_helper"
#define SEES_OWNERS   "drops_owner"
#define SEES_SYNS     "drops_consume_cast|drops_consume_helper"

static const struct expectation proof[] = {
	/* As tcpdrop. */
	{ "deferred", "proto=tcp flags=ACK dport=@server_port", NULL, .how = MEASURE },
	{ "not readable", "pid=null family=null", NULL, .how = MEASURE },
	{ "again", "proto=tcp sport=@server_port", NULL, .how = MEASURE },
	{ "again, of nobody", "pid=null state=null proto=tcp sport=@server_port", NULL, .how = MEASURE },
	{ "NO_SOCKET", "reason=NO_SOCKET layer=tcp pid=null dport=@refused_port flags=SYN device=lo", "refuse",
	  .needs = READS_PACKETS, .reason = "NO_SOCKET" },
	{ "no listener", "proto=tcp pid=null dport=@refused_port flags=SYN", "refuse", .needs = READS_PACKETS },
	{ "SOCKET_FILTER", "reason=SOCKET_FILTER layer=socket pid=@server_pid dport=@server_port", "filter_drops",
	  .needs = READS_PACKETS, .reason = "SOCKET_FILTER" },
	{ "LISTEN_OVERFLOW", "reason=LISTEN_OVERFLOW pid=@server_pid dport=@overflow_port state=LISTEN device=lo",
	  "listen_drops", .needs = SEES_SYNS },
	{ "UDP: NO_SOCKET", "reason=NO_SOCKET layer=udp proto=udp pid=null dport=@refused_port device=lo", "udp_refuse",
	  .needs = READS_PACKETS, .reason = "NO_SOCKET" },
	{ "UDP: no socket", "proto=udp pid=null dport=@refused_port", "udp_refuse", .needs = READS_PACKETS },
	{ "UDP: of nobody", "proto=udp pid=null dport=@server_port", NULL, .how = MEASURE },
	{ "UDP: SOCKET_RCVBUFF", "reason=SOCKET_RCVBUFF layer=socket proto=udp dport=@server_port device=lo",
	  "buffer_drops", .needs = READS_PACKETS, .reason = "SOCKET_RCVBUFF" },
	{ "UDP: owners", "pid=@server_pid proto=udp dport=@server_port", "buffer_drops", .needs = SEES_OWNERS },
	{ "UDP: full buffer", "proto=udp dport=@server_port", "buffer_drops", .needs = READS_PACKETS },
	{ "all rows", "", "refuse+filter_drops+listen_drops+deferred+again+udp_refuse+buffer_drops",
	  .needs = READS_PACKETS },
	{},
};

OBJECT(drops);

const struct tool drops = {
	.name = "drops",
	.summary = "dropped packets of all protocols, with layer, device and reason",
	.first = { "layer", "reason", "summary" },
	.examples = examples,
	OBJECT_OF(drops),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.options_size = sizeof(struct own_options),
	.members = members,
	.columns = columns,
	.totals = &totals,
	.story = &story,
	.recording = &recording,
	.lookup = &lookup,
	.check = check,
	.derive = derive,
	.wanted = wanted,
	.proof = proof,
};
