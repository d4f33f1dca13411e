/* SPDX-License-Identifier: GPL-2.0-or-later */
/* common_options.c: the table of options common to all tools. */
#include "core/cli/common_options.h"
#include "core/cli/listing.h"
#include "core/bpf/plan.h"
#include "core/bpf/pinned_maps.h"
#include "core/record/files.h"
#include "core/base/nearest.h"
#include "core/base/values.h"
#include "core/base/error.h"
#include "core/totals/by.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RING_MIB_LAST  1024
#define INTERVAL_LEAST 1000000 /* ns */
#define VERBOSE_HELP   "print on stderr which programs are attached, and how"

#define SETTER(name)                                                                                                   \
	static const char *name(                                                                                       \
		struct options *options __attribute__((unused)), const struct opt *opt __attribute__((unused)),        \
		const char *text __attribute__((unused)), enum exit_code *code __attribute__((unused)))
/* The member of *options that the option sets. */
#define PLACE ((void *)((char *)options + opt->off))

SETTER(set_true)
{
	*(bool *)PLACE = true;
	return NULL;
}

SETTER(set_time_iso)
{
	options->time = options->time_iso = true;
	return NULL;
}

SETTER(set_recorded_time)
{
	*(const char **)PLACE = text;
	return options->recorded ? NULL : "only where a recording is replayed";
}

SETTER(set_pids)
{
	return value_pids(PLACE, text);
}

SETTER(set_users)
{
	return value_users(PLACE, text);
}

SETTER(set_ports)
{
	return value_ports(PLACE, text);
}

SETTER(set_netns)
{
	/* A replay accepts numbers only: names and paths belong to this machine, not to the recorded one. */
	return options->recorded ? value_list(PLACE, text, 1, UINT32_MAX) : value_netns(PLACE, text);
}

SETTER(set_cgroups)
{
	return options->recorded ? value_list(PLACE, text, 1, UINT64_MAX) : value_cgroups(PLACE, text);
}

SETTER(set_pin)
{
	return pinned_maps_open(PLACE, text, (unsigned int)opt->max, code);
}

SETTER(set_seconds)
{
	return value_seconds(PLACE, text);
}

SETTER(set_interval)
{
	const char *message = value_seconds(PLACE, text);

	if (!message && options->interval < INTERVAL_LEAST)
		return "less than a millisecond";
	return message;
}

SETTER(set_number)
{
	return value_number(PLACE, text, opt->min, opt->max);
}

SETTER(set_comms)
{
	return value_globs(options->settings.filter.comms, &options->settings.filter.n_comms, text);
}

/* A replay looks up no hosts: it is in its sandbox already, and names may have changed since. */
static const char *add_networks(const struct options *options, struct cidr *cidrs, __u32 *count, const char *text)
{
	return (options->recorded ? value_networks : value_cidrs)(cidrs, count, text);
}

SETTER(set_laddrs)
{
	struct filter *filter = &options->settings.filter;

	return add_networks(options, filter->laddrs, &filter->n_laddrs, text);
}

SETTER(set_raddrs)
{
	struct filter *filter = &options->settings.filter;

	return add_networks(options, filter->raddrs, &filter->n_raddrs, text);
}

SETTER(set_family)
{
	options->settings.filter.family = opt->flag;
	return NULL;
}

SETTER(set_format)
{
	options->format = opt->flag;
	return NULL;
}

SETTER(set_summary)
{
	options->settings.flags |= tool_summary_flag(options->tool);
	return NULL;
}

SETTER(set_ready_fd)
{
	uint64_t fd;

	/* With a wrong descriptor, the reader of the other end would wait forever. */
	if (value_number(&fd, text, 0, INT_MAX) || fcntl((int)fd, F_GETFD) < 0)
		return "not an open file descriptor";
	options->ready_fd = (int)fd;
	fcntl((int)fd, F_SETFD, FD_CLOEXEC); /* the descriptor is not for a command after -- */
	return NULL;
}

SETTER(set_ring)
{
	uint64_t mib;

	if (value_number(&mib, text, 1, RING_MIB_LAST) || (mib & (mib - 1)))
		return "not a power of two within 1-1024 (MiB)";
	options->ring_bytes = (uint32_t)mib << 20;
	return NULL;
}

