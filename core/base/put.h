/* SPDX-License-Identifier: GPL-2.0-or-later */
/* put.h: conversions of values to text in a buffer with enough room: the hot path of printing. */
#ifndef NETTRACE_BASE_PUT_H
#define NETTRACE_BASE_PUT_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Each function writes at `to` and returns the end of the text. The caller reserves room once for a whole row, so no
 * function here checks it. Copies have fixed sizes, which compile to no call. They may overwrite up to PUT_SLACK bytes
 * after the end. */
#define PUT_SLACK        32
#define PUT_NUMBER       20 /* digits of the largest 64-bit number */
#define PUT_ADDRESS      46 /* INET6_ADDRSTRLEN */
#define PUT_ESCAPED(len) (6 * (len) + 2)

extern const char put_pairs[200];     /* 00, 01 ... 99: two digits a division, the expensive step of a number */
extern const uint64_t put_powers[20]; /* powers of ten, except that [0] is 0 */
extern const struct put_octet {
	char text[7]; /* "127." */
	uint8_t length;
} put_octets[256];

/* The number of decimal digits. */
static inline unsigned int put_digits(uint64_t value)
{
	/* 1233 / 4096 is slightly less than log10(2): the result is exact, or one too small. */
	unsigned int bits = 64 - (unsigned int)__builtin_clzll(value | 1), digits = bits * 1233 >> 12;

	return digits + (value >= put_powers[digits]);
}

/* Exactly `digits` digits, with leading zeros. */
static inline char *put_padded(char *to, uint64_t value, unsigned int digits)
{
	char *at = to + digits;

	for (; at - to >= 2; value /= 100) {
		at -= 2;
		memcpy(at, put_pairs + value % 100 * 2, 2);
	}
	if (at > to)
		*to = (char)('0' + value % 10);
	return to + digits;
}

static inline char *put_unsigned(char *to, uint64_t value)
{
	return put_padded(to, value, put_digits(value));
}

static inline char *put_signed(char *to, int64_t value)
{
	*to = '-';
	/* Negated as unsigned: INT64_MIN has no positive counterpart. */
	return put_unsigned(to + (value < 0), value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

/* Eight hexadecimal digits at once, one in each byte, in reading order. */
static inline uint64_t put_eight_nibbles(uint32_t value)
{
	uint64_t nibbles = __builtin_bswap32(value), letters;

	nibbles = (nibbles | nibbles << 16) & 0x0000ffff0000ffff;
	nibbles = (nibbles | nibbles << 8) & 0x00ff00ff00ff00ff;
	nibbles = (nibbles >> 4 | nibbles << 8) & 0x0f0f0f0f0f0f0f0f;
	letters = (nibbles + 0x0606060606060606) >> 4 & 0x0101010101010101;
	return htole64(nibbles + 0x3030303030303030 + letters * ('a' - '0' - 10));
}

/* Lower case, no 0x, at least `digits` long (up to 16). No array, so that no caller on the hot path needs a stack
 * protector. */
static inline char *put_hex(char *to, uint64_t value, unsigned int digits)
{
	unsigned int own = (67 - (unsigned int)__builtin_clzll(value | 1)) / 4;
	uint64_t first, second;

	digits = digits < own ? own : digits < 16 ? digits : 16;
	value <<= 64 - 4 * digits;
	first = put_eight_nibbles((uint32_t)(value >> 32));
	second = put_eight_nibbles((uint32_t)value);
	memcpy(to, &first, sizeof(first));
	memcpy(to + sizeof(first), &second, sizeof(second));
	return to + digits;
}

/* string: trusted, not escaped. */
static inline char *put_string(char *to, const char *string)
{
	return stpcpy(to, string);
}

static inline char *put_quote(char *to, bool wanted)
{
	*to = '"';
	return to + wanted;
}

static inline char *put_ipv4(char *to, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		memcpy(to, put_octets[bytes[i]].text, 4);
		to += put_octets[bytes[i]].length;
	}
	return to - 1; /* the last dot */
}

static inline char *put_spaces(char *to, size_t count)
{
	for (size_t done = 0; done < count; done += 16)
		memcpy(to + done, "                ", 16);
	return to + count;
}

/* value / 10^places with `decimals` <= places of them, rounded to nearest: put_decimal(to, 1234567, 6, 3) is 1.235. */
char *put_decimal(char *to, uint64_t value, unsigned int places, unsigned int decimals);
/* addr: 16 bytes, IPv4 as ::ffff:a.b.c.d; family 4 is a.b.c.d, any other the IPv6 form (RFC 5952). */
char *put_address(char *to, const uint8_t addr[16], int family);

/* core/base/escape.c: as the functions of these names in text.h. Room: PUT_ESCAPED(length). */
char *put_printable(char *to, const char *bytes, size_t length, size_t cells);
char *put_json_string(char *to, const char *bytes, size_t length);
char *put_csv_string(char *to, const char *bytes, size_t length);

#endif
