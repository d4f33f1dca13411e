/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_why.c: the rules of `nettrace why`: what each finds, and the look-alikes that it must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/why_rules.h"
#include "core/names/tcp.h"
#include "probes/sockets.h"
#include "probes/tcpaccept.h"
#include "probes/tcpconnect.h"
#include "probes/tcpconnlat.h"
#include "probes/tcpdrop.h"
#include "probes/tcplife.h"
#include "probes/tcpretrans.h"
#include "probes/tcprst.h"

#define MS          1000000ULL
#define SECOND      (1000 * MS)
#define BEGUN       (100 * SECOND)
#define ESTABLISHED 1
#define SYN_SENT    2
#define FIN_WAIT2   5

extern const struct tool sockets, tcpaccept, tcpconnect, tcpconnlat, tcpdrop, tcplife, tcpretrans, tcprst;

static struct why_target target;
static struct why_model model;
static struct why_findings findings;

static int begin(void **state)
{
	(void)state;
	memset(&target, 0, sizeof(target));
	memset(&findings, 0, sizeof(findings));
	why_model_start(&model, &target, why_is_trouble);
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(findings.each);
	why_model_stop(&model);
	return 0;
}

static void judge_all(void)
{
	static const struct ledger nothing;
	struct event_span span = { .begun = BEGUN, .ended = BEGUN + 10 * SECOND };

	why_model_ledger(&model, &tcprst, &nothing);
	why_model_ledger(&model, &tcpdrop, &nothing);
	why_model_end(&model);
	free(findings.each);
	why_judge(&findings, &model, &span);
}

static const struct why_finding *find(enum why_code code)
{
	for (size_t i = 0; i < findings.count; i++)
		if (findings.each[i].code == code)
			return &findings.each[i];
	return NULL;
}

/* The only finding. */
static const struct why_finding *only(enum why_code code)
{
	judge_all();
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.each[0].code, code);
	return &findings.each[0];
}

static void nothing_is_found(void)
{
	judge_all();
	assert_int_equal(findings.count, 0);
}

/* ---- events ---- */

/* 10.0.0.1, port `port` of this machine, to or from 10.0.0.2, port 80. */
static struct event ends(uint16_t port, uint64_t ms)
{
	struct event event = { .ts = BEGUN + ms * MS,
			       .pid = 4711,
			       .comm = "curl",
			       .owner = OWNER_EXACT,
			       .lport = port,
			       .rport = 80,
			       .family = 4,
			       .protocol = IPPROTO_TCP };

	inet_pton(AF_INET6, "::ffff:10.0.0.1", event.laddr);
	inet_pton(AF_INET6, "::ffff:10.0.0.2", event.raddr);
	return event;
}

/* The same connection as its other end sees it. */
static struct event opposite(uint16_t port, uint64_t ms)
{
	struct event event = ends(80, ms);
	uint8_t address[16];

	memcpy(address, event.laddr, 16);
	memcpy(event.laddr, event.raddr, 16);
	memcpy(event.raddr, address, 16);
	event.rport = port;
	memcpy(event.comm, "nginx", 6);
	event.pid = 80;
	return event;
}

static void add(const struct tool *tool, const struct event *event, size_t size)
{
	why_model_event(&model, tool, event, size, event->ts);
}

#define ADD(tool, ...) add(&tool, &((__typeof__(__VA_ARGS__)[]){ __VA_ARGS__ })->common, sizeof(__VA_ARGS__))

static void attempt(uint16_t port, uint64_t ms, uint8_t result, int error, uint64_t took)
{
	struct tcpconnect_event e = {
		.common = ends(port, ms), .duration = took * MS, .error = error, .result = result
	};

	why_model_event(&model, &tcpconnect, &e.common, sizeof(e), e.common.ts + e.duration);
}