static const char *add_error(const char *item, void *to)
{
	struct nearest nearest = nearest_to(item);
	struct outcome *outcome = to;

	for (int error = 1; error < ERRORS_END; error++) {
		const char *name = strerrorname_np(error);

		if (!name)
			continue;
		nearest_try(&nearest, name);
		if (strcasecmp(name, item) != 0)
			continue;
		if (outcome->n_errors == OUTCOME_ERRORS)
			return value_message("too many errors, at most %d", OUTCOME_ERRORS);
		outcome->errors[outcome->n_errors++] = (uint16_t)error;
		return NULL;
	}
	if (nearest.found)
		return value_message("no such error (did you mean %s?)", nearest.found);
	return "no such error (ECONNRESET, ECONNREFUSED, ETIMEDOUT, EPIPE)";
}

SETTER(set_errors)
{
	return value_items(text, add_error, &options->outcome);
}

SETTER(set_milliseconds)
{
	return value_milliseconds(PLACE, text);
}

SETTER(set_bytes)
{
	return value_size(PLACE, text);
}

SETTER(set_text)
{
	*(const char **)PLACE = text;
	return *text ? NULL : "empty";
}

SETTER(set_size)
{
	const char *message = value_size(PLACE, text);

	if (!message && options->record_limit < RECORD_LIMIT_LEAST)
		return "less than 4M";
	return message;
}

SETTER(set_without)
{
	char known[512];

	/* A tool without an object stands for several tools: any names. */
	if (options->tool->image.object && exclusions_known(known, sizeof(known), text, options->tool))
		return "not names of this tool's programs, nor kinds of section";
	options->exclusions.without = text;
	return NULL;
}

SETTER(set_rung)
{
	char known[512];

	if (!*text ||
	    (options->tool->image.object && exclusions_known_rungs(known, sizeof(known), text, options->tool)))
		return "not a number from 1 to 4, nor names of this tool's programs, nor their kinds (tp_btf, fexit, "
		       "iter)";
	options->exclusions.rung = text;
	return NULL;
}

#define OPTION(group_, offered_, name_, key_, arg_, set_, help_, ...)                                                  \
	{                                                                                                              \
		.opt = { .name = name_, .key = key_, .type = O_COMMON, .arg = arg_, .help = help_, __VA_ARGS__ },      \
		.group = group_, .offered = offered_, .set = set_                                                      \
	}
#define FILTER(...)       OPTION(GROUP_FILTERS, OF_SOCKETS, __VA_ARGS__)
#define OUTPUT(...)       OPTION(GROUP_OUTPUT, SHOWN, __VA_ARGS__)
#define RUN(...)          OPTION(GROUP_RUN, ALWAYS, __VA_ARGS__)
#define AT_OPTION(member) .off = offsetof(struct options, member)
#define AT_FILTER(member) .off = offsetof(struct options, settings.filter.member)
#define NUMBER(member)    AT_OPTION(member), .min = 1, .max = UINT64_MAX

