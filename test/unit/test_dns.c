/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_dns.c: DNS answers, valid and malformed, and the cache of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/names/dns.h"

#define SECOND 1000000000ULL
#define DAY    (24 * 3600 * SECOND)

/* ---- messages ---- */

struct message {
	uint8_t bytes[4096];
	size_t length;
};

static void put(struct message *m, const void *bytes, size_t length)
{
	assert_true(m->length + length <= sizeof(m->bytes));
	memcpy(m->bytes + m->length, bytes, length);
	m->length += length;
}

static void put_word(struct message *m, unsigned int word)
{
	put(m, (uint8_t[]){ (uint8_t)(word >> 8), (uint8_t)word }, 2);
}

/* "www.example.net"; "@12": a pointer to byte 12; both: a name that continues there. */
static void put_name(struct message *m, const char *name)
{
	while (*name && *name != '@') {
		size_t length = strcspn(name, ".@");
		uint8_t byte = (uint8_t)length;

		put(m, &byte, 1);
		put(m, name, length);
		name += length + (name[length] == '.');
	}
	if (*name)
		put_word(m, 0xc000U | (unsigned int)atoi(name + 1));
	else
		put(m, "", 1);
}

static void begin(struct message *m, const char *name, unsigned int answers)
{
	m->length = 0;
	put_word(m, 4711);
	put_word(m, 0x8180);
	put_word(m, 1);
	put_word(m, answers);
	put_word(m, 0);
	put_word(m, 0);
	put_name(m, name);
	put_word(m, 1);
	put_word(m, 1);
}

static void put_record(struct message *m, const char *owner, unsigned int type, const void *data, size_t size)
{
	put_name(m, owner);
	put_word(m, type);
	put_word(m, 1);
	put_word(m, 0);
	put_word(m, 60);
	put_word(m, (unsigned int)size);
	put(m, data, size);
}

static void put_address(struct message *m, const char *owner, const char *address)
{
	uint8_t raw[16];
	int v6 = strchr(address, ':') != NULL;

	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, address, raw), 1);
	put_record(m, owner, v6 ? 28 : 1, raw, v6 ? 16 : 4);
}

static void put_alias(struct message *m, const char *owner, const char *name)
{
	struct message data = { .length = 0 };

	put_name(&data, name);
	put_record(m, owner, 5, data.bytes, data.length);
}

static void usual(struct message *m)
{
	begin(m, "www.example.net", 4);
	put_alias(m, "@12", "a.cdn.example");
	put_alias(m, "a.cdn.example", "b@45");
	put_address(m, "b.cdn.example", "192.0.2.1");
	put_address(m, "b.cdn.example", "2001:db8::1");
}

/* ---- reading ---- */

struct found {
	int count;
	uint8_t first[16], last[16];
};

static void add_address(void *context, const uint8_t address[16])
{
	struct found *found = context;

	if (!found->count++)
		memcpy(found->first, address, 16);
	memcpy(found->last, address, 16);
}

/* The message is in memory of its exact size, so that AddressSanitizer detects reads past its end. */
static bool reads(const void *bytes, size_t length, char name[DNS_NAME], struct found *found)
{
	uint8_t *copy = malloc(length + !length);
	bool answer;

	memset(found, 0, sizeof(*found));
	assert_non_null(copy);
	memcpy(copy, bytes, length);
	answer = dns_read(copy, length, name, add_address, found);
	free(copy);
	return answer;
}

static bool reads_message(const struct message *m, char name[DNS_NAME], struct found *found)
{
	return reads(m->bytes, m->length, name, found);
}

static void aliases_lead_to_addresses(void **state)
{
	static const uint8_t v4[16] = { [10] = 0xff, [11] = 0xff, 192, 0, 2, 1 };
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	char name[DNS_NAME];
	struct message m;
	struct found found;

	(void)state;
	usual(&m);
	assert_true(reads_message(&m, name, &found));
	assert_string_equal(name, "www.example.net");
	assert_int_equal(found.count, 2);
	assert_memory_equal(found.first, v4, 16);
	assert_memory_equal(found.last, v6, 16);
}