static void reset(struct event common, uint8_t direction, uint8_t by, uint8_t state)
{
	struct tcprst_event e = { .common = common,
				  .direction = direction,
				  .by = by,
				  .state = state,
				  .reason = UINT32_MAX,
				  .port = 80,
				  .unread = NOT_KNOWN };

	ADD(tcprst, e);
}

static void retransmitted(struct event common, uint8_t cause, uint16_t segments)
{
	struct tcpretrans_event e = { .common = common, .cause = cause, .segments = segments };

	ADD(tcpretrans, e);
}

static void dropped(struct event common, uint32_t reason, uint16_t flags)
{
	struct tcpdrop_event e = { .common = common, .reason = reason, .flags = flags };

	memcpy(e.saddr, common.laddr, 16);
	e.sport = common.lport;
	ADD(tcpdrop, e);
}

/* A life that ended, in which nothing was remarkable. */
static struct tcplife_event life(struct event common, uint64_t ms)
{
	return (struct tcplife_event){ .common = common,
				       .tx_bytes = 100000,
				       .rx_bytes = 1000,
				       .duration = ms * MS,
				       .role = ROLE_CLIENT,
				       .state = TCP_STATE_CLOSE,
				       .limits = { .tick_ns = 4 * MS, .busy = ms * MS, .min_rtt_us = 200 } };
}

/* ---- attempts ---- */

static void a_healthy_connection_is_forgotten(void **state)
{
	(void)state;
	attempt(40000, 0, RESULT_OK, 0, 1);
	ADD(tcplife, life(ends(40000, 500), 400));
	nothing_is_found();
	assert_int_equal(model.n_connections, 0);
	assert_int_equal(model.seen.connected, 1);
	assert_int_equal(model.seen.tx_bytes, 100000);
}

static void a_reset_refuses(void **state)
{
	const struct why_finding *found;

	(void)state;
	reset(ends(40000, 1), RESET_GOT, BY_REFUSED, SYN_SENT);
	attempt(40000, 0, RESULT_REFUSED, ECONNREFUSED, 1);
	attempt(40001, 5, RESULT_REFUSED, ECONNREFUSED, 1);
	reset(ends(40001, 6), RESET_GOT, BY_REFUSED, SYN_SENT);
	found = only(WHY_CONNECT_REFUSED);
	assert_int_equal(found->connections, 2);
	assert_int_equal(found->certainty, WHY_PROVED);
	assert_string_equal(found->sentence,
			    "10.0.0.2:80 refuses: 2 attempts refused by RST (nobody listens there, or a "
			    "firewall rejects)");
}

static void icmp_refuses_without_a_reset(void **state)
{
	(void)state;
	attempt(40000, 0, RESULT_REFUSED, ECONNREFUSED, 1);
	assert_int_equal(only(WHY_CONNECT_REFUSED)->certainty, WHY_SUPPORTED);
}

static void nobody_listens_here(void **state)
{
	const struct why_finding *found;

	(void)state;
	reset(opposite(40000, 0), RESET_SENT, BY_NOBODY, 0);
	attempt(40000, 0, RESULT_REFUSED, ECONNREFUSED, 1);
	found = only(WHY_CONNECT_REFUSED);
	assert_true(found->local);
	assert_int_equal(found->connections, 1);
	assert_string_equal(found->sentence, "nobody listens on 10.0.0.2:80: 1 attempt refused");
}

/* A scan of ports is no trouble of this machine. */
static void a_scan_is_a_note(void **state)
{
	(void)state;
	for (uint16_t port = 1; port < 20; port++) {
		struct event event = opposite(50000, port);

		event.lport = port;
		reset(event, RESET_SENT, BY_NOBODY, 0);
	}
	judge_all();
	assert_int_equal(findings.count, 19);
	assert_false(findings.each[0].trouble);
}

