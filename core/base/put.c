/* SPDX-License-Identifier: GPL-2.0-or-later */
/* put.c: tables and the longer parts of put.h. */
#include "core/base/put.h"

const char put_pairs[200] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
			    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
			    "8081828384858687888990919293949596979899";

const uint64_t put_powers[20] = {
	0,
	10,
	100,
	1000,
	10000,
	100000,
	1000000,
	10000000,
	100000000,
	1000000000,
	10000000000,
	100000000000,
	1000000000000,
	10000000000000,
	100000000000000,
	1000000000000000,
	10000000000000000,
	100000000000000000,
	1000000000000000000,
	10000000000000000000U,
};

#define OCTET(digits)                                                                                                  \
	{                                                                                                              \
		digits ".", sizeof(digits)                                                                             \
	}
#define SIX(tens) OCTET(tens "0"), OCTET(tens "1"), OCTET(tens "2"), OCTET(tens "3"), OCTET(tens "4"), OCTET(tens "5")
#define TEN(tens) SIX(tens), OCTET(tens "6"), OCTET(tens "7"), OCTET(tens "8"), OCTET(tens "9")
#define TENS(hundreds)                                                                                                 \
	TEN(hundreds "1"), TEN(hundreds "2"), TEN(hundreds "3"), TEN(hundreds "4"), TEN(hundreds "5"),                 \
		TEN(hundreds "6"), TEN(hundreds "7"), TEN(hundreds "8"), TEN(hundreds "9")

const struct put_octet put_octets[256] = {
	TEN(""), TENS(""), TEN("10"), TENS("1"), TEN("20"), TEN("21"), TEN("22"), TEN("23"), TEN("24"), SIX("25"),
};

char *put_decimal(char *to, uint64_t value, unsigned int places, unsigned int decimals)
{
	uint64_t unit = decimals ? put_powers[decimals] : 1,
		 step = places > decimals ? put_powers[places - decimals] : 1;
	uint64_t steps = value / step;

	steps += value % step >= step / 2 + (step == 1); /* half rounds up */
	to = put_unsigned(to, steps / unit);
	if (!decimals)
		return to;
	*to++ = '.';
	return put_padded(to, steps % unit, decimals);
}

/* Groups of an IPv6 address. */
struct groups {
	int first, count;
};

/* The groups that "::" replaces: the longest run of at least two zero groups, the first of equal runs; else { -1, 0
 * }. */
static struct groups zero_run(const uint8_t addr[16])
{
	struct groups best = { -1, 1 };
	int run = 0;

	for (int group = 0; group < 8; group++) {
		run = addr[group * 2] | addr[group * 2 + 1] ? 0 : run + 1;
		if (run > best.count)
			best = (struct groups){ group - run + 1, run };
	}
	return best.count > 1 ? best : (struct groups){ -1, 0 };
}

char *put_address(char *to, const uint8_t addr[16], int family)
{
	struct groups zeroes;
	int groups = 8;

	if (family == 4)
		return put_ipv4(to, addr + 12);
	zeroes = zero_run(addr);
	/* ::ffff:a.b.c.d and the deprecated ::a.b.c.d: the last two groups print as an IPv4 address, as inet_ntop(3)
	 * does. */
	if (zeroes.first == 0 && (zeroes.count == 6 || (zeroes.count == 5 && addr[10] == 0xff && addr[11] == 0xff)))
		groups = 6;
	for (int group = 0; group < groups; group++) {
		if (group == zeroes.first) {
			to = put_string(to, "::");
			group += zeroes.count - 1;
			continue;
		}
		if (group && group != zeroes.first + zeroes.count)
			*to++ = ':';
		to = put_hex(to, (uint64_t)(addr[group * 2] << 8 | addr[group * 2 + 1]), 1);
	}
	if (groups == 6) {
		if (zeroes.count == 5)
			*to++ = ':';
		to = put_ipv4(to, addr + 12);
	}
	return to;
}
