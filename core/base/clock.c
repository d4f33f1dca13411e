/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.c: conversion of event times to local time and UTC. */
#include "core/base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/context.h"
#include "core/base/put.h"

#define SECOND 1000000000ULL

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

uint64_t clock_boot(void)
{
	return read_clock(CLOCK_BOOTTIME) - (uint64_t)context_current->clock.namespace_offset;
}

static bool is_same_link(const char *path, const char *other)
{
	char link[64], other_link[64];
	ssize_t length = readlink(path, link, sizeof(link));

	return length > 0 && readlink(other, other_link, sizeof(other_link)) == length &&
	       !memcmp(link, other_link, (size_t)length);
}

void clock_begin(void)
{
	long long seconds, ns;
	char line[80];
	FILE *file;

	/* The file has the offsets of this process's children. They are also this process's own, except between
	 * unshare() and exec (for good in 5.6 to 6.2). */
	if (!is_same_link("/proc/self/ns/time", "/proc/self/ns/time_for_children"))
		return;
	file = fopen("/proc/self/timens_offsets", "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "boottime %lld %lld", &seconds, &ns) == 2)
			context_current->clock.namespace_offset = seconds * (int64_t)SECOND + ns;
	fclose(file);
}

void clock_sync(void)
{
	/* The kernel reads one clock at a time; the middle of two readings halves the error. */
	uint64_t before = clock_boot(), wall = read_clock(CLOCK_REALTIME), after = clock_boot();

	context_current->clock.offset = (int64_t)(wall - before / 2 - after / 2);
}

void clock_set(int64_t offset)
{
	context_current->clock.offset = offset;
}

int64_t clock_offset(void)
{
	return context_current->clock.offset;
}

static uint64_t wall_ns(const struct clock *clock, uint64_t boot)
{
	return boot + (uint64_t)clock->offset;
}

uint64_t clock_wall_us(uint64_t boot)
{
	return wall_ns(&context_current->clock, boot) / 1000;
}

/* Runs once a second. Not inlined, so that clock_local(), which runs for each row, needs no stack protector. */
__attribute__((noinline)) static void put_local_second(char to[8], uint64_t second)
{
	time_t time = (time_t)second;
	struct tm local;

	localtime_r(&time, &local);
	memcpy(to, "00:00:00", 8);
	put_padded(to, (uint64_t)local.tm_hour, 2);
	put_padded(to + 3, (uint64_t)local.tm_min, 2);
	put_padded(to + 6, (uint64_t)local.tm_sec, 2);
}

char *clock_put_local(char *to, uint64_t boot, unsigned int digits)
{
	struct clock *clock = &context_current->clock;
	uint64_t wall = wall_ns(clock, boot), second = wall / SECOND;

	if (second != clock->local_second) {
		put_local_second(clock->local, second);
		clock->local_second = second;
	}
	memcpy(to, clock->local, sizeof(clock->local));
	if (!digits)
		return to + 8;
	to[8] = '.';
	put_padded(to + 9, wall - second * SECOND, 9);
	return to + 9 + digits;
}

void clock_local(struct text *text, uint64_t boot, unsigned int digits, bool iso)
{
	if (iso)
		text_end(text, clock_put_iso(text_room(text, CLOCK_ISO), boot));
	else
		text_end(text, clock_put_local(text_room(text, CLOCK_LOCAL), boot, digits));
}

void clock_format(struct text *text, uint64_t boot, const char *form)
{
	time_t second = (time_t)(wall_ns(&context_current->clock, boot) / SECOND);
	char line[128];
	struct tm local;

	localtime_r(&second, &local);
	text_bytes(text, line, strftime(line, sizeof(line), form, &local));
}

__attribute__((noinline)) static void put_utc_second(char to[20], uint64_t second)
{
	time_t time = (time_t)second;
	struct tm utc;

	gmtime_r(&time, &utc);
	memcpy(to, "0000-00-00T00:00:00.", 20);
	put_padded(to, (uint64_t)(utc.tm_year + 1900), 4);
	put_padded(to + 5, (uint64_t)(utc.tm_mon + 1), 2);
	put_padded(to + 8, (uint64_t)utc.tm_mday, 2);
	put_padded(to + 11, (uint64_t)utc.tm_hour, 2);
	put_padded(to + 14, (uint64_t)utc.tm_min, 2);
	put_padded(to + 17, (uint64_t)utc.tm_sec, 2);
}

char *clock_put_rfc3339(char *to, uint64_t boot)
{
	struct clock *clock = &context_current->clock;
	uint64_t wall = wall_ns(clock, boot), second = wall / SECOND;

	if (second != clock->utc_second) {
		put_utc_second(clock->utc, second);
		clock->utc_second = second;
	}
	memcpy(to, clock->utc, sizeof(clock->utc));
	to = put_padded(to + sizeof(clock->utc), wall - second * SECOND, 9);
	*to++ = 'Z';
	return to;
}

void clock_rfc3339(struct text *text, uint64_t boot)
{
	text_end(text, clock_put_rfc3339(text_room(text, CLOCK_RFC3339), boot));
}

char *clock_put_iso(char *to, uint64_t boot)
{
	uint64_t wall = wall_ns(&context_current->clock, boot);
	time_t seconds = (time_t)(wall / SECOND);
	struct tm local;

	localtime_r(&seconds, &local);
	to += strftime(to, CLOCK_ISO, "%Y-%m-%dT%H:%M:%S", &local);
	to += sprintf(to, ".%06u", (unsigned int)(wall % SECOND / 1000));
	to += sprintf(to, "%c%02ld:%02ld", local.tm_gmtoff < 0 ? '-' : '+', labs(local.tm_gmtoff) / 3600,
		      labs(local.tm_gmtoff) / 60 % 60);
	return to;
}
