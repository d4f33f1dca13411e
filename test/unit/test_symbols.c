/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_symbols.c: lookups in small kallsyms files, and in the running kernel's if it is readable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/names/symbols.h"

static struct symbols *open_text(const char *text, size_t length)
{
	char path[] = "/tmp/nettrace-symbols-XXXXXX";
	int fd = mkstemp(path);
	struct symbols *symbols;

	assert_true(fd >= 0);
	for (size_t done = 0; done < length;) {
		ssize_t put = write(fd, text + done, length - done);

		assert_true(put > 0);
		done += (size_t)put;
	}
	close(fd);
	symbols = symbols_open(path);
	unlink(path);
	assert_non_null(symbols);
	return symbols;
}

/* The kernel's part is sorted, modules are not, as in the real file. */
static const char sample[] = "ffffffff81000000 t static_text_start\n"
			     "ffffffff81000000 T _stext\n"
			     "ffffffff81000000 W weak_text\n"
			     "ffffffff81000100 t same_name\n"
			     "ffffffff810001f0 t __pfx_tcp_v4_rcv\n"
			     "ffffffff81000200 T tcp_v4_rcv\n"
			     "ffffffff81000400 t tcp_v4_rcv.cold\n"
			     "ffffffff81000500 w weak\n"
			     "ffffffff82000000 D init_task\n"
			     "ffffffff82000100 b tcp_hashinfo\n"
			     "not a line of this file\n"
			     "\n"
			     "ffffffffc0002000 t nf_out\t[nf_conntrack]\n"
			     "ffffffffc0001000 t nf_in\t[nf_conntrack]\n"
			     "ffffffffc0002800 t same_name\t[nf_conntrack]\n"
			     "ffffffffc0009000 t only_module\t[veth]\n"
			     "ffffffffc0001800 d nf_data\t[nf_conntrack]\n"
			     "ffffffffc0100000 t bpf_prog_6deef7357e7b4530_probe\t[bpf]\n"
			     "ffffffffc0200000 t bpf_prog_0123456789abcdef_last\t[bpf]";

static void expect_at(const struct symbols *symbols, uint64_t address, const char *name, const char *module,
		      uint64_t start, uint64_t end)
{
	struct symbol symbol;

	assert_true(symbols_find(symbols, address, &symbol));
	assert_string_equal(symbol.name, name);
	if (module)
		assert_string_equal(symbol.module, module);
	else
		assert_null(symbol.module);
	assert_true(symbol.start == start);
	assert_true(symbol.end == end);
}

static void addresses_find_functions(void **state)
{
	struct symbols *symbols = open_text(sample, strlen(sample));

	(void)state;
	assert_false(symbols_are_hidden(symbols));
	/* Of three names, the global one. */
	expect_at(symbols, 0xffffffff81000000, "_stext", NULL, 0xffffffff81000000, 0xffffffff81000100);
	expect_at(symbols, 0xffffffff810000ff, "_stext", NULL, 0xffffffff81000000, 0xffffffff81000100);
	/* Padding belongs to the previous function. */
	expect_at(symbols, 0xffffffff810001ff, "same_name", NULL, 0xffffffff81000100, 0xffffffff81000200);
	expect_at(symbols, 0xffffffff81000234, "tcp_v4_rcv", NULL, 0xffffffff81000200, 0xffffffff81000400);
	expect_at(symbols, 0xffffffff81000400, "tcp_v4_rcv.cold", NULL, 0xffffffff81000400, 0xffffffff81000500);
	expect_at(symbols, 0xffffffffc0001fff, "nf_in", "nf_conntrack", 0xffffffffc0001000, 0xffffffffc0002000);
	expect_at(symbols, 0xffffffffc0002004, "nf_out", "nf_conntrack", 0xffffffffc0002000, 0xffffffffc0002800);
	expect_at(symbols, 0xffffffffc0100040, "bpf_prog_6deef7357e7b4530_probe", "bpf", 0xffffffffc0100000,
		  0xffffffffc0110000);
	symbols_close(symbols);
}

