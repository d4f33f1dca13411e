/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.c: a parser of DNS answers (RFC 1035), which are untrusted input. */
#include "core/names/dns.h"

#include <string.h>

#define HEADER      12
#define IS_ANSWER   0x80 /* byte 2: QR ... */
#define OPCODE      0x78 /* ... and the kind of query; 0: a standard query */
#define RCODE       0x0f /* byte 3; 0: no error */
#define POINTER     0xc0 /* first byte of a compressed name's part: a pointer to the rest */
#define POINTERS    16   /* the most pointers in one name */
#define CLASS_IN    1
#define TYPE_A      1
#define TYPE_AAAA   28
#define RECORD_HEAD 10 /* type, class, time to live, length of the data */

/* The unread part of a message. */
struct reader {
	const uint8_t *message;
	size_t length, at;
};

static unsigned int word_at(const struct reader *reader, size_t at)
{
	return (unsigned int)reader->message[at] << 8 | reader->message[at + 1];
}

/* Appends a label as text. A dot or NUL inside it is replaced, because it would imitate another name. */
static size_t add_label(char *name, size_t used, const uint8_t *label, size_t length)
{
	if (used)
		name[used++] = '.';
	for (size_t i = 0; i < length; i++)
		name[used++] = label[i] && label[i] != '.' ? (char)label[i] : '?';
	return used;
}

/* Reads the name at reader->at and advances past it. name NULL: only advances. */
static bool read_name(struct reader *reader, char name[DNS_NAME])
{
	size_t at = reader->at, used = 0, pointers = 0;

	for (;;) {
		size_t length;

		if (at >= reader->length)
			return false;
		length = reader->message[at++];
		if ((length & POINTER) == POINTER) {
			if (at >= reader->length || ++pointers > POINTERS)
				return false;
			if (pointers == 1)
				reader->at = at + 1;
			if (!name)
				return true;
			at = (length & ~(size_t)POINTER) << 8 | reader->message[at];
			continue;
		}
		if (length & POINTER || length > reader->length - at)
			return false;
		if (!length)
			break;
		if (name && used + 1 + length >= DNS_NAME)
			return false;
		if (name)
			used = add_label(name, used, reader->message + at, length);
		at += length;
	}
	if (!pointers)
		reader->at = at;
	if (name)
		name[used] = '\0';
	return true;
}

static void emit_address(const uint8_t *data, size_t size, dns_address *each, void *context)
{
	uint8_t address[16] = { [10] = 0xff, [11] = 0xff };

	memcpy(address + sizeof(address) - size, data, size);
	each(context, address);
}

/* Reads the record at reader->at and advances past it. False: the record is truncated. */
static bool read_record(struct reader *reader, dns_address *each, void *context)
{
	unsigned int type, class, size;

	if (!read_name(reader, NULL) || reader->length - reader->at < RECORD_HEAD)
		return false;
	type = word_at(reader, reader->at);
	class = word_at(reader, reader->at + 2);
	size = word_at(reader, reader->at + 8);
	reader->at += RECORD_HEAD;
	if (reader->length - reader->at < size)
		return false;
	if (class == CLASS_IN && ((type == TYPE_A && size == 4) || (type == TYPE_AAAA && size == 16)))
		emit_address(reader->message + reader->at, size, each, context);
	reader->at += size;
	return true;
}

bool dns_read(const uint8_t *message, size_t length, char name[DNS_NAME], dns_address *each, void *context)
{
	struct reader reader = { message, length, HEADER };
	unsigned int records;

	if (length < HEADER || (message[2] & (IS_ANSWER | OPCODE)) != IS_ANSWER || (message[3] & RCODE) ||
	    word_at(&reader, 4) != 1)
		return false;
	records = word_at(&reader, 6);
	if (!read_name(&reader, name) || !*name || reader.length - reader.at < 4)
		return false;
	reader.at += 4; /* the question's type and class */
	while (records && read_record(&reader, each, context))
		records--;
	return true;
}