static void no_syn_is_answered(void **state)
{
	(void)state;
	retransmitted(ends(40000, 1000), CAUSE_SYN, 1);
	attempt(40000, 0, RESULT_TIMED_OUT, ETIMEDOUT, 3000);
	assert_int_equal(only(WHY_CONNECT_NO_ANSWER)->certainty, WHY_PROVED);
	assert_int_equal(findings.each[0].events, 2);
}

/* It gave up at once: the peer had no time to answer. */
static void an_abandoned_attempt_is_nothing(void **state)
{
	(void)state;
	attempt(40000, 0, RESULT_ABANDONED, 0, 20);
	nothing_is_found();
}

static void a_lost_syn_makes_the_connection_slow(void **state)
{
	struct tcpconnlat_event e = {
		.common = ends(40000, 1040), .latency = 1040 * MS, .syns = 2, .result = RESULT_OK
	};

	(void)state;
	retransmitted(ends(40000, 1000), CAUSE_SYN, 1);
	ADD(tcpconnlat, e);
	attempt(40000, 0, RESULT_OK, 0, 1040);
	assert_int_equal(only(WHY_CONNECT_SLOW)->number, 1040 * MS);
}

/* A satellite: the round-trip time is the latency. */
static void a_long_way_is_not_slow(void **state)
{
	struct tcplife_event e = life(ends(40000, 5000), 4000);

	(void)state;
	attempt(40000, 0, RESULT_OK, 0, 620);
	e.limits.min_rtt_us = 610000;
	ADD(tcplife, e);
	nothing_is_found();
}

static void the_way_is_unreachable(void **state)
{
	(void)state;
	attempt(0, 0, RESULT_UNREACHABLE, ENETUNREACH, 0);
	attempt(0, 1, RESULT_UNREACHABLE, ENETUNREACH, 0);
	assert_int_equal(only(WHY_CONNECT_UNREACHABLE)->connections, 2);
}

/* A rule that drops, or rejects with ICMP; the SYN of another attempt arrives. */
static void a_rule_here_drops_the_syn(void **state)
{
	(void)state;
	dropped(opposite(40000, 0), 4, 2);
	attempt(40000, 0, RESULT_ABANDONED, 0, 1);
	attempt(40001, 0, RESULT_OK, 0, 1);
	assert_int_equal(only(WHY_CONNECT_BLOCKED_HERE)->connections, 1);
	assert_int_equal(findings.each[0].certainty, WHY_PROVED);
}

/* tcpdrop reports the SYN for a port without a listener, too. */
static void no_socket_is_no_rule(void **state)
{
	(void)state;
	reset(opposite(40000, 0), RESET_SENT, BY_NOBODY, 0);
	reset(ends(40000, 0), RESET_GOT, BY_REFUSED, SYN_SENT);
	attempt(40000, 0, RESULT_REFUSED, ECONNREFUSED, 1);
	assert_true(only(WHY_CONNECT_REFUSED)->local);
}

static void ports_are_exhausted(void **state)
{
	struct sockets_event e = { .common = ends(40001, 9000), .kind = KIND_TIME_WAIT, .walks = 2, .state = 6 };

	(void)state;
	add(&sockets, &e.common, sizeof(e));
	attempt(0, 0, RESULT_FAILED, EADDRNOTAVAIL, 0);
	assert_int_equal(only(WHY_PORTS_EXHAUSTED)->certainty, WHY_SUPPORTED);
	assert_int_equal(findings.each[0].n_evidence, 2);
}

static void a_program_forbids_it(void **state)
{
	(void)state;
	attempt(0, 0, RESULT_FAILED, EPERM, 0);
	assert_string_equal(only(WHY_CONNECT_FAILED)->subject, "10.0.0.2:80 with EPERM");
}

/* ---- listeners ---- */

static void overflow(uint64_t ms)
{
	struct tcpdrop_event e = { .common = opposite(40000, ms), .reason = REASON_LISTEN_OVERFLOW, .flags = 2 };

	memcpy(e.saddr, e.common.raddr, 16);
	e.sport = e.common.rport;
	e.values = (struct drop_values){ .queue = 129, .queue_limit = 128, .half_open = 0, .somaxconn = 128 };
	ADD(tcpdrop, e);
}

