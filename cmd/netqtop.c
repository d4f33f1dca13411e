/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netqtop.c: traffic of the queues of network interfaces, by packet size. */
#include <errno.h>
#include <string.h>

#include "core/model/expectation.h"
#include "core/model/counter.h"
#include "core/names/devices.h"
#include "core/model/options.h"
#include "core/base/error.h"
#include "core/base/message.h"
#include "core/tool.h"
#include "core/base/values.h"
#include "probes/netqtop.h"

#define OWN(member)  AT(struct netqtop_event, member)
#define SIZE(i)      F_SI, OWN(sizes[i]), .merge = SUM
#define RATE(member) F_SI, OWN(member), .unit = 100, .decimals = 2, .merge = LATEST

static const char *const directions[DIRECTIONS] = { "TX", "RX" }, *const keys[DIRECTIONS] = { "tx", "rx" };

enum { IN_ORDER, BY_PACKETS, BY_BYTES };
enum { QUEUE, INTERFACE };

static const struct member members[] = {
	{ "table", F_UINT, OWN(table), .hidden = true, .groups = 1 << INTERFACE },
	{ "device", F_TEXT, OWN(device), .groups = 1 << INTERFACE, .help = "interface" },
	{ "ifindex", F_UINT, OWN(ifindex), .help = "index of the interface" },
	{ "direction", F_NAME, OWN(direction), NAMES(directions), .keys = keys, .groups = 1 << INTERFACE,
	  .help = "tx or rx" },
	{ "queue", F_UINT, OWN(queue), .help = "queue" },
	{ "packets", F_UINT, OWN(packets), .merge = SUM, .sorts = 1 << BY_PACKETS,
	  .help = "packets; a GSO packet counts as one" },
	{ "bytes", F_UINT, OWN(bytes), .merge = SUM, .sorts = 1 << BY_BYTES, .help = "bytes, including MAC headers" },
	{ "avg_size", RATE(avg_size), .help = "average size of a packet, in bytes" },
	{ "size_0_63", SIZE(0), .help = "packets shorter than 64 bytes" },
	{ "size_64_511", SIZE(1), .help = "packets of 64 to 511 bytes" },
	{ "size_512_2047", SIZE(2), .help = "packets of 512 to 2047 bytes" },
	{ "size_2048_16383", SIZE(3), .help = "packets of 2048 to 16383 bytes" },
	{ "size_16384_65535", SIZE(4), .help = "packets of 16384 to 65535 bytes" },
	{ "size_65536", SIZE(5), .help = "packets of 65536 bytes and more" },
	{ "bytes_per_second", RATE(bytes_per_second), .help = "bytes per second" },
	{ "packets_per_second", RATE(packets_per_second), .help = "packets per second" },
	{},
};

static const struct column columns[] = {
	{ "device", "DEVICE", .where = IN_CSV },
	{ "direction", "DIRECTION", .where = IN_CSV },
	{ "queue", "QueueID", .width = 10, .before = " " },
	{ "packets", "PACKETS", .where = IN_CSV },
	{ "bytes", "BYTES", .where = IN_CSV },
	{ "avg_size", "avg_size", .width = 10 },
	{ "size_0_63", "[0, 64)", .width = 10 },
	{ "size_64_511", "[64, 512)", .width = 10 },
	{ "size_512_2047", "[512, 2K)", .width = 10 },
	{ "size_2048_16383", "[2K, 16K)", .width = 10 },
	{ "size_16384_65535", "[16K, 64K)", .width = 10 },
	{ "size_65536", "[64K, inf)", .width = 10 },
	{ "bytes_per_second", "BPS", .width = 10, .flag = NETQTOP_THROUGHPUT },
	{ "packets_per_second", "PPS", .width = 10, .flag = NETQTOP_THROUGHPUT },
	{},
};

/* By table: a pair for each device. */
static const char *const captions[DEVICES * DIRECTIONS] = { "TX", "RX", "TX", "RX", "TX", "RX", "TX", "RX",
							    "TX", "RX", "TX", "RX", "TX", "RX", "TX", "RX" };

static const struct block block = { .stamp = "%a %b %e %H:%M:%S %Y",
				    .split = "table",
				    .captions = captions,
				    .above = "device",
				    .total = true,
				    .rule = true };

static const struct live live = {
	.keys = {
		{ 'o', LIVE_SORT, IN_ORDER, "queue" },
		{ 'p', LIVE_SORT, BY_PACKETS, "packets" },
		{ 'b', LIVE_SORT, BY_BYTES, "bytes" },
		{ 'u', LIVE_GROUP, QUEUE, "queue" },
		{ 'i', LIVE_GROUP, INTERFACE, "interface" },
	},
	.added = { "device", "direction" },
};

