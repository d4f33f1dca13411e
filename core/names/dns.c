/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.c: a parser of DNS messages (RFC 1035), which are untrusted input. */
#include "core/names/dns.h"

#include <stdio.h>
#include <string.h>

#define HEADER      12
#define IS_ANSWER   0x80 /* byte 2: QR ... */
#define OPCODE      0x78 /* ... and the kind of query; 0: a standard query ... */
#define TRUNCATED   0x02 /* ... TC */
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
static bool read_record(struct reader *reader, uint32_t *ttl, dns_address *each, void *context)
{
	unsigned int type, class, size;
	uint32_t lives;

	if (!read_name(reader, NULL) || reader->length - reader->at < RECORD_HEAD)
		return false;
	type = word_at(reader, reader->at);
	class = word_at(reader, reader->at + 2);
	lives = word_at(reader, reader->at + 4) << 16 | word_at(reader, reader->at + 6);
	size = word_at(reader, reader->at + 8);
	if (lives < *ttl)
		*ttl = lives;
	reader->at += RECORD_HEAD;
	if (reader->length - reader->at < size)
		return false;
	if (each && class == CLASS_IN && ((type == TYPE_A && size == 4) || (type == TYPE_AAAA && size == 16)))
		emit_address(reader->message + reader->at, size, each, context);
	reader->at += size;
	return true;
}

/* Reads the header and the question. False: no standard query or answer with one question. */
static bool read_question(struct dns_message *parsed, struct reader *reader)
{
	const uint8_t *message = reader->message;

	if (reader->length < HEADER || (message[2] & OPCODE) || word_at(reader, 4) != 1)
		return false;
	parsed->id = (uint16_t)word_at(reader, 0);
	parsed->is_answer = message[2] & IS_ANSWER;
	parsed->is_truncated = message[2] & TRUNCATED;
	parsed->rcode = message[3] & RCODE;
	parsed->records = (uint16_t)word_at(reader, 6);
	parsed->ttl = UINT32_MAX;
	reader->at = HEADER;
	if (!read_name(reader, parsed->name) || reader->length - reader->at < 4)
		return false;
	if (!*parsed->name)
		strcpy(parsed->name, ".");
	parsed->type = (uint16_t)word_at(reader, reader->at);
	reader->at += 4; /* type and class */
	return true;
}

static void read_records(struct dns_message *parsed, struct reader *reader, dns_address *each, void *context)
{
	for (unsigned int left = parsed->records; left && read_record(reader, &parsed->ttl, each, context); left--)
		;
}

bool dns_parse(struct dns_message *parsed, const uint8_t *message, size_t length, dns_address *each, void *context)
{
	struct reader reader = { .message = message, .length = length };

	if (!read_question(parsed, &reader))
		return false;
	read_records(parsed, &reader, each, context);
	return true;
}

bool dns_read(const uint8_t *message, size_t length, char name[DNS_NAME], dns_address *each, void *context)
{
	struct reader reader = { .message = message, .length = length };
	struct dns_message parsed;

	if (!read_question(&parsed, &reader) || !parsed.is_answer || parsed.rcode || !strcmp(parsed.name, "."))
		return false;
	strcpy(name, parsed.name);
	read_records(&parsed, &reader, each, context);
	return true;
}

void dns_type_name(char *name, size_t size, unsigned int type)
{
	/* https://www.iana.org/assignments/dns-parameters: those that are asked for. */
	static const struct {
		unsigned int type;
		const char *name;
	} types[] = {
		{ 1, "A" },      { 2, "NS" },      { 5, "CNAME" },  { 6, "SOA" },    { 10, "NULL" },  { 12, "PTR" },
		{ 13, "HINFO" }, { 15, "MX" },     { 16, "TXT" },   { 28, "AAAA" },  { 29, "LOC" },   { 33, "SRV" },
		{ 35, "NAPTR" }, { 39, "DNAME" },  { 41, "OPT" },   { 43, "DS" },    { 44, "SSHFP" }, { 46, "RRSIG" },
		{ 47, "NSEC" },  { 48, "DNSKEY" }, { 50, "NSEC3" }, { 52, "TLSA" },  { 64, "SVCB" },  { 65, "HTTPS" },
		{ 99, "SPF" },   { 249, "TKEY" },  { 250, "TSIG" }, { 251, "IXFR" }, { 252, "AXFR" }, { 255, "ANY" },
		{ 256, "URI" },  { 257, "CAA" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type) {
			snprintf(name, size, "%s", types[i].name);
			return;
		}
	snprintf(name, size, "TYPE%u", type);
}
