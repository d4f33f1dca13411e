/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_timeline.c: rows of several tools in order of time, in words, and grouped by connection. */
#include "every_tool.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/rows/flows.h"
#include "core/rows/story.h"
#include "core/rows/timeline.h"
#include "probes/solisten.h"
#include "probes/tcpaccept.h"
#include "probes/tcpconnect.h"
#include "probes/tcpconnlat.h"
#include "probes/tcpdrop.h"
#include "probes/tcplife.h"
#include "probes/tcpretrans.h"
#include "probes/tcpstates.h"
#include "probes/tcptracer.h"

#define MS          1000000ULL
#define SECOND      (1000 * MS)
#define SLACK       TIMELINE_SLACK
#define ESTABLISHED 1
#define SYN_SENT    2
#define SYN_RECV    3
#define CLOSE       7
#define LISTEN      10

/* ---- order ---- */

static void events_come_out_in_order(void **state)
{
	struct reorder reorder = { 0 };
	struct pending_event pending;
	uint64_t last = 0, serial = 0;
	uint32_t random = 1;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 10007; i++) {
		struct event event = { .pid = (__u32)i };

		random = random * 1103515245 + 12345;
		event.ts = random >> 20; /* many equal ones */
		reorder_push(&reorder, event.ts, &event, sizeof(event));
	}
	while (reorder_pop(&reorder, UINT64_MAX, &pending)) {
		assert_true(pending.time > last || (pending.time == last && (!n || pending.serial > serial)));
		assert_int_equal(pending.event->ts, pending.time);
		assert_int_equal(pending.size, sizeof(struct event));
		last = pending.time;
		serial = pending.serial;
		free(pending.event);
		n++;
	}
	assert_int_equal(n, 10007);
	assert_int_equal(reorder.late, 0);
	reorder_free(&reorder);
}

static void what_comes_too_late_is_counted(void **state)
{
	struct reorder reorder = { 0 };
	struct event event = { 0 };
	struct pending_event pending;

	(void)state;
	for (uint64_t time = 10; time < 40; time += 10)
		reorder_push(&reorder, time, &event, sizeof(event));
	assert_true(reorder_pop(&reorder, 25, &pending) && pending.time == 10);
	free(pending.event);
	assert_true(reorder_pop(&reorder, 25, &pending) && pending.time == 20);
	free(pending.event);
	assert_false(reorder_pop(&reorder, 25, &pending));
	reorder_push(&reorder, 15, &event, sizeof(event));
	assert_true(reorder_pop(&reorder, 25, &pending) && pending.time == 15 && pending.late);
	free(pending.event);
	assert_int_equal(reorder.late, 1);
	reorder_free(&reorder); /* with the remaining events */
}

/* ---- words ---- */

#define WORDS(tool, ...) words_of(&tool, &(struct tool##_event){ __VA_ARGS__ }.common, sizeof(struct tool##_event))

static bool wrong;

static const char *words_of(const struct tool *tool, const struct event *event, size_t size)
{
	static char said[256];
	struct field *words = fields_of_columns(tool, tool->story->words);
	struct text text = { 0 };

	wrong = story_words(&text, words, event, size);
	free(words);
	snprintf(said, sizeof(said), "%.*s", (int)text.length, text.data);
	text_free(&text);
	return said;
}

#define says(words, ...) assert_string_equal(__VA_ARGS__, words)

static void changes_in_words(void **state)
{
	(void)state;
	says("ESTABLISHED -> CLOSE after 3.20 ms",
	     WORDS(tcpstates, .oldstate = ESTABLISHED, .newstate = CLOSE, .duration = 3200000));
	says("CLOSE -> SYN_SENT", WORDS(tcpstates, .oldstate = CLOSE, .newstate = SYN_SENT));
	says("ESTABLISHED -> CLOSE",
	     WORDS(tcpstates, .oldstate = ESTABLISHED, .newstate = CLOSE, .duration = NOT_KNOWN));
	says("server session of 75.0 s: sent 0B, received 12.50KB",
	     WORDS(tcplife, .role = ROLE_SERVER, .rx_bytes = 12800, .duration = 75 * SECOND));
	assert_false(wrong);
	says("session: sent 7B, received 0B, retransmitted 3: ECONNRESET",
	     WORDS(tcplife, .tx_bytes = 7, .duration = NOT_KNOWN, .retrans = 3, .error = 104));
	assert_true(wrong);
}