static void other_records_are_passed_over(void **state)
{
	char name[DNS_NAME];
	struct message m;
	struct found found;

	(void)state;
	begin(&m, "example.net", 5);
	put_record(&m, "@12", 16, "\4text", 5);
	put_record(&m, "@12", 1, "short", 3); /* an address of three bytes */
	put_record(&m, "@12", 28, "1234", 4);
	put_record(&m, "@12", 46, "", 0);
	put_address(&m, "", "192.0.2.7");
	put_address(&m, "@12", "192.0.2.8"); /* one more than the header counts */
	assert_true(reads_message(&m, name, &found));
	assert_int_equal(found.count, 1);
	assert_int_equal(found.last[15], 7);
}

static void the_end_may_be_missing(void **state)
{
	char name[DNS_NAME];
	struct message m;
	struct found found;
	size_t question, first;

	(void)state;
	begin(&m, "www.example.net", 2);
	question = m.length;
	put_address(&m, "@12", "192.0.2.1");
	first = m.length;
	put_address(&m, "@12", "192.0.2.2");
	for (size_t length = 0; length <= m.length; length++) {
		assert_int_equal(reads(m.bytes, length, name, &found), length >= question);
		assert_int_equal(found.count, length < first ? 0 : length < m.length ? 1 : 2);
	}
}

static void what_is_no_answer_is_refused(void **state)
{
	static const struct {
		int byte;
		uint8_t value;
	} wrong[] = { { 2, 0x01 }, { 2, 0xa8 }, { 3, 0x83 }, { 3, 0x82 }, { 4, 1 },
		      { 5, 0 },    { 5, 2 },    { 12, 0 },   { 12, 64 },  { 12, 0x80 } };
	char name[DNS_NAME];
	struct message m;
	struct found found;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		usual(&m);
		m.bytes[wrong[i].byte] = wrong[i].value;
		assert_false(reads_message(&m, name, &found));
		assert_int_equal(found.count, 0);
	}
}

static void pointers_come_to_an_end(void **state)
{
	char name[DNS_NAME];
	struct message m;
	struct found found;

	(void)state;
	begin(&m, "@12", 0); /* to itself */
	assert_false(reads_message(&m, name, &found));
	begin(&m, "a@12", 0); /* a loop */
	assert_false(reads_message(&m, name, &found));
	begin(&m, "@4000", 0); /* past the end */
	assert_false(reads_message(&m, name, &found));
	begin(&m, "@18", 0);
	m.length = 18;
	put_name(&m, "later.example");
	assert_true(reads_message(&m, name, &found));
	assert_string_equal(name, "later.example");
}

static void names_are_text(void **state)
{
	static const uint8_t odd[] = { 4, 'a', 0, '.', 0xff, 1, 'b', 0 };
	char name[DNS_NAME], text[400] = "";
	struct message m;
	struct found found;

	(void)state;
	begin(&m, "", 0);
	m.length = 12;
	put(&m, odd, sizeof(odd));
	put_word(&m, 1);
	put_word(&m, 1);
	assert_true(reads_message(&m, name, &found));
	assert_string_equal(name, "a??\xff.b");
	/* The longest name has 253 characters. */
	for (int i = 0; i < 127; i++)
		strcat(text, i ? ".x" : "x");
	begin(&m, text, 0);
	assert_true(reads_message(&m, name, &found));
	assert_string_equal(name, text);
	strcat(text, ".x.x.x.x");
	begin(&m, text, 0);
	assert_false(reads_message(&m, name, &found));
}

