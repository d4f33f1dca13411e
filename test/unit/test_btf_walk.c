/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_btf_walk.c: two alternating walks over types find what one finds, even if the second starts at a wrong
 * offset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/btf.h>

#include "core/kernel/btf/walk.h"

#define TYPES   20011
#define MEMBERS 60013
#define NAMES   (1U << 20)
#define NAME    4365U /* 45 * 97 */

static uint32_t words[8 * TYPES + 3 * MEMBERS], n_words;
static uint32_t offsets[TYPES + 1], count; /* of the types by id, in bytes */

static void begin(uint32_t kind, uint32_t parts)
{
	offsets[++count] = n_words * 4;
	words[n_words++] = count % 97 ? count : NAME;
	words[n_words++] = kind << 24 | parts;
	words[n_words++] = 8;
}

/* Parts that look like pointers, types of 12 bytes. */
static void parts(uint32_t n, uint32_t each)
{
	for (uint32_t i = 0; i < n; i++) {
		memset(&words[n_words], 0, 4 * each);
		words[n_words + 1] = BTF_KIND_PTR << 24;
		n_words += each;
	}
}

/* members: of one struct in the middle. */
static void make(uint32_t members)
{
	n_words = count = 0;
	for (uint32_t i = 0; i < TYPES; i++) {
		uint32_t n = i % 7;

		if (i == TYPES / 2) {
			begin(BTF_KIND_STRUCT, members);
			parts(members, 3);
		} else if (i % 3 == 0) {
			begin(BTF_KIND_FUNC_PROTO, n);
			parts(n, 2);
		} else {
			begin(i % 3 == 1 ? BTF_KIND_PTR : BTF_KIND_FUNC, 0);
		}
	}
}

static void check_walk(uint32_t split)
{
	struct btf_walk walk = { .types = (const void *)words, .size = 4 * n_words, .names_size = NAMES };
	static struct bloom bloom;
	uint32_t seen = 0;

	bloom_set(&bloom, mixed(NAME));
	assert_true(btf_walk_run(&walk, &bloom));
	assert_int_equal(walk.parts[0].count + walk.parts[1].count, count);
	assert_int_equal(!!walk.parts[1].count, split);
	assert_null(btf_walk_at(&walk, 0));
	assert_null(btf_walk_at(&walk, count + 1));
	for (uint32_t id = 1; id <= count; id++)
		assert_ptr_equal(btf_walk_at(&walk, id), (const char *)words + offsets[id]);
	for (int part = 0; part < 2; part++) {
		for (uint32_t i = 0; i < walk.parts[part].n_marks; i++) {
			const struct btf_mark *mark = &walk.parts[part].marks[i];

			assert_int_equal(mark->at, offsets[mark->id]);
			seen += words[mark->at / 4] == NAME;
		}
	}
	assert_int_equal(seen, count / 97);
	btf_walk_end(&walk);
}

static void both_find_all(void **state)
{
	(void)state;
	make(5);
	check_walk(true);
}

/* The second walk starts in the middle of a struct, and reads its members as types. */
static void a_wrong_guess_is_seen(void **state)
{
	(void)state;
	make(MEMBERS);
	check_walk(false);
}

/* Truncated types and unknown kinds, in either half. */
static void what_is_not_understood_is_refused(void **state)
{
	static struct bloom none;

	(void)state;
	make(5);
	for (uint32_t id = 1; id <= count; id += 499) {
		struct btf_walk walk = { .types = (const void *)words, .size = 4 * n_words, .names_size = NAMES };
		uint32_t *info = &words[offsets[id] / 4 + 1], before = *info;

		*info = 31U << 24;
		assert_false(btf_walk_run(&walk, &none));
		btf_walk_end(&walk);
		*info = before;
		walk = (struct btf_walk){ .types = (const void *)words, .size = offsets[id] + 4, .names_size = NAMES };
		assert_false(btf_walk_run(&walk, &none));
		btf_walk_end(&walk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_find_all),
		cmocka_unit_test(a_wrong_guess_is_seen),
		cmocka_unit_test(what_is_not_understood_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
