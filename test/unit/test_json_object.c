/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_json_object.c: JSON objects by tables of their keys, and the check that no key is missing. */
#include "core/base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/error.h"

static const struct json_key inner_keys[] = { { "name", JSON_TEXT }, {} };

static const struct json_key keys[] = {
	{ "ts", JSON_TIME },
	{ "state", JSON_TEXT, .nullable = true, JSON_TEXTS("open", "closed") },
	{ "right", JSON_BOOL },
	{ "count", JSON_NUMBER, .nullable = true },
	{ "seconds", JSON_FRACTION },
	{ "numbers", JSON_LIST },
	{ "names", JSON_LIST, .objects = inner_keys },
	{},
};

static void put_name(struct json_object *list, const char *name)
{
	struct json_object inner;

	json_element(list);
	json_begin(&inner, list->text, inner_keys);
	json_text(&inner, "name", name);
	json_end(&inner);
}

static void put(struct text *text, const char *state, bool count)
{
	struct json_object object;

	json_begin(&object, text, keys);
	json_time(&object, "ts", 1500000000);
	json_text(&object, "state", state);
	json_bool(&object, "right", count);
	if (count)
		json_number(&object, "count", UINT64_MAX);
	else
		json_null(&object, "count");
	json_fraction(&object, "seconds", 2000030);
	json_list(&object, "numbers");
	for (uint64_t i = 0; count && i < 2; i++) {
		json_element(&object);
		text_unsigned(text, i);
	}
	json_list_end(&object);
	json_list(&object, "names");
	put_name(&object, "a\"b{");
	put_name(&object, "[");
	json_list_end(&object);
	json_end(&object);
}

static void test_values(void **state)
{
	static const char first[] = "{\"ts\":\"1970-01-01T00:00:01.500000000Z\",\"state\":\"open\",\"right\":true,"
				    "\"count\":18446744073709551615,\"seconds\":2.000030,\"numbers\":[0,1],"
				    "\"names\":[{\"name\":\"a\\\"b{\"},{\"name\":\"[\"}]}";
	static const char second[] = "{\"ts\":\"1970-01-01T00:00:01.500000000Z\",\"state\":null,\"right\":false,"
				     "\"count\":null,\"seconds\":2.000030,\"numbers\":[],"
				     "\"names\":[{\"name\":\"a\\\"b{\"},{\"name\":\"[\"}]}";
	struct text text = { 0 };

	(void)state;
	clock_set(0);
	put(&text, "open", true);
	assert_int_equal(text.length, strlen(first));
	assert_memory_equal(text.data, first, text.length);
	text.length = 0;
	put(&text, NULL, false);
	assert_int_equal(text.length, strlen(second));
	assert_memory_equal(text.data, second, text.length);
	text_free(&text);
}

static void other_key(struct json_object *object, struct text *text)
{
	json_begin(object, text, inner_keys);
	json_text(object, "names", "a");
}

static void other_kind(struct json_object *object, struct text *text)
{
	json_begin(object, text, inner_keys);
	json_bool(object, "name", true);
}

static void forgotten(struct json_object *object, struct text *text)
{
	json_begin(object, text, inner_keys);
	json_end(object);
}

static void too_many(struct json_object *object, struct text *text)
{
	json_begin(object, text, inner_keys);
	json_text(object, "name", "a");
	json_text(object, "name", "b");
}

static void never_null(struct json_object *object, struct text *text)
{
	json_begin(object, text, inner_keys);
	json_text(object, "name", NULL);
}

static void other_text(struct json_object *object, struct text *text)
{
	json_begin(object, text, keys + 1);
	json_text(object, "state", "ajar");
}

/* Each of these mistakes must end the program. */
static void (*const mistakes[])(struct json_object *object, struct text *text) = { other_key, other_kind, forgotten,
										   too_many,  never_null, other_text };

static void test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		pid_t pid = fork();
		int status;

		if (!pid) {
			struct json_object object;
			struct text text = { 0 };

			close(STDERR_FILENO);
			mistakes[i](&object, &text);
			_exit(EXIT_DONE);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EXIT_FAILED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values), cmocka_unit_test(test_mistakes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