static void attempts_in_words(void **state)
{
	(void)state;
	says("connected after 97 us", WORDS(tcpconnect, .result = RESULT_OK, .duration = 97000));
	assert_false(wrong);
	says("refused after 8.5 us: ECONNREFUSED",
	     WORDS(tcpconnect, .result = RESULT_REFUSED, .error = 111, .duration = 8500));
	assert_true(wrong);
	says("failed: EADDRNOTAVAIL", WORDS(tcpconnect, .result = RESULT_FAILED, .error = 99, .duration = NOT_KNOWN));
	says("still connecting after 1.50 s", WORDS(tcpconnect, .duration = 1500 * MS));
	says("abandoned after 20.0 ms", WORDS(tcpconnlat, .result = RESULT_ABANDONED, .latency = 20 * MS));
	says("accepted after 182 us", WORDS(tcpaccept, .wait = 182000));
	says("accepted, still waiting: 5", WORDS(tcpaccept, .wait = NOT_KNOWN, .queue = 5));
	says("accepted", WORDS(tcptracer, .type = TYPE_ACCEPT, .tx_bytes = NOT_KNOWN, .rx_bytes = NOT_KNOWN,
			       .duration = NOT_KNOWN));
	says("closed after 1.00 ms: sent 5B, received 7B",
	     WORDS(tcptracer, .type = TYPE_CLOSE, .tx_bytes = 5, .rx_bytes = 7, .duration = MS));
	says("TCPv4 listens, backlog 128", WORDS(solisten, .proto = PROTO_TCP, .effective = 128));
	says("TCPv6 cannot listen: EADDRINUSE", WORDS(solisten, .proto = PROTO_TCP + 1, .effective = ~0U, .ret = -98));
}

static void trouble_in_words(void **state)
{
	(void)state;
	says("retransmitted (RTO) in ESTABLISHED", WORDS(tcpretrans, .cause = CAUSE_RTO, .state = ESTABLISHED));
	assert_true(wrong);
	says("SYN retransmitted in SYN_SENT: ENOBUFS",
	     WORDS(tcpretrans, .cause = CAUSE_SYN, .state = SYN_SENT, .err = -105));
	says("dropped SYN", WORDS(tcpdrop, .flags = 2, .reason = ~0U));
	says("dropped in ESTABLISHED", WORDS(tcpdrop, .flags = 0xffff, .state = ESTABLISHED, .reason = ~0U));
	assert_true(wrong);
}

static void every_tool_with_rows_has_a_story(void **state)
{
	const struct tool *tool = *state;
	bool rows = !is_interval_tool(tool) && !(tool->totals && tool->totals->of_states); /* states are no events */

	check(!tool->story == !rows, tool, "story");
	for_each (column, word, tool->story ? tool->story->words : NULL)
		check(*word->name || word->before, tool, "words");
	if (!tool->story)
		return;
	check(tool->story->duration + 8U <= tool->image.event_size, tool, "duration");
	check(tool->story->socket + 8U <= tool->image.event_size, tool, "socket");
	check(tool->story->end < tool->image.event_size, tool, "end");
}

/* ---- the timeline ---- */

static const struct member members[] = {
	{ "tool", F_TEXT, AT(struct timeline_event, tool), .hidden = true },
	{ "what", F_TEXT, AT(struct timeline_event, what), .hidden = true },
	{},
};

static const struct column columns[] = {
	{ "time", .decimals = 6 },
	{ "tool", "TOOL", .width = 10 },
	{ "what", "WHAT" },
	{},
};

static const struct tool shown = {
	.name = "trace", .image.event_size = sizeof(struct timeline_event), .members = members, .columns = columns
};
static struct options options, of_tools[2]; /* tcpstates, tcpconnect */
static struct rows out;
static struct timeline timeline;