struct own_options {
	struct netqtop_options of_programs;
	const char *names; /* as the user wrote them */
	bool reported_gone[DEVICES];
};

static const struct opt opts[] = {
	{ "wide", 0, O_COMMON, .help = "no effect here: all columns are always shown, and wide enough" },
	{ "name", 'n', O_TEXT, "INTERFACES", .off = offsetof(struct own_options, names),
	  .help = "the interfaces to trace, separated by commas (required). The RX queue is the one that the driver "
		  "records, or 0; for veth it is the sender's queue" },
	{ "interval", 'i', O_ALIAS, .alias_of = "interval" },
	{ "throughput", 't', O_FLAG, .flag = NETQTOP_THROUGHPUT, .help = "add bytes and packets per second" },
	{},
};

static const char *const words[] = { "name", "interval", "count", NULL };

/* The recording has its own devices. */
static bool check_recorded(const char *names, const char *recorded, struct error *error)
{
	char asked[DEVICE_NAME];

	for (unsigned int i = 0; names && i < DEVICES; i++) {
		devices_name(asked, sizeof(asked), names, i);
		if (*asked && recorded && !value_has_name(recorded, asked))
			return error_set(error, EXIT_USAGE, "-n %s: not in this recording (it has %.100s)", asked,
					 recorded);
	}
	return true;
}

static bool check(struct options *options, struct error *error)
{
	struct own_options *own = options->own;
	const char *message;

	if (options->recorded)
		return check_recorded(own->names, options_effective_text(options), error);
	if (!own->names)
		return error_set(error, EXIT_USAGE, "--name: which interface? for example netqtop eth0");
	message = devices_find(&own->of_programs.devices, own->names, DEVICES);
	if (message)
		return error_set(error, EXIT_USAGE, "-n %s: %s", own->names, message);
	message = value_own_netns(&options->settings.filter.netns);
	return !message || error_set(error, EXIT_CANNOT, "%s", message);
}

/* The number of queues in use. The number that packets showed is newer than the one read at the start. */
static uint32_t queues_in_use(const struct counter *counter, uint32_t device, uint32_t direction, uint64_t asked)
{
	const struct queue *all = (const struct queue *)counter->all + QUEUE_KEY(device, DIRECTION_TX, QUEUES);
	uint32_t reported = __atomic_load_n(&all->in_use[direction], __ATOMIC_RELAXED);

	if (reported)
		return reported;
	return direction == DIRECTION_TX ? DEVICE_TX_QUEUES(asked) : DEVICE_RX_QUEUES(asked);
}

/* Reads the device's own counters, once an interval: called with its counter key that belongs to no queue. Stores them
 * in that key's `reported`. */
static void look_at_device(const struct options *options, const struct counter *counter, uint32_t device)
{
	struct own_options *own = options->own;
	struct queue *reported = counter->reported;
	struct device_received received;
	char name[DEVICE_NAME];
	int error = device_received(&received, (uint32_t)own->of_programs.devices.item[device].first);

	if (error == -ENODEV && !own->reported_gone[device]) {
		devices_name(name, sizeof(name), options_effective_text(options), device);
		print_note("%s is gone; another interface of that name is not traced (start netqtop again)", name);
		own->reported_gone[device] = true;
	}
	if (error)
		return;
	reported->bytes = received.bytes;
	reported->sizes[0] = received.packets;
}

/* For a device that stands on another interface, no program sees the received packets. So the device's own counters,
 * which look_at_device() stored in the previous key, become those of the first queue. */
static void take_received(const struct counter *counter, struct netqtop_event *e)
{
	struct queue *reported = counter->reported, *received = reported - 1;

	if (e->queue)
		return;
	e->bytes = counter_delta(&reported->bytes, &received->bytes);
	e->packets = counter_delta(&reported->sizes[0], &received->sizes[0]);
}

