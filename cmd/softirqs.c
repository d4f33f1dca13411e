/* SPDX-License-Identifier: GPL-2.0-or-later */
/* softirqs.c: the time that each kind of softirq runs, or waits. */
#include "core/model/expectation.h"
#include "core/model/counter.h"
#include "core/model/options.h"
#include "core/tool.h"
#include "probes/filter.h"
#include "probes/softirqs.h"

#define OWN(member) AT(struct softirqs_event, member)

enum { BY_TIME, BY_COUNT };

/* By the kernel's own numbers (include/linux/interrupt.h: stable ABI, /proc/softirqs). */
static const char *const kinds[SOFTIRQ_KINDS] = {
	"hi", "timer", "net_tx", "net_rx", "block", "irq_poll", "tasklet", "sched", "hrtimer", "rcu",
};

static const struct member members[] = {
	{ "cpu", F_UINT, OWN(cpu), .help = "with --per-cpu: CPU number" },
	{ "softirq", F_NAME, OWN(kind), NAMES(kinds), .help = "kind of softirq" },
	{ "total_ns", F_USEC, OWN(total), .merge = SUM, .sorts = 1 << BY_TIME,
	  .help = "time spent running; with --latency: time spent waiting" },
	{ "count", F_UINT, OWN(count), .merge = SUM, .sorts = 1 << BY_COUNT, .help = "number of runs" },
	{ "histogram_us", F_HISTOGRAM, OWN(slots), .merge = SUM, .flag = SOFTIRQS_HISTOGRAM,
	  .unless = SOFTIRQS_NANOSECONDS, .help = "with --dist: histogram of times" },
	/* LATEST: the same bytes as the other histogram, which adds them up. */
	{ "histogram_ns", F_HISTOGRAM, OWN(slots), .merge = LATEST, .flag = SOFTIRQS_HISTOGRAM | SOFTIRQS_NANOSECONDS,
	  .help = "the same with -N" },
	{},
};

static const struct column columns[] = {
	{ "cpu", "CPU", .width = 4, .flag = SOFTIRQS_PER_CPU },
	{ "softirq", "SOFTIRQ", .width = 16 },
	{ "total_ns", "TOTAL_usecs", .width = -11,
	  .unless = SOFTIRQS_NANOSECONDS | SOFTIRQS_EVENTS | SOFTIRQS_HISTOGRAM },
	{ "total_ns", "TOTAL_nsecs", .as = F_UINT, .width = -11, .flag = SOFTIRQS_NANOSECONDS,
	  .unless = SOFTIRQS_HISTOGRAM },
	{ "count", "TOTAL_count", .width = -11, .flag = SOFTIRQS_EVENTS },
	{ "histogram_us", "usecs" },
	{ "histogram_ns", "nsecs" },
	{},
};

static const struct live live = {
	.keys = { { 't', LIVE_SORT, BY_TIME, "total_ns" }, { 'c', LIVE_SORT, BY_COUNT, "count" } },
};

static const struct opt opts[] = {
	{ "wide", 0, O_COMMON, .help = "no effect here: all columns are always shown, and wide enough" },
	{ "timestamp", 'T', O_ALIAS, .alias_of = "time", .help = "print the local time above the totals" },
	{ "nanoseconds", 'N', O_FLAG, .flag = SOFTIRQS_NANOSECONDS, .help = "print ns instead of us" },
	{ "events", 'C', O_FLAG, .flag = SOFTIRQS_EVENTS, .help = "print the number of runs instead of times" },
	{ "dist", 'd', O_FLAG, .flag = SOFTIRQS_HISTOGRAM, .help = "print histograms" },
	{ "distributed", 0, O_ALIAS, .alias_of = "dist" },
	{ "cpu", 'c', O_LIST, "CPUS", .off = offsetof(struct softirqs_options, cpus), .max = 65535,
	  .help = "only these CPUs" },
	{ "per-cpu", 0, O_FLAG, .flag = SOFTIRQS_PER_CPU, .help = "print each CPU separately" },
	{ "latency", 0, O_FLAG, .flag = SOFTIRQS_LATENCY,
	  .help = "measure the time from raise to entry instead of the run time" },
	{},
};