/* The sanitizers alone check the result. */
static void garbage_does_no_harm(void **state)
{
	char name[DNS_NAME];
	struct found found;
	struct message m;
	unsigned int seed = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		usual(&m);
		for (int change = rand_r(&seed) % 8; change >= 0; change--)
			m.bytes[(size_t)rand_r(&seed) % m.length] = (uint8_t)(rand_r(&seed) >> 4);
		if (i % 4 == 0)
			m.length = (size_t)rand_r(&seed) % (m.length + 1);
		for (size_t at = 4; i % 8 == 0 && at < m.length; at++)
			m.bytes[at] = (uint8_t)(rand_r(&seed) >> 4);
		if (reads_message(&m, name, &found))
			assert_true(strnlen(name, DNS_NAME) < DNS_NAME);
	}
}

/* ---- the cache ---- */

static void learn(uint32_t netns, uint64_t when, const char *name, const char *address)
{
	struct message m;

	begin(&m, name, 1);
	put_address(&m, "@12", address);
	dns_add_answer(netns, when, m.bytes, m.length);
}

static struct peer peer_of(uint32_t netns, uint64_t now, const char *address)
{
	struct event event = { .netns = netns, .ts = now, .raddr = { [10] = 0xff, [11] = 0xff } };
	struct peer peer;

	if (strchr(address, ':'))
		assert_int_equal(inet_pton(AF_INET6, address, event.raddr), 1);
	else
		assert_int_equal(inet_pton(AF_INET, address, event.raddr + 12), 1);
	memset(&peer, 0x55, sizeof(peer));
	dns_name_peer(&peer, &event);
	return peer;
}

static void peers_have_names(void **state)
{
	struct peer peer = peer_of(1, SECOND, "192.0.2.1");

	(void)state;
	assert_string_equal(peer.query, ""); /* before the first answer */
	learn(1, 10 * SECOND, "old.example", "192.0.2.1");
	learn(1, 11 * SECOND, "new.example", "192.0.2.1");
	learn(2, 12 * SECOND, "other.example", "192.0.2.1");
	learn(1, 12 * SECOND, "v6.example", "2001:db8::1");
	peer = peer_of(1, 11 * SECOND + 100000000, "192.0.2.1");
	assert_string_equal(peer.query, "new.example");
	assert_int_equal(peer.age, 100000000);
	assert_true(peer.late == NOT_KNOWN);
	peer = peer_of(1, 11 * SECOND + 100000001, "192.0.2.1");
	assert_int_equal(peer.late, 100000001);
	assert_string_equal(peer_of(2, 12 * SECOND, "192.0.2.1").query, "other.example");
	assert_string_equal(peer_of(1, 12 * SECOND, "2001:db8::1").query, "v6.example");
	/* The answer arrived during the attempt. */
	assert_int_equal(peer_of(1, 5 * SECOND, "192.0.2.1").age, 0);
	assert_string_equal(peer_of(1, 11 * SECOND + DAY, "192.0.2.1").query, "new.example");
	peer = peer_of(1, 11 * SECOND + DAY + 1, "192.0.2.1");
	assert_string_equal(peer.query, "");
	assert_true(peer.age == NOT_KNOWN && peer.late == NOT_KNOWN);
	assert_string_equal(dns_unnamed[peer.unnamed], "No DNS Query");
	assert_string_equal(peer_of(3, 12 * SECOND, "192.0.2.1").query, "");
}

static void loopback_is_localhost(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "::1", "::ffff:127.0.0.1" };

	(void)state;
	learn(1, SECOND, "me.example", "127.0.0.1");
	for (int i = 0; i < 3; i++) {
		struct peer peer = peer_of(1, SECOND, addresses[i]);

		assert_string_equal(peer.query, "");
		assert_string_equal(dns_unnamed[peer.unnamed], "localhost");
	}
	assert_string_equal(dns_unnamed[peer_of(1, SECOND, "::").unnamed], "No DNS Query");
}