/* The client's trouble has the same cause: one finding. */
static void a_full_queue_explains_its_clients(void **state)
{
	const struct why_finding *found;

	(void)state;
	overflow(0);
	overflow(1000);
	retransmitted(ends(40000, 1000), CAUSE_SYN, 1);
	attempt(40000, 0, RESULT_ABANDONED, 0, 2000);
	found = only(WHY_ACCEPT_QUEUE_FULL);
	assert_int_equal(found->events, 2);
	assert_int_equal(found->limit, 128);
	assert_string_equal(found->who.comm, "nginx");
}

static void accept_takes_its_time(void **state)
{
	struct tcpaccept_event e = { .common = opposite(40000, 3000), .wait = 2500 * MS, .queue = 0, .limit = 128 };

	(void)state;
	ADD(tcpaccept, e);
	assert_int_equal(only(WHY_ACCEPT_SLOW)->number, 2500 * MS);
}

static void a_short_wait_is_nothing(void **state)
{
	struct tcpaccept_event e = { .common = opposite(40000, 3000), .wait = 50 * MS, .queue = 100, .limit = 128 };

	(void)state;
	ADD(tcpaccept, e);
	nothing_is_found();
}

/* ---- resets ---- */

static void the_peer_resets(void **state)
{
	(void)state;
	reset(ends(40000, 10), RESET_GOT, BY_PEER, ESTABLISHED);
	assert_true(only(WHY_RESET_BY_PEER)->trouble);
}

static void a_reset_after_the_end_is_nothing(void **state)
{
	(void)state;
	reset(ends(40000, 10), RESET_GOT, BY_PEER, FIN_WAIT2);
	nothing_is_found();
}

/* Both ends are here: the sender's has the cause. */
static void both_ends_have_one_verdict(void **state)
{
	(void)state;
	reset(opposite(40000, 10), RESET_SENT, BY_UNREAD, ESTABLISHED);
	reset(ends(40000, 10), RESET_GOT, BY_PEER, ESTABLISHED);
	assert_true(only(WHY_RESET_BY_US_UNREAD)->trouble);
}

static void a_client_may_stop_reading(void **state)
{
	(void)state;
	reset(ends(40000, 10), RESET_SENT, BY_UNREAD, ESTABLISHED);
	assert_false(only(WHY_RESET_BY_US_UNREAD)->trouble);
}

static void linger_is_a_note(void **state)
{
	(void)state;
	reset(ends(40000, 10), RESET_SENT, BY_LINGER, ESTABLISHED);
	assert_false(only(WHY_RESET_BY_US)->trouble);
}

/* The same ports again: another connection. */
static void ports_are_used_again(void **state)
{
	(void)state;
	attempt(40000, 0, RESULT_OK, 0, 1);
	ADD(tcplife, life(ends(40000, 50), 40));
	attempt(40000, 60, RESULT_OK, 0, 1);
	reset(ends(40000, 90), RESET_GOT, BY_PEER, ESTABLISHED);
	ADD(tcplife, life(ends(40000, 90), 20));
	assert_int_equal(only(WHY_RESET_BY_PEER)->connections, 1);
	assert_int_equal(model.seen.connected, 2);
}

/* ---- limits and loss ---- */

static void the_peer_takes_its_time(void **state)
{
	struct tcplife_event e = life(ends(40000, 2000), 1800);

	(void)state;
	e.limits.rwnd = 1500 * MS;
	ADD(tcplife, e);
	assert_true(only(WHY_PEER_READS_SLOWLY)->trouble);
}