/* The last function of the kernel, of a module and of the file ends after 4096 bytes; one of a module after at most 64
 * KiB. */
static void last_functions_end(void **state)
{
	struct symbols *symbols = open_text(sample, strlen(sample));
	struct symbol symbol;

	(void)state;
	expect_at(symbols, 0xffffffff810014ff, "weak", NULL, 0xffffffff81000500, 0xffffffff81001500);
	assert_false(symbols_find(symbols, 0xffffffff81001500, &symbol));
	assert_false(symbols_find(symbols, 0xffffffff82000000, &symbol)); /* data */
	expect_at(symbols, 0xffffffffc0002800, "same_name", "nf_conntrack", 0xffffffffc0002800, 0xffffffffc0003800);
	assert_false(symbols_find(symbols, 0xffffffffc0003800, &symbol));
	assert_false(symbols_find(symbols, 0xffffffffc0110000, &symbol));
	expect_at(symbols, 0xffffffffc0200fff, "bpf_prog_0123456789abcdef_last", "bpf", 0xffffffffc0200000,
		  0xffffffffc0201000);
	assert_false(symbols_find(symbols, 0xffffffffc0201000, &symbol));
	assert_false(symbols_find(symbols, UINT64_MAX, &symbol));
	assert_false(symbols_find(symbols, 0xffffffff80ffffff, &symbol));
	assert_false(symbols_find(symbols, 0, &symbol));
	symbols_close(symbols);
}

static void names_find_addresses(void **state)
{
	struct symbols *symbols = open_text(sample, strlen(sample));
	struct symbol symbol;

	(void)state;
	assert_true(symbols_named(symbols, "tcp_v4_rcv", &symbol));
	assert_true(symbol.start == 0xffffffff81000200 && symbol.end == 0xffffffff81000400);
	assert_null(symbol.module);
	assert_string_equal(symbol.name, "tcp_v4_rcv");
	assert_true(symbols_named(symbols, "same_name", &symbol));
	assert_true(symbol.start == 0xffffffff81000100);
	assert_null(symbol.module);
	assert_true(symbols_named(symbols, "only_module", &symbol));
	assert_true(symbol.start == 0xffffffffc0009000);
	assert_string_equal(symbol.module, "veth");
	/* An alias ends where the next function starts. */
	assert_true(symbols_named(symbols, "weak_text", &symbol));
	assert_true(symbol.start == 0xffffffff81000000 && symbol.end == 0xffffffff81000100);
	assert_false(symbols_named(symbols, "tcp_v4_rc", &symbol));
	assert_false(symbols_named(symbols, "tcp_v4_rcv.col", &symbol));
	assert_false(symbols_named(symbols, "init_task", &symbol));
	assert_false(symbols_named(symbols, "", &symbol));
	symbols_close(symbols);
}

/* The kernel's own function comes first, even if modules have lower addresses, as on arm64. */
static void the_kernel_comes_before_modules(void **state)
{
	static const char text[] = "ffff800080010000 T probe\n"
				   "ffff800078000000 t probe\t[low]\n";
	struct symbols *symbols = open_text(text, strlen(text));
	struct symbol symbol;

	(void)state;
	assert_true(symbols_named(symbols, "probe", &symbol));
	assert_null(symbol.module);
	expect_at(symbols, 0xffff800078000010, "probe", "low", 0xffff800078000000, 0xffff800078001000);
	symbols_close(symbols);
}