static void the_oldest_name_goes_first(void **state)
{
	const int most = 10240;
	char address[32];

	(void)state;
	for (int i = 0; i < most; i++) {
		snprintf(address, sizeof(address), "10.0.%d.%d", i / 256, i % 256);
		learn(9, (uint64_t)i, "many.example", address);
	}
	assert_string_equal(peer_of(1, 12 * SECOND, "192.0.2.1").query, ""); /* an answer in another namespace */
	assert_string_equal(peer_of(9, SECOND, "10.0.0.0").query, "many.example");
	learn(9, SECOND, "again.example", "10.0.0.0"); /* no longer old */
	for (int i = 0; i < most - 1; i++) {
		snprintf(address, sizeof(address), "10.1.%d.%d", i / 256, i % 256);
		learn(9, SECOND, "more.example", address);
		snprintf(address, sizeof(address), "10.0.%d.%d", (i + 1) / 256, (i + 1) % 256);
		assert_string_equal(peer_of(9, SECOND, address).query, "");
	}
	assert_string_equal(peer_of(9, SECOND, "10.0.0.0").query, "again.example");
	assert_string_equal(peer_of(9, SECOND, "10.1.0.0").query, "more.example");
	learn(9, SECOND, "last.example", "10.2.0.0");
	assert_string_equal(peer_of(9, SECOND, "10.0.0.0").query, "");
	assert_string_equal(peer_of(9, SECOND, "10.1.0.0").query, "more.example");
}

/* Messages as dns shows them: queries, codes, the smallest time to live. */
static void messages_are_parsed(void **state)
{
	struct dns_message parsed;
	struct message m;

	(void)state;
	begin(&m, "www.example.net", 2);
	put_name(&m, "@12");
	put(&m, "\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\1", 14);
	put_name(&m, "@12");
	put(&m, "\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\2", 14);
	assert_true(dns_parse(&parsed, m.bytes, m.length, NULL, NULL));
	assert_string_equal(parsed.name, "www.example.net");
	assert_true(parsed.is_answer && !parsed.is_truncated && !parsed.rcode);
	assert_int_equal(parsed.id, 4711);
	assert_int_equal(parsed.records, 2);
	assert_int_equal(parsed.ttl, 60);
	/* Truncated within the last record: what is before it counts. */
	assert_true(dns_parse(&parsed, m.bytes, m.length - 16, NULL, NULL));
	assert_int_equal(parsed.ttl, 300);
	m.bytes[2] = 0x01;
	m.bytes[3] = 0x00;
	assert_true(dns_parse(&parsed, m.bytes, m.length, NULL, NULL) && !parsed.is_answer);
	m.bytes[2] = 0x83;
	m.bytes[3] = 0x85;
	assert_true(dns_parse(&parsed, m.bytes, m.length, NULL, NULL) && parsed.is_truncated);
	assert_int_equal(parsed.rcode, 5);
	m.bytes[2] = 0x28; /* another kind of query */
	assert_false(dns_parse(&parsed, m.bytes, m.length, NULL, NULL));
	begin(&m, "", 0);
	assert_true(dns_parse(&parsed, m.bytes, m.length, NULL, NULL));
	assert_string_equal(parsed.name, ".");
	assert_false(dns_parse(&parsed, m.bytes, 11, NULL, NULL));
}

static void types_have_names(void **state)
{
	char name[16];

	(void)state;
	dns_type_name(name, sizeof(name), 28);
	assert_string_equal(name, "AAAA");
	dns_type_name(name, sizeof(name), 65535);
	assert_string_equal(name, "TYPE65535");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_parsed),       cmocka_unit_test(types_have_names),
		cmocka_unit_test(aliases_lead_to_addresses), cmocka_unit_test(other_records_are_passed_over),
		cmocka_unit_test(the_end_may_be_missing),    cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(pointers_come_to_an_end),   cmocka_unit_test(names_are_text),
		cmocka_unit_test(garbage_does_no_harm),      cmocka_unit_test(peers_have_names),
		cmocka_unit_test(loopback_is_localhost),     cmocka_unit_test(the_oldest_name_goes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