static void begin(uint32_t flags, enum format format)
{
	setenv("TZ", "UTC", 1);
	clock_set(0);
	options = (struct options){ .tool = &shown, .format = format, .settings.flags = flags };
	of_tools[0] = (struct options){ .tool = &tcpstates, .format = format };
	of_tools[1] = (struct options){ .tool = &tcpconnect, .format = format };
	rows_start(&out, &options, -1);
	timeline_start(&timeline, &out, of_tools, 2);
}

/* The output since the last call. */
static const char *printed(void)
{
	static char text[1 << 20];

	snprintf(text, sizeof(text), "%.*s", (int)out.printer.text.length, out.printer.text.data);
	out.printer.text.length = 0;
	return text;
}

static void end(void)
{
	timeline_stop(&timeline);
	rows_stop(&out);
}

static struct event head(uint64_t ts, uint16_t lport, uint16_t rport, uint8_t tool)
{
	struct event event = {
		.ts = ts, .lport = lport, .rport = rport, .family = 4, .pid = 42, .owner = OWNER_EXACT, .tool = tool
	};

	strcpy(event.comm, "client");
	for (int i = 0; i < 2; i++) {
		__u8 *address = i ? event.raddr : event.laddr;

		memcpy(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
	}
	return event;
}

static bool change(uint64_t ts, uint16_t lport, uint16_t rport, uint64_t socket, uint8_t from, uint8_t to)
{
	struct tcpstates_event event = {
		.common = head(ts, lport, rport, 0), .skaddr = socket, .oldstate = from, .newstate = to
	};

	return timeline_add(&timeline, &event.common, sizeof(event));
}

static bool attempt(uint64_t ts, uint16_t lport, uint16_t rport, uint64_t duration, uint8_t result)
{
	struct tcpconnect_event event = { .common = head(ts, lport, rport, 1), .duration = duration, .result = result };

	return timeline_add(&timeline, &event.common, offsetof(struct tcpconnect_event, peer));
}

static void rows_wait_for_their_turn(void **state)
{
	(void)state;
	begin(0, FORMAT_TABLE);
	assert_true(change(2 * SECOND, 1, 2, 3, SYN_SENT, ESTABLISHED));
	assert_true(change(1 * SECOND, 1, 2, 3, CLOSE, SYN_SENT));
	timeline_release(&timeline, SECOND + SLACK - 1);
	assert_string_equal(printed(), "");
	timeline_release(&timeline, SECOND + SLACK);
	assert_string_equal(printed(), "00:00:01.000000 tcpstates  CLOSE -> SYN_SENT\n");
	timeline_release(&timeline, 0); /* as far as the events themselves prove: 2 s less the slack */
	assert_string_equal(printed(), "");
	timeline_end(&timeline);
	assert_string_equal(printed(), "00:00:02.000000 tcpstates  SYN_SENT -> ESTABLISHED\n");
	end();
}

static void an_attempt_is_told_when_it_ends(void **state)
{
	(void)state;
	begin(0, FORMAT_TABLE);
	attempt(1 * SECOND, 1, 2, 500 * MS, RESULT_OK);
	change(1200 * MS, 1, 2, 3, CLOSE, SYN_SENT);
	timeline_end(&timeline);
	assert_string_equal(printed(), "00:00:01.200000 tcpstates  CLOSE -> SYN_SENT\n"
				       "00:00:01.500000 tcpconnect connected after 500.0 ms\n");
	end();
}

/* A row delayed while the clock was set has the time that its tool would have printed at once. */
static void rows_keep_their_wall_time(void **state)
{
	const char *text;

	(void)state;
	begin(0, FORMAT_TABLE);
	change(1 * SECOND, 1, 2, 3, CLOSE, SYN_SENT);
	clock_set(3600 * (int64_t)SECOND);
	change(2 * SECOND, 1, 2, 3, SYN_SENT, ESTABLISHED);
	timeline_end(&timeline);
	assert_string_equal(printed(), "00:00:01.000000 tcpstates  CLOSE -> SYN_SENT\n"
				       "01:00:02.000000 tcpstates  SYN_SENT -> ESTABLISHED\n");
	assert_int_equal(clock_offset(), 3600 * (int64_t)SECOND);
	end();

	begin(TIMELINE_FLOW, FORMAT_JSON);
	change(1 * SECOND, 1, 2, 3, SYN_SENT, ESTABLISHED);
	clock_set(3600 * (int64_t)SECOND);
	change(2 * SECOND, 1, 2, 3, ESTABLISHED, CLOSE);
	timeline_end(&timeline);
	text = printed();
	assert_ptr_equal(strstr(text, "{\"ts\":\"1970-01-01T00:00:01.000000000Z\",\"tool\":\"trace\""), text);
	assert_non_null(strstr(text, "\"events\":[{\"ts\":\"1970-01-01T00:00:01.000000000Z\",\"tool\":\"tcpstates\""));
	assert_non_null(strstr(text, "{\"ts\":\"1970-01-01T01:00:02.000000000Z\",\"tool\":\"tcpstates\""));
	assert_non_null(strstr(text, "\"duration_ns\":1000000000,"));
	assert_int_equal(clock_offset(), 3600 * (int64_t)SECOND);
	end();
}

static void no_more_than_was_asked_for(void **state)
{
	(void)state;
	begin(0, FORMAT_TABLE);
	options.count = 2;
	for (uint64_t i = 1; i < 5; i++)
		change(i * SECOND, 1, 2, 3, SYN_SENT, ESTABLISHED);
	timeline_end(&timeline);
	assert_int_equal(text_lines(&out.printer.text), 2);
	assert_false(change(9 * SECOND, 1, 2, 3, SYN_SENT, ESTABLISHED));
	end();
}

static void events_of_no_tool_are_left_out(void **state)
{
	struct event event = head(1, 2, 3, 200);

	(void)state;
	begin(0, FORMAT_TABLE);
	assert_true(timeline_add(&timeline, &event, sizeof(event)));
	timeline_end(&timeline);
	assert_string_equal(printed(), "");
	end();
}

/* ---- connections ---- */

/* The local port is unknown when a socket begins to connect: the socket's address assigns the row. */
static void a_connection_is_a_story(void **state)
{
	(void)state;
	begin(TIMELINE_FLOW, FORMAT_TABLE);
	change(1 * SECOND, 0, 80, 77, CLOSE, SYN_SENT);
	change(1 * SECOND, 80, 1024, 78, CLOSE, SYN_SENT); /* another connection */
	change(1001 * MS, 1024, 80, 77, SYN_SENT, ESTABLISHED);
	attempt(1 * SECOND, 1024, 80, MS, RESULT_OK);
	change(1500 * MS, 1024, 80, 77, ESTABLISHED, CLOSE);
	timeline_release(&timeline, 1500 * MS + SLACK + FLOWS_LINGER - 1);
	assert_string_equal(printed(), "");
	timeline_release(&timeline, 1500 * MS + SLACK + FLOWS_LINGER);
	assert_string_equal(printed(), "00:00:01.000000 client 42  127.0.0.1:1024 > 127.0.0.1:80  over after 500.0 ms\n"
				       "        +0.000 ms  tcpstates  CLOSE -> SYN_SENT\n"
				       "        +1.000 ms  tcpstates  SYN_SENT -> ESTABLISHED\n"
				       "        +1.000 ms  tcpconnect connected after 1.00 ms\n"
				       "      +500.000 ms  tcpstates  ESTABLISHED -> CLOSE\n\n");
	timeline_end(&timeline);
	assert_string_equal(printed(), "00:00:01.000000 client 42  127.0.0.1:80 > 127.0.0.1:1024  its end not seen\n"
				       "        +0.000 ms  tcpstates  CLOSE -> SYN_SENT\n\n");
	end();
}

/* Both tools report the refusal, at the same time: one story. The socket tries again: another story. */
static void another_life_is_another_story(void **state)
{
	const char *text;

	(void)state;
	begin(TIMELINE_FLOW, FORMAT_JSON);
	for (uint64_t i = 0; i < 2; i++) {
		change(SECOND + 2 * i * MS, 0, 80, 77, CLOSE, SYN_SENT);
		attempt(SECOND + 2 * i * MS, 1024, 80, MS, RESULT_REFUSED);
		change(SECOND + (2 * i + 1) * MS, 1024, 80, 77, SYN_SENT, CLOSE);
	}
	timeline_end(&timeline);
	text = printed();
	assert_int_equal(out.outputs, 2);
	for (int i = 0; i < 2; i++) {
		size_t rows = 0;

		assert_ptr_equal(strstr(text, "{\"ts\":"), text);
		assert_non_null(strstr(text, "\"tool\":\"trace\""));
		assert_non_null(strstr(text, ",\"duration_ns\":1000000,\"closed\":true,\"left_out\":0,\"events\":[{"));
		for (const char *at = text; (at = strstr(at, "{\"ts\"")) && at < strchr(text, '\n'); at++)
			rows++;
		assert_int_equal(rows, 4);
		text = strchr(text, '\n') + 1;
	}
	assert_string_equal(text, "");
	end();
}

static size_t stories(void)
{
	timeline_end(&timeline);
	return out.outputs;
}

/* The kernel reuses the memory of a closed socket at once. */
static void an_address_that_is_used_again_is_another_story(void **state)
{
	(void)state;
	begin(TIMELINE_FLOW, FORMAT_TABLE);
	change(1 * SECOND, 80, 0, 77, CLOSE, LISTEN);
	change(2 * SECOND, 80, 0, 77, LISTEN, CLOSE);
	change(2001 * MS, 81, 1024, 77, LISTEN, SYN_RECV);
	change(2002 * MS, 81, 1024, 77, SYN_RECV, CLOSE);
	change(2003 * MS, 82, 0, 77, CLOSE, LISTEN);
	timeline_end(&timeline);
	assert_string_equal(printed(), "00:00:01.000000 client 42  127.0.0.1:80 > 127.0.0.1:0  over after 1.00 s\n"
				       "        +0.000 ms  tcpstates  CLOSE -> LISTEN\n"
				       "     +1000.000 ms  tcpstates  LISTEN -> CLOSE\n\n"
				       "00:00:02.001000 client 42  127.0.0.1:81 > 127.0.0.1:1024  over after 1.00 ms\n"
				       "        +0.000 ms  tcpstates  LISTEN -> SYN_RECV\n"
				       "        +1.000 ms  tcpstates  SYN_RECV -> CLOSE\n\n"
				       "00:00:02.003000 client 42  127.0.0.1:82 > 127.0.0.1:0  its end not seen\n"
				       "        +0.000 ms  tcpstates  CLOSE -> LISTEN\n\n");
	end();
}

/* The same with a missing row: the end of the earlier life, or also the beginning of this one. */
static void a_lost_end_does_not_join_two_stories(void **state)
{
	(void)state;
	begin(TIMELINE_FLOW, FORMAT_TABLE); /* a client that never got its port, then another */
	change(1 * SECOND, 0, 80, 77, CLOSE, SYN_SENT);
	change(2 * SECOND, 0, 80, 77, CLOSE, SYN_SENT);
	change(2001 * MS, 1024, 80, 77, SYN_SENT, ESTABLISHED);
	assert_int_equal(stories(), 2);
	end();

	begin(TIMELINE_FLOW, FORMAT_TABLE); /* a listener, then a client or a server */
	change(1 * SECOND, 80, 0, 77, CLOSE, LISTEN);
	change(2 * SECOND, 1024, 443, 77, SYN_SENT, ESTABLISHED);
	change(3 * SECOND, 80, 0, 78, CLOSE, LISTEN);
	change(4 * SECOND, 80, 1025, 78, LISTEN, SYN_RECV);
	assert_int_equal(stories(), 4);
	end();

	begin(TIMELINE_FLOW, FORMAT_TABLE); /* two sockets with the same ends, one after the other */
	change(1 * SECOND, 1024, 80, 77, SYN_SENT, ESTABLISHED);
	change(2 * SECOND, 1024, 80, 78, SYN_SENT, ESTABLISHED);
	assert_int_equal(stories(), 2);
	end();
}

/* A recording may have any number as a time. */
static void no_time_is_taken_for_a_sign(void **state)
{
	const char *text;

	(void)state;
	begin(TIMELINE_FLOW, FORMAT_TABLE);
	for (int i = 0; i < 3; i++) {
		change(0, 1024, 80, 77, ESTABLISHED, CLOSE);
		change(UINT64_MAX, 1025, 80, 78, ESTABLISHED, CLOSE);
	}
	timeline_release(&timeline, SECOND + SLACK + FLOWS_LINGER);
	assert_int_equal(out.outputs, 3);
	assert_non_null(strstr(printed(), ":1024 > 127.0.0.1:80  over\n"));
	assert_int_equal(stories(), 6);
	end();

	begin(0, FORMAT_TABLE); /* beyond the last time: not at the beginning */
	attempt(UINT64_MAX - 5, 1, 2, 10, RESULT_OK);
	change(SECOND, 1, 2, 3, CLOSE, SYN_SENT);
	timeline_end(&timeline);
	text = printed();
	assert_ptr_equal(strstr(text, "00:00:01.000000 tcpstates"), text);
	end();
}

static void a_long_story_keeps_its_end(void **state)
{
	const char *text;

	(void)state;
	begin(TIMELINE_FLOW, FORMAT_TABLE);
	for (uint64_t i = 0; i < FLOW_ROWS + 7; i++)
		change(SECOND + i * MS, 1024, 80, 77, ESTABLISHED, 8);
	change(9 * SECOND, 1024, 80, 77, 8, CLOSE);
	timeline_end(&timeline);
	text = printed();
	assert_non_null(strstr(text, "    ... 8 rows left out\n     +8000.000 ms  tcpstates  CLOSE_WAIT -> CLOSE\n\n"));
	end();
}

static void too_many_connections_make_room(void **state)
{
	(void)state;
	begin(TIMELINE_FLOW, FORMAT_TABLE);
	for (uint64_t i = 0; i < FLOWS_MOST + 3; i++)
		change(SECOND + i, (uint16_t)(1 + i % 60000), (uint16_t)(1 + i / 60000), 0, CLOSE, SYN_SENT);
	assert_int_equal(out.outputs, 0);
	timeline_release(&timeline, 0);
	timeline_release(&timeline, 2 * SECOND);
	assert_int_equal(out.outputs, 3);
	assert_non_null(strstr(printed(), "  127.0.0.1:3 > 127.0.0.1:1  evicted, its end not seen\n"));
	timeline_end(&timeline);
	assert_int_equal(out.outputs, FLOWS_MOST + 3);
	end();
}

int main(void)
{
	static const struct look looks[] = { LOOK(every_tool_with_rows_has_a_story) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_out_in_order),
		cmocka_unit_test(what_comes_too_late_is_counted),
		cmocka_unit_test(changes_in_words),
		cmocka_unit_test(attempts_in_words),
		cmocka_unit_test(trouble_in_words),
		cmocka_unit_test(rows_wait_for_their_turn),
		cmocka_unit_test(an_attempt_is_told_when_it_ends),
		cmocka_unit_test(rows_keep_their_wall_time),
		cmocka_unit_test(no_more_than_was_asked_for),
		cmocka_unit_test(events_of_no_tool_are_left_out),
		cmocka_unit_test(a_connection_is_a_story),
		cmocka_unit_test(another_life_is_another_story),
		cmocka_unit_test(an_address_that_is_used_again_is_another_story),
		cmocka_unit_test(a_lost_end_does_not_join_two_stories),
		cmocka_unit_test(no_time_is_taken_for_a_sign),
		cmocka_unit_test(a_long_story_keeps_its_end),
		cmocka_unit_test(too_many_connections_make_room),
	};

	return look_at_tools(looks, sizeof(looks) / sizeof(looks[0])) | cmocka_run_group_tests(tests, NULL, NULL);
}
