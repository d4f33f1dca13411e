/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_reasons.c: every reason has one explanation, in short sentences; which values belong to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/names/drop_values.h"
#include "core/names/enums.h"
#include "core/names/reasons.h"

#define WORDS_MAX 25

/* Calls back for each name of the table. */
static void each_name(void (*handle)(const struct reason *reason, const char *name))
{
	const struct reason *reason;

	for (size_t i = 0; (reason = reason_at(i)); i++) {
		char names[512];

		assert_true(strlen(reason->names) < sizeof(names));
		strcpy(names, reason->names);
		for (char *name = strtok(names, ","); name; name = strtok(NULL, ","))
			handle(reason, name);
	}
}

static void is_found(const struct reason *reason, const char *name)
{
	assert_true(*name && strlen(name) < 64);
	assert_ptr_equal(reason_find(name), reason); /* no name stands twice */
}

static void names_are_unique(void **state)
{
	(void)state;
	each_name(is_found);
}

static void texts_are_sentences(void **state)
{
	const struct reason *reason;

	(void)state;
	for (size_t i = 0; (reason = reason_at(i)); i++) {
		size_t length = strlen(reason->text), words = 1;

		assert_int_equal(reason->text[length - 1], '.');
		for (const char *c = reason->text; *c; c++) {
			assert_true(*c >= ' ' && *c <= '~');
			words += *c == ' ';
			if (!strncmp(c, ". ", 2))
				words = 0;
			if (words > WORDS_MAX)
				fail_msg("%s: a long sentence", reason->names);
		}
	}
}

static void is_explained(void *unexplained, uint64_t value, const char *name, const char *short_name)
{
	(void)name;
	if (value > UINT16_MAX || enum_is_limit(short_name) || reason_find(short_name)) /* modules have reasons, too */
		return;
	print_message("no explanation: %s\n", short_name);
	++*(int *)unexplained;
}

static void running_kernel_is_explained(void **state)
{
	int unexplained = 0;

	(void)state;
	enum_each("skb_drop_reason", is_explained, &unexplained);
	enum_each("sk_rst_reason", is_explained, &unexplained);
	assert_int_equal(unexplained, 0);
}

static void unknown_names(void **state)
{
	(void)state;
	assert_null(reason_find(NULL));
	assert_null(reason_find(""));
	assert_null(reason_find("TCP_CSU"));
	assert_null(reason_find("TCP_CSUMS"));
	assert_non_null(strstr(reason_text("TCP_CSU"), "No explanation yet"));
	assert_ptr_equal(reason_find("MPTCP_RST_EMPTCP"), reason_find("MPTCP_RST_ERESOURCE"));
}

static void values(void **state)
{
	struct drop_values drop;
	struct text text = { 0 };

	(void)state;
	memset(&drop, 0xff, sizeof(drop));
	memset(drop.device, 0, sizeof(drop) - offsetof(struct drop_values, device));
	assert_false(drop_values_put(&text, "LISTEN_OVERFLOW", &drop, NULL, 0, true)); /* all unknown */
	assert_false(drop_values_put(&text, "TCP_CSUM", &drop, NULL, 0, true));        /* none belong to it */
	assert_false(drop_values_put(&text, NULL, &drop, NULL, 0, true));
	assert_int_equal(text.length, 0);
	drop.queue = 0;
	memcpy(drop.device, "eth0.1234567.89", 16);
	assert_true(drop_values_put(&text, "LISTEN_OVERFLOW", &drop, NULL, 0, false));
	text_char(&text, '\n');
	assert_true(drop_values_put(&text, "TCP_LISTEN_OVERFLOW", &drop, NULL, 0, true));
	text_char(&text, '\n');
	assert_true(drop_values_put(&text, "XDP", &drop, NULL, 0, true));
	text_char(&text, '\0');
	assert_string_equal(text.data, "queue=0 limit=- net.core.somaxconn=-\n"
				       "{\"queue\":0,\"limit\":null,\"net.core.somaxconn\":null}\n"
				       "{\"device\":\"eth0.1234567.89\"}");
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(texts_are_sentences),
		cmocka_unit_test(running_kernel_is_explained),
		cmocka_unit_test(unknown_names),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