/* A fast download is limited by something, too. */
static void a_fast_connection_is_a_note(void **state)
{
	struct tcplife_event e = life(ends(40000, 2000), 1800);

	(void)state;
	e.limits.rwnd = 1500 * MS;
	e.tx_bytes = 900000000;
	ADD(tcplife, e);
	assert_false(only(WHY_PEER_READS_SLOWLY)->trouble);
}

static void the_send_buffer_is_small(void **state)
{
	struct tcplife_event e = life(ends(40000, 2000), 1800);

	(void)state;
	e.limits.sndbuf = 1500 * MS;
	ADD(tcplife, e);
	assert_true(only(WHY_OWN_SNDBUF)->trouble);
}

static struct sockets_event walked(struct event common, uint32_t walk, uint32_t unread)
{
	struct sockets_event e = { .common = common, .kind = KIND_PROCESS, .walks = walk, .state = ESTABLISHED };

	e.now.recv_queue = e.before.recv_queue = unread;
	e.limits = (struct limits){ .tick_ns = 4 * MS, .unread = unread, .unread_ns = unread ? 2 * SECOND : 0 };
	return e;
}

static void nobody_reads(void **state)
{
	struct sockets_event e = walked(ends(40000, 9000), 2, 65536);

	(void)state;
	e.limits.closed = 1;
	ADD(sockets, e);
	assert_true(only(WHY_WE_READ_SLOWLY)->trouble);
}

/* The window is open: the process may have something better to do. */
static void unread_data_alone_is_nothing(void **state)
{
	(void)state;
	ADD(sockets, walked(ends(40000, 9000), 2, 65536));
	nothing_is_found();
}

/* Only what grew between the walks counts. */
static void old_limits_are_nothing(void **state)
{
	struct sockets_event before = walked(ends(40000, 0), 1, 0), now = walked(ends(40000, 9000), 2, 0);

	(void)state;
	before.limits.rwnd = now.limits.rwnd = 3600 * SECOND;
	ADD(sockets, before);
	ADD(sockets, now);
	nothing_is_found();
	assert_int_equal(model.seen.older, 1);
}

static void segments_are_lost_beyond(void **state)
{
	(void)state;
	retransmitted(ends(40000, 300), CAUSE_RTO, 2);
	retransmitted(ends(40000, 500), CAUSE_FAST, 2);
	ADD(tcplife, life(ends(40000, 2000), 1800));
	assert_int_equal(only(WHY_LOSS_BEYOND)->certainty, WHY_SUPPORTED);
	assert_int_equal(findings.each[0].number, 4);
}

static void probes_are_no_loss(void **state)
{
	(void)state;
	retransmitted(ends(40000, 300), CAUSE_TLP, 9);
	ADD(tcplife, life(ends(40000, 2000), 1800));
	nothing_is_found();
}

static void little_loss_is_nothing(void **state)
{
	struct tcplife_event e = life(ends(40000, 2000), 1800);

	(void)state;
	retransmitted(ends(40000, 300), CAUSE_FAST, 9);
	e.tx_bytes = 10000000;
	ADD(tcplife, e);
	nothing_is_found();
}

static void segments_are_dropped_here(void **state)
{
	(void)state;
	dropped(ends(40000, 200), 4, 0x18);
	retransmitted(ends(40000, 300), CAUSE_RTO, 4);
	ADD(tcplife, life(ends(40000, 2000), 1800));
	assert_int_equal(only(WHY_LOSS_HERE)->certainty, WHY_PROVED);
}

/* A firewall that drops acknowledgements: the sender asks with tail loss probes. */
static void acknowledgements_are_dropped_here(void **state)
{
	(void)state;
	for (uint64_t ms = 200; ms < 203; ms++)
		dropped(ends(40000, ms), 4, 0x10);
	retransmitted(ends(40000, 300), CAUSE_TLP, 1);
	ADD(tcplife, life(ends(40000, 2000), 1800));
	assert_int_equal(only(WHY_LOSS_HERE)->limit, 3);
}

