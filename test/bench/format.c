/* SPDX-License-Identifier: GPL-2.0-or-later */
/* format.c: the formatting of events to rows, without a kernel: format ROWS TOOL [OPTION...] < /dev/null > /dev/null */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/cli/parse.h"
#include "core/base/clock.h"
#include "core/print/printer.h"
#include "cmd/fatal.h"
#include "probes/tcplife.h"
#include "probes/tcpstates.h"

extern const struct tool tcplife, tcpstates;

#define EVENTS 4096 /* different events, repeated */
#define BOOTED 1772708460000000000

union made {
	struct event common;
	struct tcpstates_event tcpstates;
	struct tcplife_event tcplife;
};

/* Pseudo-random, the same numbers in every run. */
static uint32_t any(uint32_t below)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(state >> 33) % below;
}

static void set_address(uint8_t address[16], uint8_t family, uint32_t host)
{
	static const uint8_t v4[12] = { [10] = 0xff, [11] = 0xff }, v6[12] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2 };

	memcpy(address, family == 4 ? v4 : v6, sizeof(v4));
	memcpy(address + 12, &host, sizeof(host));
}

/* A server: a few local addresses, many clients, one in eight over IPv6. */
static void make_common(struct event *event, uint64_t ts)
{
	static const char *const comms[] = { "nginx", "postgres", "java", "kworker/u8:3", "systemd-resolve" };

	*event = (struct event){ .ts = ts, .cgroup_id = 1 + any(90000), .netns = 4026531840 };
	event->pid = 1 + any(4000000);
	event->tid = event->pid;
	event->uid = any(2000);
	event->family = any(8) ? 4 : 6;
	event->owner = (uint8_t)any(3);
	event->lport = (uint16_t)(any(2) ? 443 : 1 + any(65535));
	event->rport = (uint16_t)(1 + any(65535));
	set_address(event->laddr, event->family, 0x0100000a + (any(4) << 24));
	set_address(event->raddr, event->family, any(INT32_MAX));
	strcpy(event->comm, comms[any(5)]);
}

static void make_tcpstates(struct tcpstates_event *event)
{
	event->skaddr = 0xffff888000000000 + any(INT32_MAX);
	event->duration = any(8) ? any(INT32_MAX) : NOT_KNOWN;
	event->oldstate = (uint8_t)(1 + any(11));
	event->newstate = (uint8_t)(1 + any(11));
}

static void make_tcplife(struct tcplife_event *event)
{
	event->tx_bytes = any(INT32_MAX);
	event->rx_bytes = any(100000);
	event->duration = any(INT32_MAX);
	event->srtt_us = any(10000);
	event->role = (uint8_t)any(3);
	event->state = 7;
}

static union made *make_events(const struct tool *tool)
{
	union made *made = calloc(EVENTS, sizeof(*made));

	if (!made)
		fatal(EXIT_FAILED, "out of memory");
	for (uint64_t i = 0; i < EVENTS; i++) {
		make_common(&made[i].common, i * 10000);
		if (tool == &tcpstates)
			make_tcpstates(&made[i].tcpstates);
		else
			make_tcplife(&made[i].tcplife);
	}
	return made;
}

/* The measured part. A function of its own, so that tools can count its instructions. */
__attribute__((noinline)) void format_rows(struct printer *printer, union made *made, uint64_t rows);

void format_rows(struct printer *printer, union made *made, uint64_t rows)
{
	for (uint64_t i = 0; i < rows; i++) {
		union made *event = &made[i % EVENTS];

		event->common.ts += EVENTS * 10000;
		printer_row(printer, &event->common, printer->options->tool->image.event_size);
	}
	printer_flush(printer);
}

static double cpu_seconds(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct printer printer;
	const struct tool *tool;
	struct error error;
	uint64_t rows;
	double took;

	if (argc < 3 || (strcmp(argv[2], tcpstates.name) && strcmp(argv[2], tcplife.name)))
		fatal(EXIT_USAGE, "usage: format ROWS tcpstates|tcplife [OPTION...]");
	rows = strtoull(argv[1], NULL, 10);
	tool = strcmp(argv[2], tcpstates.name) ? &tcplife : &tcpstates;
	setenv("TZ", "UTC", 1);
	clock_set(BOOTED);
	if (!options_parse(&options, tool, argc - 2, argv + 2, &error))
		return error_print(&error);
	printer_start(&printer, &options, false, STDOUT_FILENO);
	printer_header(&printer);
	took = cpu_seconds();
	format_rows(&printer, make_events(tool), rows);
	took = cpu_seconds() - took;
	fprintf(stderr, "{\"rows\":%llu,\"seconds\":%.6f}\n", (unsigned long long)rows, took);
	printer_free(&printer);
	return printer.error ? EXIT_FAILED : EXIT_DONE;
}
