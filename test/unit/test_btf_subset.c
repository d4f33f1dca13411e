/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_btf_subset.c: the wanted types as a subset of a BTF: both answer the same queries equally. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/btf.h>

#include "core/kernel/btf/subset.h"

static char path[] = "/tmp/nettrace-brief-XXXXXX";

/* struct outer { struct { u64 skipped; struct inner *to; }; struct inner in[3]; u32 bits:5; } among 500 others. */
static struct btf *make(int *outer, int *function)
{
	struct btf *btf = btf__new_empty();
	int u32 = btf__add_int(btf, "unsigned int", 4, 0), u64 = btf__add_int(btf, "u64", 8, 0);
	int constant = btf__add_const(btf, u64), inner, anonymous, array, pointer, prototype;

	for (int i = 0; i < 500; i++) {
		char name[32];

		snprintf(name, sizeof(name), "other_%d", i);
		btf__add_struct(btf, name, 8);
		btf__add_field(btf, "value", u64, 0, 0);
	}
	inner = btf__add_struct(btf, "inner", 16);
	btf__add_field(btf, "skipped", u64, 0, 0);
	btf__add_field(btf, "value", constant, 64, 0);
	pointer = btf__add_ptr(btf, inner);
	anonymous = btf__add_struct(btf, NULL, 16);
	btf__add_field(btf, "skipped", u64, 0, 0);
	btf__add_field(btf, "to", pointer, 64, 0);
	array = btf__add_array(btf, u32, inner, 3);
	*outer = btf__add_struct(btf, "outer", 72);
	btf__add_field(btf, NULL, anonymous, 0, 0);
	btf__add_field(btf, "in", array, 128, 0);
	btf__add_field(btf, "bits", u32, 512, 5);
	prototype = btf__add_func_proto(btf, u32);
	btf__add_func_param(btf, "of", pointer);
	*function = btf__add_func(btf, "called", BTF_FUNC_STATIC, prototype);
	return btf;
}

static void want(struct wanted *wanted, const char *name, uint32_t kinds)
{
	wanted_add(wanted, name, strlen(name), kinds);
}

static const struct btf_member *member_of(const struct btf *btf, const struct btf_type *type, const char *name)
{
	for (int i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), name))
			return &btf_members(type)[i];
	return NULL;
}

static void file_with(const void *bytes, size_t size)
{
	int fd;

	strcpy(path, "/tmp/nettrace-brief-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static void wanted_types_are_the_same(void **state)
{
	struct wanted *wanted = calloc(1, sizeof(*wanted));
	const struct btf_type *type, *inside;
	struct btf_subset subset = { 0 };
	int outer, function, id;
	struct btf *all = make(&outer, &function), *few;
	const void *bytes;
	__u32 size;

	(void)state;
	bytes = btf__raw_data(all, &size);
	file_with(bytes, size);
	want(wanted, "outer", 1U << BTF_KIND_STRUCT);
	want(wanted, "called", 1U << BTF_KIND_FUNC);
	want(wanted, "nowhere", 1U << BTF_KIND_FUNC);
	want(wanted, "other_7", 1U << BTF_KIND_FUNC); /* no function has this name */
	want(wanted, "to", WANTED_MEMBER);
	want(wanted, "in", WANTED_MEMBER);
	want(wanted, "value", WANTED_MEMBER);
	want(wanted, "bits", WANTED_MEMBER);
	assert_true(wanted->changed);
	assert_true(btf_subset_make(&subset, path, wanted));
	assert_false(wanted->changed);
	few = btf__new(subset.bytes, subset.size);
	assert_non_null(few);
	assert_int_equal(subset.count, btf__type_cnt(few) - 1);
	assert_true(subset.count < 16);

	id = btf__find_by_name_kind(few, "called", BTF_KIND_FUNC);
	assert_true(id > 0);
	assert_int_equal(subset.ids[id - 1], function);
	inside = btf__type_by_id(few, btf__type_by_id(few, (__u32)id)->type);
	assert_int_equal(btf_vlen(inside), 1);

	id = btf__find_by_name_kind(few, "outer", BTF_KIND_STRUCT);
	assert_true(id > 0);
	assert_int_equal(subset.ids[id - 1], outer);
	type = btf__type_by_id(few, (__u32)id);
	assert_int_equal(type->size, 72);
	assert_int_equal(btf_member_bitfield_size(type, (__u32)(member_of(few, type, "bits") - btf_members(type))), 5);
	assert_int_equal(member_of(few, type, "in")->offset & 0xffffff, 128);
	assert_int_equal(btf__resolve_size(few, member_of(few, type, "in")->type), 48);
	inside = btf__type_by_id(few, btf_members(type)[0].type);
	assert_null(member_of(few, inside, "skipped"));
	assert_int_equal(member_of(few, inside, "to")->offset, 64);
	/* The elements of an array are part of the struct. */
	inside = btf__type_by_id(few, btf_array(btf__type_by_id(few, member_of(few, type, "in")->type))->type);
	assert_int_equal(member_of(few, inside, "value")->offset, 64);
	assert_true(btf__find_by_name_kind(few, "other_7", BTF_KIND_STRUCT) < 0);

	btf__free(few);
	btf__free(all);
	btf_subset_free(&subset);
	for (uint32_t i = 0; i < wanted->count; i++)
		free(wanted->names[i].text);
	free(wanted);
	unlink(path);
}

/* Unknown kinds of types and truncated files are refused, so that libbpf gets the whole file. */
static void what_is_not_understood_is_refused(void **state)
{
	struct wanted *wanted = calloc(1, sizeof(*wanted));
	struct btf_subset subset = { 0 };
	int outer, function;
	struct btf *all = make(&outer, &function);
	struct btf_header *header;
	struct btf_type *type;
	const void *bytes;
	char *copy;
	__u32 size;

	(void)state;
	bytes = btf__raw_data(all, &size);
	copy = malloc(size);
	want(wanted, "outer", 1U << BTF_KIND_STRUCT);
	for (__u32 cut = 0; cut < size; cut += cut < 64 ? 1 : 997) {
		file_with(bytes, cut);
		assert_false(btf_subset_make(&subset, path, wanted));
		unlink(path);
	}
	memcpy(copy, bytes, size);
	header = (void *)copy;
	type = (void *)(copy + header->hdr_len + header->type_off);
	type->info = 31U << 24;
	file_with(copy, size);
	assert_false(btf_subset_make(&subset, path, wanted));
	unlink(path);
	assert_false(btf_subset_make(&subset, "/nonexistent", wanted));
	btf__free(all);
	free(copy);
	free(wanted->names[0].text);
	free(wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wanted_types_are_the_same),
		cmocka_unit_test(what_is_not_understood_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
