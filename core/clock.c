/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.c: event times as the times people and machines read. */
#include "core/clock.h"

#include <time.h>

#define SECOND 1000000000ULL

static int64_t offset; /* wall - boot, ns */

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

uint64_t clock_boot(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

void clock_sync(void)
{
	/* The two clocks are read apart; the middle of two readings halves the error. */
	uint64_t before = clock_boot(), wall = read_clock(CLOCK_REALTIME), after = clock_boot();

	offset = (int64_t)(wall - before / 2 - after / 2);
}

void clock_set(int64_t new_offset)
{
	offset = new_offset;
}

static uint64_t wall_ns(uint64_t boot)
{
	return boot + (uint64_t)offset;
}

uint64_t clock_wall_us(uint64_t boot)
{
	return wall_ns(boot) / 1000;
}

static void two_digits(char *to, int value)
{
	to[0] = (char)('0' + value / 10 % 10);
	to[1] = (char)('0' + value % 10);
}

void clock_local(struct text *text, uint64_t boot)
{
	/* localtime() looks at files and rules: once a second is enough. */
	static char cached[8] = "00:00:00";
	static time_t cached_second = -1;
	time_t second = (time_t)(wall_ns(boot) / SECOND);

	if (second != cached_second) {
		struct tm local;

		localtime_r(&second, &local);
		two_digits(cached, local.tm_hour);
		two_digits(cached + 3, local.tm_min);
		two_digits(cached + 6, local.tm_sec);
		cached_second = second;
	}
	text_bytes(text, cached, sizeof(cached));
}

void clock_format(struct text *text, uint64_t boot, const char *form)
{
	time_t second = (time_t)(wall_ns(boot) / SECOND);
	char line[128];
	struct tm local;

	localtime_r(&second, &local);
	text_bytes(text, line, strftime(line, sizeof(line), form, &local));
}

void clock_rfc3339(struct text *text, uint64_t boot)
{
	static char cached[20] = "0000-00-00T00:00:00.";
	static time_t cached_second = -1;
	uint64_t ns = wall_ns(boot) % SECOND;
	time_t second = (time_t)(wall_ns(boot) / SECOND);
	char fraction[10];

	if (second != cached_second) {
		struct tm utc;

		gmtime_r(&second, &utc);
		two_digits(cached, (utc.tm_year + 1900) / 100);
		two_digits(cached + 2, (utc.tm_year + 1900) % 100);
		two_digits(cached + 5, utc.tm_mon + 1);
		two_digits(cached + 8, utc.tm_mday);
		two_digits(cached + 11, utc.tm_hour);
		two_digits(cached + 14, utc.tm_min);
		two_digits(cached + 17, utc.tm_sec);
		cached_second = second;
	}
	text_bytes(text, cached, sizeof(cached));
	for (int i = 8; i >= 0; i--, ns /= 10)
		fraction[i] = (char)('0' + ns % 10);
	fraction[9] = 'Z';
	text_bytes(text, fraction, sizeof(fraction));
}
