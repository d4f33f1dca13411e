/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netqtop.c: what the queues of network interfaces carry, by size of packets. */
#include <errno.h>
#include <string.h>

#include "core/model/counted.h"
#include "core/names/devices.h"
#include "core/model/options.h"
#include "core/base/message.h"
#include "core/tool.h"
#include "core/base/values.h"
#include "probes/netqtop.h"

#define OWN(member)  AT(struct netqtop_event, member)
#define IN_DATA      (IN_CSV | IN_JSON)
#define SIZE(i)      .width = 10, OWN(sizes[i]), .merge = SUM
#define RATE(member) F_SCALED, .width = 10, .decimals = 2, .unit = 100, OWN(member), .merge = LATEST

static const char *const directions[DIRECTIONS] = { "TX", "RX" }, *const keys[DIRECTIONS] = { "tx", "rx" };

static const struct field fields[] = {
	{ "table", NULL, F_UINT, NOWHERE, OWN(table) },
	{ "device", "DEVICE", F_TEXT, IN_DATA, OWN(device), .help = "interface" },
	{ "ifindex", "IFINDEX", F_UINT, IN_JSON, OWN(ifindex), .help = "its index" },
	{ "direction", "DIRECTION", F_NAME, IN_DATA, OWN(direction), NAMES(directions), .keys = keys,
	  .help = "tx or rx" },
	{ "queue", "QueueID", F_UINT, .width = 10, OWN(queue), .before = " ", .help = "queue" },
	{ "packets", "PACKETS", F_UINT, IN_DATA, OWN(packets), .merge = SUM, .help = "packets; a GSO packet is one" },
	{ "bytes", "BYTES", F_UINT, IN_DATA, OWN(bytes), .merge = SUM, .help = "bytes, with MAC headers" },
	{ "avg_size", "avg_size", RATE(avg_size), .help = "bytes of a packet, on average" },
	{ "size_0_63", "[0, 64)", F_SCALED, SIZE(0), .help = "packets shorter than 64 bytes" },
	{ "size_64_511", "[64, 512)", F_SCALED, SIZE(1), .help = "packets of 64 to 511 bytes" },
	{ "size_512_2047", "[512, 2K)", F_SCALED, SIZE(2), .help = "packets of 512 to 2047 bytes" },
	{ "size_2048_16383", "[2K, 16K)", F_SCALED, SIZE(3), .help = "packets of 2048 to 16383 bytes" },
	{ "size_16384_65535", "[16K, 64K)", F_SCALED, SIZE(4), .help = "packets of 16384 to 65535 bytes" },
	{ "size_65536", "[64K, inf)", F_SCALED, SIZE(5), .help = "packets of 65536 bytes and more" },
	{ "bytes_per_second", "BPS", RATE(bytes_per_second), .flag = NETQTOP_THROUGHPUT, .help = "bytes in a second" },
	{ "packets_per_second", "PPS", RATE(packets_per_second), .flag = NETQTOP_THROUGHPUT,
	  .help = "packets in a second" },
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

static const struct opt opts[] = {
	{ "name", 'n', O_TEXT, "INTERFACES", .off = offsetof(struct options, text),
	  .help = "the interfaces to look at, with commas between; needed. Their RX queues are those that the driver "
		  "records, "
		  "else 0; of veth, those of the sender" },
	{ "interval", 'i', O_SAME, .same = "interval" },
	{ "throughput", 't', O_FLAG, .flag = NETQTOP_THROUGHPUT, .help = "add bytes and packets in a second" },
	{},
};

static const char *const words[] = { "name", "interval", "count", NULL };

static void check(struct options *options)
{
	struct settings *settings = &options->settings;
	const char *message;

	if (options->recorded) /* their devices are those of the recording */
		return;
	if (!options->text)
		say_exit(EXIT_USAGE, "--name: which interface? for example netqtop eth0");
	message = devices_find(&settings->only, options->text, DEVICES);
	if (!message)
		message = value_own_netns(&settings->filter.netns);
	if (message)
		say_exit(EXIT_USAGE, "-n %s: %s", options->text, message);
}

/* How many queues the device has in use; what packets told is newer than what was asked at the start. */
static uint32_t queues_in_use(const struct counted *counted, uint32_t device, uint32_t direction, uint64_t asked)
{
	const struct queue *all = (const struct queue *)counted->all + QUEUE_KEY(device, DIRECTION_TX, QUEUES);
	uint32_t told = __atomic_load_n(&all->in_use[direction], __ATOMIC_RELAXED);

	if (told)
		return told;
	return direction == DIRECTION_TX ? DEVICE_TX_QUEUES(asked) : DEVICE_RX_QUEUES(asked);
}

/* Once an interval, with the counter of each device that is of no queue; its `told` has what the device has received.
 */
static void look_at_device(const struct options *options, const struct counted *counted, uint32_t device)
{
	static bool told_gone[DEVICES];
	struct queue *told = counted->told;
	struct device_received received;
	char name[DEVICE_NAME];
	int error = device_received(&received, (uint32_t)options->settings.only.item[device].first);

	if (error == -ENODEV && !told_gone[device]) {
		devices_name(name, sizeof(name), options_made_with(options), device);
		say("note: %s is gone; another interface of that name is not traced (start netqtop again)", name);
		told_gone[device] = true;
	}
	if (error)
		return;
	told->bytes = received.bytes;
	told->sizes[0] = received.packets;
}

/* What came up from another interface no program has seen: all of it is the device's own count, in the first queue. Its
 * place is behind that of look_at_device(). */
static void take_received(const struct counted *counted, struct netqtop_event *e)
{
	struct queue *told = counted->told, *received = told - 1;

	if (e->queue)
		return;
	e->bytes = grown_by(&told->bytes, &received->bytes);
	e->packets = grown_by(&told->sizes[0], &received->sizes[0]);
}

/* Queues that exist, and those that ever did, have rows, whatever they have carried. */
static bool grown(const struct options *options, const struct counted *counted, struct event *event)
{
	struct netqtop_event *e = (struct netqtop_event *)event;
	const struct list *devices = &options->settings.only;
	const struct queue *now = counted->now;
	struct queue *told = counted->told;
	uint32_t device = counted->key / QUEUE_KEYS / DIRECTIONS, number = counted->key % QUEUE_KEYS;

	if (device < devices->count && counted->key == QUEUE_KEY(device, DIRECTION_TX, QUEUES))
		look_at_device(options, counted, device);
	if (device >= devices->count || number == QUEUES)
		return false;
	e->table = (uint8_t)(counted->key / QUEUE_KEYS);
	e->direction = e->table % DIRECTIONS;
	e->queue = (uint16_t)number;
	e->ifindex = (uint32_t)devices->item[device].first;
	if (e->direction == DIRECTION_RX && DEVICE_STANDS_ON(devices->item[device].last)) {
		take_received(counted, e);
		return number < queues_in_use(counted, device, e->direction, devices->item[device].last);
	}
	e->bytes = grown_by(&told->bytes, &now->bytes);
	if (!told->bytes && number >= queues_in_use(counted, device, e->direction, devices->item[device].last))
		return false;
	for (int i = 0; i < SIZES; i++) {
		e->sizes[i] = grown_by(&told->sizes[i], &now->sizes[i]);
		e->packets += e->sizes[i];
	}
	return true;
}

static bool derive(const struct options *options, struct event *event, size_t size)
{
	struct netqtop_event *e = (struct netqtop_event *)event;

	(void)size;
	devices_name(e->device, sizeof(e->device), options_made_with(options), e->table / DIRECTIONS);
	return true;
}

static enum replayed replay(const struct options *options, struct event *event, size_t *size)
{
	const struct netqtop_event *e = (const struct netqtop_event *)event;
	const char *names = options_made_with(options);
	char name[DEVICE_NAME], asked[DEVICE_NAME];

	(void)size;
	if (!names || e->table >= DEVICES * DIRECTIONS)
		return REPLAY_NOT;
	devices_name(name, sizeof(name), names, e->table / DIRECTIONS);
	for (unsigned int i = 0; options->text && i < DEVICES; i++) {
		devices_name(asked, sizeof(asked), options->text, i);
		if (*asked && !strcmp(asked, name))
			return REPLAY_FACT;
	}
	return options->text ? REPLAY_NOT : REPLAY_FACT;
}

static uint64_t hundredths(uint64_t value, double unit)
{
	double rate = unit > 0 ? (double)value * 100 / unit + 0.5 : 0;

	return rate < 0x1p64 ? (uint64_t)rate : NOT_KNOWN; /* more than that a damaged recording has */
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

static const struct hook hooks[] = {
	{ "net_dev_start_xmit", { "transmit" } },
	{ "netif_receive_skb", { "receive" } },
	{},
};

static const char *const examples[] = {
	"netqtop lo",
	"what the queues of lo carry, each second",
	"netqtop -n lo -t -i 0.5 --csv",
	"with bytes and packets in a second, twice a second, as CSV",
	NULL,
};

OBJECT(netqtop);

const struct tool netqtop = {
	.name = "netqtop",
	.summary = "what the queues of network interfaces carry, by size of packets",
	.examples = examples,
	OBJECT_OF(netqtop),
	.hooks = hooks,
	.opts = opts,
	.words = words,
	.check = check,
	.grown = grown,
	.derive = derive,
	.finish = finish,
	.replay = replay,
	.fields = fields,
	.summary_fields = fields,
	.every = 1000000000,
	.block = &block,
	.no_sockets = true,
};
