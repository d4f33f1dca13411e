/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay_time.c: the times of --since and --until. */
#include "core/run/replay_time.h"

#include <stddef.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/values.h"

#define SECOND 1000000000ULL
#define DAY    (24 * 60 * 60)

/* Reads the text after the seconds: a fraction, and Z for UTC. False: other text. */
static bool read_end(const char *at, uint64_t *ns, bool *utc)
{
	uint64_t unit = SECOND;

	*ns = 0;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9' && unit > 1; at++) {
			unit /= 10;
			*ns += (uint64_t)(*at - '0') * unit;
		}
	}
	*utc = *at == 'Z';
	return !at[*utc];
}

/* Wall time in ns. False: not a time. */
static bool read_wall(uint64_t *wall, const char *text, uint64_t begun)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
					     "%Y-%m-%d %H:%M",    "%H:%M:%S",          "%H:%M" };
	time_t base = (time_t)(begun / SECOND), seconds;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		bool utc, clock_only = i >= 4;
		const char *end;
		uint64_t ns;
		struct tm tm;

		localtime_r(&base, &tm);
		tm.tm_sec = 0;
		end = strptime(text, forms[i], &tm);
		if (!end || !read_end(end, &ns, &utc))
			continue;
		tm.tm_isdst = -1;
		seconds = utc ? timegm(&tm) : mktime(&tm);
		*wall = (uint64_t)seconds * SECOND + ns;
		/* A recording of a night begins before midnight. */
		if (clock_only && *wall + SECOND < begun)
			*wall += DAY * SECOND;
		return seconds > 0;
	}
	return false;
}

bool replay_time(uint64_t *boot, const char *option, const char *text, uint64_t begun, struct error *error)
{
	uint64_t offset = (uint64_t)clock_offset(), wall;
	const char *message;

	if (*text == '+') {
		message = value_seconds(boot, text + 1);
		*boot += begun;
		return !message || error_set(error, EXIT_USAGE, "--%s %.100s: %s", option, text, message);
	}
	if (!read_wall(&wall, text, begun + offset))
		return error_set(error, EXIT_USAGE,
				 "--%s %.100s: not a time (02:15, 02:15:30.5, 2026-03-05 02:15, +90s)", option, text);
	*boot = wall > offset ? wall - offset : 0;
	return true;
}