/* Its absence had no effect. */
static void a_dropped_packet_alone_is_nothing(void **state)
{
	(void)state;
	dropped(ends(40000, 200), 4, 0x10);
	ADD(tcplife, life(ends(40000, 2000), 1800));
	nothing_is_found();
}

static void the_peer_is_gone(void **state)
{
	struct tcplife_event e = life(ends(40000, 2000), 1800);

	(void)state;
	e.error = ETIMEDOUT;
	attempt(40000, 0, RESULT_OK, 0, 1);
	ADD(tcplife, e);
	judge_all();
	assert_non_null(find(WHY_PEER_GONE));
}

/* ---- targets ---- */

static bool is_about(const char *text, const struct event *event)
{
	struct error error;
	struct why_target asked;

	assert_true(why_target_parse(&asked, text, &error));
	return why_target_has(&asked, event);
}

static void targets_select(void **state)
{
	static const char *const bad[] = { ":70000", ":http-", "10.0.0.300", "10.0.0.0/33", "0-0-" };
	struct event event = ends(40000, 0);
	struct why_target asked;
	struct error error;

	(void)state;
	assert_true(is_about(NULL, &event));
	assert_true(is_about(":80", &event));
	assert_true(is_about(":40000", &event));
	assert_false(is_about(":81", &event));
	assert_true(is_about("4711", &event));
	assert_false(is_about("471", &event));
	assert_true(is_about("curl", &event));
	assert_true(is_about("c*", &event));
	assert_false(is_about("nginx", &event));
	assert_true(is_about("10.0.0.2", &event));
	assert_true(is_about("nginx,10.0.0.0/8", &event));
	assert_false(is_about("::1", &event));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(why_target_parse(&asked, bad[i], &error));
}

static void every_code_has_words(void **state)
{
	struct text text = { 0 };

	(void)state;
	for (int i = 0; i < WHY_CODES; i++) {
		struct why_finding finding = { .code = (enum why_code)i, .subject = "10.0.0.1:80" };

		assert_non_null(why_texts[i].name);
		assert_non_null(why_texts[i].remedy);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(why_texts[i].name, why_texts[j].name);
		text.length = 0;
		why_texts[i].sentence(&text, &finding);
		assert_true(text.length > 0);
	}
	text_free(&text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_healthy_connection_is_forgotten),
		TEST(a_reset_refuses),
		TEST(icmp_refuses_without_a_reset),
		TEST(nobody_listens_here),
		TEST(a_scan_is_a_note),
		TEST(no_syn_is_answered),
		TEST(an_abandoned_attempt_is_nothing),
		TEST(a_lost_syn_makes_the_connection_slow),
		TEST(a_long_way_is_not_slow),
		TEST(the_way_is_unreachable),
		TEST(a_rule_here_drops_the_syn),
		TEST(no_socket_is_no_rule),
		TEST(ports_are_exhausted),
		TEST(a_program_forbids_it),
		TEST(a_full_queue_explains_its_clients),
		TEST(accept_takes_its_time),
		TEST(a_short_wait_is_nothing),
		TEST(the_peer_resets),
		TEST(a_reset_after_the_end_is_nothing),
		TEST(both_ends_have_one_verdict),
		TEST(a_client_may_stop_reading),
		TEST(linger_is_a_note),
		TEST(ports_are_used_again),
		TEST(the_peer_takes_its_time),
		TEST(a_fast_connection_is_a_note),
		TEST(the_send_buffer_is_small),
		TEST(nobody_reads),
		TEST(unread_data_alone_is_nothing),
		TEST(old_limits_are_nothing),
		TEST(segments_are_lost_beyond),
		TEST(probes_are_no_loss),
		TEST(little_loss_is_nothing),
		TEST(segments_are_dropped_here),
		TEST(acknowledgements_are_dropped_here),
		TEST(a_dropped_packet_alone_is_nothing),
		TEST(the_peer_is_gone),
		TEST(targets_select),
		TEST(every_code_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