static void hidden_addresses_find_nothing(void **state)
{
	static const char text[] = "0000000000000000 T _stext\n"
				   "0000000000000000 T tcp_v4_rcv\n"
				   "0000000000000000 t nf_in\t[nf_conntrack]\n";
	struct symbols *symbols = open_text(text, strlen(text));
	struct symbol symbol;

	(void)state;
	assert_true(symbols_are_hidden(symbols));
	assert_false(symbols_find(symbols, 0, &symbol));
	assert_false(symbols_find(symbols, 0xffffffff81000000, &symbol));
	assert_false(symbols_named(symbols, "tcp_v4_rcv", &symbol));
	symbols_close(symbols);
	symbols = open_text("", 0);
	assert_false(symbols_are_hidden(symbols));
	assert_false(symbols_find(symbols, 0, &symbol));
	assert_false(symbols_named(symbols, "tcp_v4_rcv", &symbol));
	symbols_close(symbols);
}

/* Larger than any buffer, so that lines cross the pieces; in descending order. */
static void large_files_are_read_whole(void **state)
{
	enum { COUNT = 50000 };
	char *text = malloc(COUNT * 48), *at = text, name[32];
	struct symbols *symbols;
	struct symbol symbol;

	(void)state;
	assert_non_null(text);
	for (unsigned int i = COUNT; i--;)
		at += snprintf(at, 48, "%016x T function_%u\n", 0x10000000 + i * 16, i);
	symbols = open_text(text, (size_t)(at - text));
	for (unsigned int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "function_%u", i);
		assert_true(symbols_find(symbols, 0x10000000 + i * 16 + i % 16, &symbol));
		assert_string_equal(symbol.name, name);
		assert_true(symbol.end == symbol.start + (i == COUNT - 1 ? 4096 : 16));
	}
	symbols_close(symbols);
	free(text);
}

/* A line longer than a piece. The result is arbitrary, but the call must return. */
static void garbage_does_no_harm(void **state)
{
	static const char odd[] = "1 T m\t[a\0b]\n2 T n\t[a\0b]\n3 T\n4 T \n5 T x\t[]\n6 T";
	char *text = malloc(300000);
	struct symbols *symbols;
	struct symbol symbol;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', 300000);
	memcpy(text + 299970, "\nffffffff81000000 T found\n\0\n", 28);
	symbols = open_text(text, 300000);
	assert_true(symbols_named(symbols, "found", &symbol));
	assert_true(symbol.start == 0xffffffff81000000);
	symbols_close(symbols);
	symbols = open_text(odd, sizeof(odd) - 1);
	assert_true(symbols_named(symbols, "m", &symbol));
	assert_string_equal(symbol.module, "a");
	symbols_close(symbols);
	free(text);
}

static void unreadable_files_are_errors(void **state)
{
	(void)state;
	errno = 0;
	assert_null(symbols_open("/nonexistent/kallsyms"));
	assert_int_equal(errno, ENOENT);
	assert_null(symbols_open("/tmp"));
	assert_int_equal(errno, EISDIR);
	symbols_close(NULL);
}

static void the_live_kernel_has_functions(void **state)
{
	struct symbols *symbols = symbols_open("/proc/kallsyms");
	struct symbol named, found;

	(void)state;
	if (!symbols)
		skip();
	if (!symbols_are_hidden(symbols)) {
		assert_true(symbols_named(symbols, "vfs_read", &named));
		assert_true(named.end > named.start);
		assert_true(symbols_find(symbols, named.start + 1, &found));
		assert_string_equal(found.name, "vfs_read");
		assert_true(found.start == named.start && found.end == named.end);
	} else {
		assert_false(symbols_named(symbols, "vfs_read", &named));
	}
	symbols_close(symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_find_functions),      cmocka_unit_test(last_functions_end),
		cmocka_unit_test(names_find_addresses),          cmocka_unit_test(the_kernel_comes_before_modules),
		cmocka_unit_test(hidden_addresses_find_nothing), cmocka_unit_test(large_files_are_read_whole),
		cmocka_unit_test(garbage_does_no_harm),          cmocka_unit_test(unreadable_files_are_errors),
		cmocka_unit_test(the_live_kernel_has_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