/* Queues that exist, or have existed, have rows even without traffic. */
static bool read_counter(const struct options *options, const struct counter *counter, struct event *event)
{
	struct netqtop_event *e = (struct netqtop_event *)event;
	const struct own_options *own = options->own;
	const struct list *devices = &own->of_programs.devices;
	const struct queue *now = counter->now;
	struct queue *reported = counter->reported;
	uint32_t device = counter->key / QUEUE_KEYS / DIRECTIONS, number = counter->key % QUEUE_KEYS;

	if (device < devices->count && counter->key == QUEUE_KEY(device, DIRECTION_TX, QUEUES))
		look_at_device(options, counter, device);
	if (device >= devices->count || number == QUEUES)
		return false;
	e->table = (uint8_t)(counter->key / QUEUE_KEYS);
	e->direction = e->table % DIRECTIONS;
	e->queue = (uint16_t)number;
	e->ifindex = (uint32_t)devices->item[device].first;
	if (e->direction == DIRECTION_RX && DEVICE_STANDS_ON(devices->item[device].last)) {
		take_received(counter, e);
		return number < queues_in_use(counter, device, e->direction, devices->item[device].last);
	}
	e->bytes = counter_delta(&reported->bytes, &now->bytes);
	if (!reported->bytes && number >= queues_in_use(counter, device, e->direction, devices->item[device].last))
		return false;
	for (int i = 0; i < SIZES; i++) {
		e->sizes[i] = counter_delta(&reported->sizes[i], &now->sizes[i]);
		e->packets += e->sizes[i];
	}
	return true;
}

static bool derive(const struct options *options, struct event *event, size_t size)
{
	struct netqtop_event *e = (struct netqtop_event *)event;

	(void)size;
	devices_name(e->device, sizeof(e->device), options_effective_text(options), e->table / DIRECTIONS);
	return true;
}

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct own_options *own = options->own;
	const struct netqtop_event *e = (const struct netqtop_event *)event;
	const char *names = options_effective_text(options);
	char name[DEVICE_NAME];

	(void)size;
	if (!names || e->table >= DEVICES * DIRECTIONS)
		return REPLAY_EXCLUDED;
	devices_name(name, sizeof(name), names, e->table / DIRECTIONS);
	return !own->names || value_has_name(own->names, name) ? REPLAY_SIDE_EVENT : REPLAY_EXCLUDED;
}

static uint64_t hundredths(uint64_t value, double unit)
{
	double rate = unit > 0 ? (double)value * 100 / unit + 0.5 : 0;

	return rate < 0x1p64 ? (uint64_t)rate : NOT_KNOWN; /* only a corrupt recording has more */
}

static bool finish(const struct options *options, struct event *event, uint64_t interval)
{
	struct netqtop_event *e = (struct netqtop_event *)event;

	(void)options;
	e->avg_size = hundredths(e->bytes, (double)e->packets);
	e->bytes_per_second = hundredths(e->bytes, (double)interval / 1e9);
	e->packets_per_second = hundredths(e->packets, (double)interval / 1e9);
	return true;
}

static const struct apart apart[] = {
	{ "throughput", "columns", "which names all columns" },
	{},
};

static const struct hook hooks[] = {
	{ "net_dev_start_xmit", { "transmit" } },
	{ "netif_receive_skb", { "receive" } },
	{},
};

static const char *const examples[] = {
	"netqtop lo",
	"packets and bytes per queue of lo, every second",
	"netqtop -n lo -t -i 0.5 --csv",
	"with bytes and packets per second, every 0.5 s, as CSV",
	NULL,
};

static const struct totals totals = {
	.members = members,
	.columns = columns,
	.every = 1000000000,
	.block = &block,
	.live = &live,
	.read_counter = read_counter,
	.finish = finish,
};

static const struct replay_rules recording = { .filter = filter_recorded };

static const struct expectation proof[] = {
	{ "packets out", "direction=tx device=lo", "3*established+3*accepted", .sum = "packets", AT_LEAST, .family = 4,
	  .options = "-n lo" },
	{ "packets in", "direction=rx device=lo", "3*established+3*accepted", .sum = "packets", AT_LEAST, .family = 4 },
	{ "tx packets", "direction=tx", "lo_tx_packets", .sum = "packets", .family = BY_KERNEL },
	{ "rx packets", "direction=rx", "lo_rx_packets", .sum = "packets", .family = BY_KERNEL },
	/* Loopback's counters exclude the MAC headers. */
	{ "tx bytes", "direction=tx", "lo_tx_bytes+14*lo_tx_packets", .sum = "bytes", .family = BY_KERNEL },
	{},
};

OBJECT(netqtop);

const struct tool netqtop = {
	.name = "netqtop",
	.summary = "packets and bytes per interface queue, by packet size",
	.first = { "name", "interval", "throughput" },
	.examples = examples,
	OBJECT_OF(netqtop),
	.subject = NONE,
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
	.recording = &recording,
	.proof = proof,
};