/* clang-format off */
const struct common_option common_options[] = {
	FILTER("pid", 'p', "PIDS", set_pids, "only sockets that these processes own", AT_FILTER(pids)),
	FILTER("uid", 0, "USERS", set_users, "only sockets of these users: numbers, ranges, names", AT_FILTER(uids)),
	FILTER("comm", 0, "GLOBS", set_comms, "only processes with these names: nginx,postgres*,?sh"),
	FILTER("lport", 0, "PORTS", set_ports, "only these local ports: 80,https,8000-8090", AT_FILTER(lports)),
	FILTER("rport", 0, "PORTS", set_ports, "only these remote ports", AT_FILTER(rports)),
	FILTER("laddr", 0, "CIDRS", set_laddrs, "only these local addresses: 10.0.0.0/8,::1, names of hosts"),
	FILTER("raddr", 0, "CIDRS", set_raddrs, "only these remote addresses"),
	FILTER("netns", 0, "NETNS", set_netns,
	       "only these network namespaces: names (ip-netns), paths (/proc/1/ns/net), inode numbers",
	       AT_FILTER(netns)),
	FILTER("cgroup", 0, "CGROUPS", set_cgroups,
	       "only sockets in these cgroups (v2) or their descendants: paths, ids", AT_FILTER(cgroups)),
	OPTION(GROUP_EXPERT, OF_SOCKETS, "cgroupmap", 0, "PIN", set_pin,
	       "only sockets of the cgroups in a pinned BPF hash map (key: u64 id, value: 8 bytes); the map can change",
	       AT_OPTION(cgroupmap), .max = 8),
	OPTION(GROUP_EXPERT, OF_SOCKETS, "mntnsmap", 0, "PIN", set_pin,
	       "only owners in the mount namespaces of a pinned BPF hash map (key: u64 inode number, value: 4 bytes)",
	       AT_OPTION(mntnsmap), .max = 4),
	FILTER("ipv4", '4', NULL, set_family, "only IPv4 on the wire, including IPv6 sockets that use it", .flag = 4),
	FILTER("ipv6", '6', NULL, set_family, "only IPv6 on the wire", .flag = 6),

	OPTION(GROUP_FILTERS, WITH_ERRORS, "error", 0, "ERRORS", set_errors, "only rows with these errors: ECONNRESET,EPIPE; help lists them"),
	OPTION(GROUP_FILTERS, WITH_ERRORS, "failed", 0, NULL, set_true, "only what failed: with an error, or a result other than ok",
	       AT_OPTION(outcome.failed)),
	OPTION(GROUP_FILTERS, WITH_TIMES, "min-ms", 0, "MS", set_milliseconds, "only what took MS milliseconds or more: 10, 0.5",
	       AT_OPTION(outcome.min_ns)),
	OPTION(GROUP_FILTERS, WITH_BYTES, "min-bytes", 0, "SIZE", set_bytes,
	       "only what carried SIZE or more, both directions together: 4096, 1M", AT_OPTION(outcome.min_bytes)),
	OPTION(GROUP_FILTERS, WITH_RETRANS, "retrans", 0, NULL, set_true, "only what had retransmissions",
	       AT_OPTION(outcome.retrans)),

	OUTPUT("json", 0, NULL, set_format, "print one JSON object per row, with every key: options that only add columns, their titles or the time change nothing",
	       .flag = FORMAT_JSON),
	OUTPUT("csv", 0, NULL, set_format, "print comma-separated values", .flag = FORMAT_CSV),
	OUTPUT("wide", 'w', NULL, set_true, "add columns, and fit IPv6 addresses (CSV has most of these columns anyway)", AT_OPTION(wide)),
	OUTPUT("time", 'T', NULL, set_true, "add a column: local time of day; --time=iso: with date, fraction and zone", AT_OPTION(time)),
	OPTION(GROUP_OUTPUT, HIDDEN, "time-iso", 0, NULL, set_time_iso, NULL),
	OPTION(GROUP_OUTPUT, OF_ROWS, "timestamp", 't', NULL, set_true, "add a column: seconds since the first row",
	       AT_OPTION(timestamp)),
	OPTION(GROUP_OUTPUT, SHOWN_SOCKETS, "containers", 0, NULL, set_true,
	       "add a column: container of the socket, or systemd unit (JSON: container_id, pod_uid, cgroup_path)",
	       AT_OPTION(containers)),
	OUTPUT("columns", 0, "KEYS", set_text,
	       "show these columns, in this order: names of columns or JSON keys; help lists them", AT_OPTION(columns)),
	OUTPUT("output", 0, "FILE", set_text, "write rows to FILE, apart from the output of a command after --", AT_OPTION(output)),
	OUTPUT("no-header", 0, NULL, set_true, "omit the heading", AT_OPTION(no_header)),
	OPTION(GROUP_OUTPUT, ON_REQUEST, "journal", 0, NULL, set_true, "also log rows to the systemd journal",
	       AT_OPTION(journal)),
	OPTION(GROUP_OUTPUT, WITH_SUMMARY, "summary", 0, NULL, set_summary, "count events instead of printing each"),
	OPTION(GROUP_OUTPUT, WITH_GROUPS, "by", 0, "GROUP", set_text,
	       "count and add up by process, container, unit, host, subnet, port (local) or peer-port",
	       AT_OPTION(by_name), .names = by_names),
	OPTION(GROUP_OUTPUT, WITH_GROUPS, "subnets", 0, "SUBNETS", set_text,
	       "with --by subnet: these, separated by commas, the first that matches (default: private and local addresses, "
	       "and all others)",
	       AT_OPTION(subnets)),
	OPTION(GROUP_OUTPUT, WITH_RATES, "rate", 0, NULL, set_true, "show numbers of totals per second",
	       AT_OPTION(rate)),
	OPTION(GROUP_OUTPUT, WITH_TOTALS, "interval", 0, "SECONDS", set_interval,
	       "print totals every SECONDS (1, 0.5, 5m), and the remainder on exit", AT_OPTION(interval)),
	OPTION(GROUP_OUTPUT, WITH_TOTALS, "rows", 0, "N", set_number, "print at most N rows per interval", NUMBER(rows)),

	OPTION(GROUP_OUTPUT, WITH_TOTALS, "noclear", 0, NULL, set_true,
	       "on a terminal, too, print one table after the other instead of a live screen", AT_OPTION(noclear)),

	OPTION(GROUP_RUN, SHOWN, "count", 0, "N", set_number, "stop after N rows, or after N intervals of totals", NUMBER(count)),
	/* The same option in every tool: in some tools --count is a flag. */
	OPTION(GROUP_OUTPUT, HIDDEN, "outputs", 0, "N", set_number, NULL, NUMBER(count)),
	RUN("duration", 0, "TIME", set_seconds, "stop after this time: 10 (seconds), 500ms, 5m, 2h", AT_OPTION(duration)),
	OPTION(GROUP_EXPERT, ALWAYS, "ready-fd", 0, "N", set_ready_fd, "write one byte to open file descriptor N once every probe is attached"),
	RUN("record", 0, "FILE", set_text, "also record events to FILE, for nettrace replay", AT_OPTION(record)),
	RUN("max-size", 0, "SIZE", set_size,
	    "limit the recording to SIZE (100M, 2GiB); the oldest quarter is overwritten", AT_OPTION(record_limit)),
	OPTION(GROUP_EXPERT, ALWAYS, "ring-size", 0, "MIB", set_ring, "size of the event ring in MiB: a power of two (default 8)"),
	OPTION(GROUP_EXPERT, ALWAYS, "keep-caps", 0, NULL, set_true, "keep all capabilities after attaching (default: drop those that are no longer needed)",
	    AT_OPTION(keep_caps)),
	OPTION(GROUP_EXPERT, ALWAYS, "no-sandbox", 0, NULL, set_true,
	       "neither filter system calls nor shut files out (default: after attaching, and before a recording is read)",
	       AT_OPTION(no_sandbox)),
	OPTION(GROUP_EXPERT, ALWAYS, "rung", 0, "WHICH", set_rung,
	       "use a fallback program: N for each hook's N-th choice, or a program type (tp_btf, fexit, iter) or name as "
	       "shown by -v"),
	/* Of nettrace replay, whose page documents them. */
	OPTION(GROUP_RUN, HIDDEN, "since", 0, "TIME", set_recorded_time, NULL, AT_OPTION(since)),
	OPTION(GROUP_RUN, HIDDEN, "until", 0, "TIME", set_recorded_time, NULL, AT_OPTION(until)),
	/* For tests: excludes features of the kernel. */
	OPTION(GROUP_RUN, HIDDEN, "without", 0, "PROGRAMS", set_without, NULL),
	RUN("verbose", 'v', NULL, set_true, VERBOSE_HELP, AT_OPTION(verbose)),
	/* The same option in every tool: in some tools --verbose sets the columns. */
	{ .opt = { .name = "debug", .type = O_COMMON, .help = VERBOSE_HELP, AT_OPTION(verbose) },
	  .group = GROUP_RUN, .offered = HIDDEN, .set = set_true, .stands_for = "verbose" },

	{ .opt = { .name = "help", .key = 'h', .type = O_COMMON, .arg = "all", .min = ABOUT_OPTIONS,
		   .help = "print this help; all: with those for experts" },
	  .group = GROUP_HELP, .bare = true, .also = '?' },
	OPTION(GROUP_HELP, ALWAYS, "fields", 0, NULL, NULL, "print the names of columns and JSON keys, with units",
	       .min = ABOUT_FIELDS),
	OPTION(GROUP_HELP, ALWAYS, "schema", 0, NULL, NULL, "print the JSON Schema of its lines", .min = ABOUT_SCHEMA),
	OPTION(GROUP_HELP, ALWAYS, "usage", 0, NULL, NULL, "print a short usage message", .min = ABOUT_USAGE),
	OPTION(GROUP_HELP, ALWAYS, "version", 'V', NULL, NULL, "print the version", .min = ABOUT_VERSION),
	{ .opt = { .name = NULL } },
};
/* clang-format on */

const struct common_option *common_option(const char *name)
{
	for (const struct common_option *common = common_options; common->opt.name; common++) {
		if (strcmp(common->opt.name, name) == 0)
			return common;
	}
	return NULL;
}
