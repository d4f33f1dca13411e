/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpsubnet.c: bytes by destination subnet, one block an interval. */
#include <string.h>

#include "core/model/expectation.h"
#include "core/model/options.h"
#include "core/base/error.h"
#include "core/names/subnets.h"
#include "core/tool.h"
#include "core/model/byte_hooks.h"
#include "probes/tcpsubnet.h"

#define OWN(member)     AT(struct tcpsubnet_event, member)
#define TRAFFIC(member) AT(struct tcpsubnet_event, bytes.member)

enum { SENT, BOTH };

static const struct member members[] = {
	{ "subnet", F_TEXT, OWN(subnet), .help = "subnet, as given" },
	{ "tx_bytes", F_UINT, TRAFFIC(tx_bytes), .merge = SUM, .sorts = 1U << SENT | 1U << BOTH,
	  .help = "payload sent in the interval" },
	{ "rx_bytes", F_UINT, TRAFFIC(rx_bytes), .merge = SUM, .sorts = 1U << BOTH,
	  .help = "payload received in the interval" },
	{ "tx", F_UINT, OWN(tx), .hidden = true, .merge = LATEST, .help = "sent, in the unit of -f" },
	{ "rx", F_UINT, OWN(rx), .hidden = true, .merge = LATEST, .help = "received, in the unit of -f" },
	{},
};

static const struct column columns[] = {
	{ "subnet", "SUBNET", .width = 21 },
	{ "tx", "TX", .width = -6 },
	{ "rx", "RX", .width = -6, .flag = TCPSUBNET_RX },
	{},
};

static const struct live live = { .keys = { { 's', LIVE_GROUP, 0, "subnet" } } };

static const struct block block = { .stamp = "[%x %X]", .no_header = true };

static const char *const units[] = { "B", "K", "M", "b", "k", "m", NULL };
static const struct {
	uint64_t times, over;
} scales[] = { { 1, 1 }, { 1, 1 << 10 }, { 1, 1 << 20 }, { 8, 1 }, { 8, 1 << 10 }, { 8, 1 << 20 } };

struct own_options {
	const char *text;
	struct subnets subnets; /* .text, parsed */
	uint32_t unit;
};

static const struct opt opts[] = {
	{ "wide", 0, O_COMMON, .help = "no effect here: all columns are always shown, and wide enough" },
	{ "subnets", 0, O_TEXT, "SUBNETS", .off = offsetof(struct own_options, text),
	  .help = "subnets, separated by commas (default: private and local addresses, and all others)" },
	{ "format", 'f', O_CHOICE, "UNIT", .off = offsetof(struct own_options, unit), .names = units,
	  .help = "bits: b, k, m; bytes: B (default), K, M; k and K are 1024" },
	{ "rx", 0, O_FLAG, .flag = TCPSUBNET_RX, .help = "add received bytes" },
	{ "longest", 0, O_FLAG, .flag = TCPSUBNET_LONGEST,
	  .help = "match the longest prefix instead of the first subnet of the list" },
	{ "json", 'J', O_ALIAS, .alias_of = "json" },
	{ "interval", 'i', O_ALIAS, .alias_of = "interval" },
	{},
};

static const char *const words[] = { "subnets", NULL };

static bool check(struct options *options, struct error *error)
{
	struct own_options *own = options->own;
	const char *text = own->text ? own->text : SUBNETS_USUAL;
	const char *message = subnets_parse(&own->subnets, text);

	if (message)
		return error_set(error, EXIT_USAGE, "subnets %s: %s", text, message);
	options->sort = options->settings.flags & TCPSUBNET_RX ? BOTH : SENT;
	return true;
}

static bool derive(const struct options *options, struct event *event, size_t size)
{
	struct tcpsubnet_event *e = (void *)event;
	const struct own_options *own = options->own;
	const char *subnet = subnets_find(&own->subnets, event->raddr, options->settings.flags & TCPSUBNET_LONGEST);

	(void)size;
	if (subnet)
		strcpy(e->subnet, subnet);
	return subnet;
}

/* Bytes in the unit of -f; with --rate, thousandths of it per second. */
static uint64_t in_unit(const struct options *options, uint64_t bytes, uint64_t interval)
{
	const struct own_options *own = options->own;
	uint64_t times = scales[own->unit].times, over = scales[own->unit].over;

	if (!options->rate)
		return bytes * times / over;
	return interval ? (uint64_t)((double)(bytes * times) / (double)over * 1e12 / (double)interval + 0.5)
			: NOT_KNOWN;
}

static bool finish(const struct options *options, struct event *event, uint64_t interval)
{
	struct tcpsubnet_event *e = (void *)event;

	e->tx = in_unit(options, e->bytes.tx_bytes, interval);
	e->rx = in_unit(options, e->bytes.rx_bytes, interval);
	return e->bytes.tx_bytes || (options->settings.flags & TCPSUBNET_RX) || options->format == FORMAT_JSON;
}

static const struct apart apart[] = {
	{ "rx", "columns", "which names all columns" },
	{ "format", "json", "which has bytes" },
	{},
};

static const struct hook hooks[] = { BYTE_HOOKS, {} };

static const char *const examples[] = {
	"tcpsubnet",
	"bytes sent to each default subnet, every second",
	"tcpsubnet -fK -i 5 10.1.0.0/16,10.0.0.0/8,2001:db8::/32 --rx",
	"KiB sent to and received from these subnets, every five seconds",
	"tcpsubnet -J 192.0.2.0/24,0.0.0.0/0",
	"bytes sent, as JSON lines",
	NULL,
};

static const struct totals totals = {
	.members = members,
	.columns = columns,
	.every = 1000000000,
	.block = &block,
	.live = &live,
	.finish = finish,
};

#define OTHER_SUBNETS "subnet=10.0.0.0/8|172.16.0.0/12|192.168.0.0/16|0.0.0.0/0|fe80::/10|fc00::/7|::/0"

/* The traffic has both ends: each sends what the other receives. */
static const struct expectation proof[] = {
	{ "sent to 127.0.0.1", "subnet=127.0.0.1/32", "bytes_client+bytes_server", .sum = "tx_bytes", .family = 4,
	  .options = "--rx --comm nt-*" },
	{ "received from it", "subnet=127.0.0.1/32", "bytes_client+bytes_server", .sum = "rx_bytes", .family = 4 },
	{ "sent to ::1", "subnet=::1/128", "bytes_client+bytes_server", .sum = "tx_bytes", .family = 6 },
	{ "received from it", "subnet=::1/128", "bytes_client+bytes_server", .sum = "rx_bytes", .family = 6 },
	{ "sent elsewhere", OTHER_SUBNETS, "0", .sum = "tx_bytes", .family = 4 },
	{ "received from elsewhere", OTHER_SUBNETS, "0", .sum = "rx_bytes", .family = 4 },
	{},
};

OBJECT(tcpsubnet);

const struct tool tcpsubnet = {
	.name = "tcpsubnet",
	.summary = "bytes that TCP sends per subnet, IPv4 and IPv6",
	.first = { "subnets", "interval", "rx" },
	.examples = examples,
	OBJECT_OF(tcpsubnet),
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.options_size = sizeof(struct own_options),
	.positional = words,
	.check = check,
	.derive = derive,
	.members = members,
	.columns = columns,
	.totals = &totals,
	.proof = proof,
};
