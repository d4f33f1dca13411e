/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h: a growing text buffer, and conversions of values to text without printf. */
#ifndef NETTRACE_BASE_TEXT_H
#define NETTRACE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialized is empty. data is not NUL-terminated. Exhausted memory ends the process (core/base/must.h). */
struct text {
	char *data;
	size_t length, size;
};

void text_free(struct text *text);
/* Reserves `most` bytes at the end and returns their start. After writing, the caller sets the end with text_end(). */
char *text_room(struct text *text, size_t most);
void text_end(struct text *text, const char *end);
void text_char(struct text *text, char c);
void text_bytes(struct text *text, const void *bytes, size_t length);
void text_string(struct text *text, const char *string);
void text_unsigned(struct text *text, uint64_t value);
void text_signed(struct text *text, int64_t value);
/* Lower case, no 0x, at least `digits` long, 16 at most. */
void text_hex(struct text *text, uint64_t value, int digits);
/* value / unit (up to 10^18) with `decimals` places, rounded to nearest: text_decimal(t, 1234567, 1000000, 3) is 1.235.
 */
void text_decimal(struct text *text, uint64_t value, uint64_t unit, int decimals);
/* ns in a readable unit: "12 us", "3.20 ms", "75.0 s". For 0: false, nothing appended. */
bool text_human_ns(struct text *text, uint64_t ns);
/* addr: 16 bytes, IPv4 as ::ffff:a.b.c.d; family 4 prints a.b.c.d, any other the IPv6 form (RFC 5952). */
void text_address(struct text *text, const uint8_t addr[16], int family);

/* The first `length` bytes, or those up to NUL, escaped for a terminal. Control characters and bytes that are not UTF-8
 * become \xNN. `cells` > 0 truncates to that many columns, never inside a character or an escape. */
void text_printable(struct text *text, const char *bytes, size_t length, size_t cells);
/* The same bytes as a quoted JSON string (RFC 8259); bytes that are not UTF-8 become U+FFFD. */
void text_json_string(struct text *text, const char *bytes, size_t length);
/* The same bytes as a CSV value (RFC 4180), quoted if needed; control characters become \xNN, so a row stays a line. */
void text_csv_string(struct text *text, const char *bytes, size_t length);

/* The columns of text[from..] on a terminal: characters, not bytes. */
size_t text_cells(const struct text *text, size_t from);
/* The number of newlines. */
size_t text_lines(const struct text *text);
/* The offset of the line that is `lines` lines after the offset `from`; at most the length. */
size_t text_line(const struct text *text, size_t from, size_t lines);
/* Pads text[from..] with spaces to `width` columns; negative: right-aligned. */
void text_pad(struct text *text, size_t from, int width);

#endif
