/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.h: a parser of DNS messages, and a cache of answers: names by address. */
#ifndef NETTRACE_NAMES_DNS_H
#define NETTRACE_NAMES_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/tool.h"

#define DNS_NAME 256 /* bytes of a name as text, including NUL */

/* Receives each address of an answer: 16 bytes, IPv4 as ::ffff:a.b.c.d. */
typedef void dns_address(void *context, const uint8_t address[16]);

/* What a message says about its first question. */
struct dns_message {
	uint16_t id;
	bool is_answer;
	bool is_truncated;   /* the server had more to say than a datagram has room for (TC) */
	uint8_t rcode;       /* of the header */
	uint16_t type;       /* of the question */
	uint16_t records;    /* of the answer */
	uint32_t ttl;        /* the smallest of those that were read, s; UINT32_MAX: none */
	char name[DNS_NAME]; /* of the question; "." for the root */
};

/* Parses a message from the network, which may be truncated. Calls each() as dns_read() does; NULL: not. False: no
 * standard query or answer with one question. */
bool dns_parse(struct dns_message *parsed, const uint8_t *message, size_t length, dns_address *each, void *context);
/* Writes the name of a type of records: "AAAA", "TYPE4711". */
void dns_type_name(char *name, size_t size, unsigned int type);

/* Parses a message from the network, which may be truncated. For an answer to one question, copies the question's name
 * to `name` and calls each() for every IPv4 and IPv6 address, including those of aliases (CNAME). False: no such
 * answer. */
bool dns_read(const uint8_t *message, size_t length, char name[DNS_NAME], dns_address *each, void *context);

/* Parses a message that arrived in a network namespace at `when` (ns), and caches its answer. */
void dns_add_answer(uint32_t netns, uint64_t when, const uint8_t *message, size_t length);
/* Forgets all answers, which belong to one run. */
void dns_forget(void);
/* Names an event's remote address by the latest answer in its network namespace within the 24 h before the event. */
void dns_name_peer(struct peer *peer, const struct event *event);

/* Texts in tables for a peer without a name, by peer->unnamed. */
extern const char *const dns_unnamed[2];
#define DNS_UNNAMED NAMES(dns_unnamed)

#endif