static const char *const words[] = { "interval", "count", NULL };

static bool check(struct options *options, struct error *error)
{
	(void)error;
	options->sort = options->settings.flags & SOFTIRQS_EVENTS ? BY_COUNT : BY_TIME;
	return true;
}

static bool read_counter(const struct options *options, const struct counter *counter, struct event *event)
{
	struct softirqs_event *e = (struct softirqs_event *)event;
	const struct softirq *now = counter->now;
	struct softirq *reported = counter->reported;

	(void)options;
	e->kind = (uint8_t)(counter->key % SOFTIRQ_KINDS);
	e->cpu = counter->key / SOFTIRQ_KINDS;
	e->count = counter_delta(&reported->count, &now->count);
	if (!e->count)
		return false;
	e->total = counter_delta(&reported->total, &now->total);
	for (int i = 0; i < SOFTIRQ_SLOTS; i++)
		e->slots[i] = counter_delta(&reported->slots[i], &now->slots[i]);
	return true;
}

/* The programs report each CPU; rows add all CPUs up, unless the user asks for each. */
static bool derive(const struct options *options, struct event *event, size_t size)
{
	struct softirqs_event *e = (void *)event;

	(void)size;
	if (!(options->settings.flags & SOFTIRQS_PER_CPU))
		e->cpu = ~0U;
	return true;
}

static enum replayed filter_recorded(const struct options *options, struct event *event, size_t *size)
{
	const struct softirqs_options *own = options->own;
	const struct softirqs_event *e = (const void *)event;

	(void)size;
	return list_has(&own->cpus, e->cpu) ? REPLAY_SIDE_EVENT : REPLAY_EXCLUDED;
}

static const struct apart apart[] = {
	{ "events", "dist,latency,nanoseconds", "which measures time" },
	{ "columns", "dist", "which prints histograms" },
	{},
};

static const struct hook hooks[] = {
	{ "softirq_entry", { "begins" }, .unless = SOFTIRQS_LATENCY },
	{ "softirq_exit", { "ends" }, .unless = SOFTIRQS_LATENCY },
	{ "softirq_raise", { "raised" }, .flag = SOFTIRQS_LATENCY },
	{ "softirq_entry", { "waited" }, .flag = SOFTIRQS_LATENCY },
	{},
};

static const char *const examples[] = {
	"softirqs",
	"time in softirqs until Ctrl-C",
	"softirqs -T 1 10",
	"totals every second, ten times",
	"softirqs -d --latency 5",
	"histograms of waiting times, every five seconds",
	NULL,
};

static const struct totals totals = {
	.members = members,
	.columns = columns,
	.live = &live,
	.read_counter = read_counter,
};

static const struct replay_rules recording = {
	.fixed_flags = SOFTIRQS_LATENCY | SOFTIRQS_NANOSECONDS,
	.wider_flags = SOFTIRQS_HISTOGRAM,
	.filter = filter_recorded,
};

static const struct expectation proof[] = {
	{ "net_rx", "softirq=net_rx", "connects", .sum = "count", AT_LEAST, .family = 4 },
	{ "net_rx, ns", "softirq=net_rx", "1", .sum = "total_ns", AT_LEAST, .family = 4 },
	{},
};

OBJECT(softirqs);

const struct tool softirqs = {
	.name = "softirqs",
	.summary = "time spent in softirqs, their number, or how long they wait",
	.first = { "latency", "dist", "per-cpu" },
	.examples = examples,
	OBJECT_OF(softirqs),
	.subject = NONE,
	.hooks = hooks,
	.opts = opts,
	.apart = apart,
	.options_size = sizeof(struct softirqs_options),
	.positional = words,
	.check = check,
	.members = members,
	.columns = columns,
	.totals = &totals,
	.recording = &recording,
	.derive = derive,
	.proof = proof,
};
