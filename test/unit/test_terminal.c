/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_terminal.c: text fitted to windows, and keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/terminal.h"

#define HOME   "\033[H"
#define END    "\033[K\r\n"
#define BELOW  "\033[J"
#define STATUS "\033[7m"
#define PLAIN  "\033[m"

/* The output that paints it, as a string valid until the next call. */
static const char *painted(size_t rows, size_t columns, const char *picture, const char *status)
{
	static char *last;
	struct text in = { 0 }, below = { 0 }, out = { 0 };

	text_string(&in, picture);
	text_string(&below, status);
	terminal_paint(&out, (struct terminal_size){ rows, columns }, &in, NULL, &below);
	text_char(&out, '\0');
	free(last);
	last = strdup(out.data);
	assert_int_equal(strlen(last), out.length - 1);
	text_free(&in);
	text_free(&below);
	text_free(&out);
	return last;
}

static void what_fits_is_drawn_over_what_was(void **state)
{
	(void)state;
	assert_string_equal(painted(5, 8, "one\ntwo\n", "by tx"),
			    HOME "one" END "two" END BELOW "\033[5;1H" STATUS "by tx   " PLAIN);
	/* Three lines in four rows leave nothing to erase below them. */
	assert_string_equal(painted(4, 8, "1\n2\n3\n", ""),
			    HOME "1" END "2" END "3" END "\033[4;1H" STATUS "        " PLAIN);
	assert_string_equal(painted(3, 4, "", ""), HOME BELOW "\033[3;1H" STATUS "    " PLAIN);
}

static void the_height_is_kept(void **state)
{
	(void)state;
	assert_string_equal(painted(4, 4, "1\n2\n3\n4\n", "s"),
			    HOME "1" END "2" END "3" END "\033[4;1H" STATUS "s   " PLAIN);
	/* The only row has the status line. */
	assert_string_equal(painted(1, 3, "1\n2\n", "s"), HOME "\033[1;1H" STATUS "s  " PLAIN);
	assert_string_equal(painted(1, 1, "1\n", "status"), HOME "\033[1;1H" STATUS "s" PLAIN);
}

static void marks_are_reversed(void **state)
{
	struct terminal_marks marks = { .line = 1, .count = 2, .each = { { 0, 2 }, { 3, 6 } } };
	struct text in = { 0 }, below = { 0 }, out = { 0 };

	(void)state;
	text_string(&in, "one\nRX TX_KB\n");
	terminal_paint(&out, (struct terminal_size){ 3, 5 }, &in, &marks, &below);
	text_char(&out, '\0');
	/* A mark ends at the edge. */
	assert_string_equal(out.data, HOME "one" END STATUS "RX" PLAIN " " STATUS "TX" PLAIN "\r\n\033[3;1H" STATUS
					   "     " PLAIN);
	text_free(&in);
	text_free(&out);
}

static void the_width_is_kept(void **state)
{
	(void)state;
	/* A full line is not cleared at its end, which would erase its last character. */
	assert_string_equal(painted(4, 4, "LADDR RADDR\nabcd\nabc\n", "sort: tx"),
			    HOME "LADD\r\nabcd\r\nabc" END "\033[4;1H" STATUS "sort" PLAIN);
}

static void characters_stay_whole(void **state)
{
	(void)state;
	assert_string_equal(painted(2, 3, "äöüß\n", "€€€€"), HOME "äöü\r\n\033[2;1H" STATUS "€€€" PLAIN);
	assert_string_equal(painted(2, 5, "äöüß\n", "€"), HOME "äöüß" END "\033[2;1H" STATUS "€    " PLAIN);
	assert_string_equal(painted(2, 2, "a\xf0\x9f\x90\x99z\n", ""),
			    HOME "a\xf0\x9f\x90\x99\r\n\033[2;1H" STATUS "  " PLAIN);
}

/* The terminal would skip the cells between tab stops, and leave their old text. */
static void tabs_are_spaces(void **state)
{
	(void)state;
	assert_string_equal(painted(2, 20, "\tx\ty\n", ""),
			    HOME "        x       y" END "\033[2;1H" STATUS "                    " PLAIN);
	assert_string_equal(painted(2, 5, "\tx\n", ""), HOME "     \r\n\033[2;1H" STATUS "     " PLAIN);
}

static void every_size_is_kept(void **state)
{
	static const char picture[] = "PID COMM\n1 a-long-name \xc3\xa4\n2 b\n\n3 c\n";

	(void)state;
	for (size_t rows = 1; rows < 9; rows++) {
		for (size_t columns = 1; columns < 20; columns++) {
			const char *drawn = painted(rows, columns, picture, "status");
			size_t lines = 1, cells = 0;

			for (const char *c = drawn; *c; c++) {
				if (*c == '\033') {
					while (!((*c >= 'A' && *c <= 'Z') || *c == 'm'))
						c++;
					cells = *c == 'H' ? 0 : cells;
				} else if (*c == '\n') {
					lines++;
					cells = 0;
				} else if (*c != '\r' && (*c & 0xc0) != 0x80) {
					assert_true(++cells <= columns);
				}
			}
			assert_true(lines <= rows);
		}
	}
}

/* keys: ends with 0. whole: nothing follows. */
static void assert_keys(const char *bytes, bool whole, size_t rest, const int *expected)
{
	int keys[64];
	size_t used, count = keys_of_bytes(keys, bytes, strlen(bytes), &used, whole);

	assert_int_equal(used, strlen(bytes) - rest);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(keys[i], expected[i]);
	assert_int_equal(expected[count], 0);
}

#define KEYS(...) ((const int[]){ __VA_ARGS__, 0 })

static void arrows_are_no_letters(void **state)
{
	(void)state;
	assert_keys("tq", false, 0, KEYS('t', 'q'));
	assert_keys("a\033[Ab", false, 0, KEYS('a', KEY_UP, 'b'));
	assert_keys("\033[B\033[C\033[D\033OH\033[F", false, 0, KEYS(KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END));
	assert_keys("\033[5~\033[6~\033[1~\033[4~", false, 0, KEYS(KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME, KEY_END));
	/* Keys without a meaning here, and Alt-q. */
	assert_keys("\033[1;5Cx\033OPy\033[15~\033q", false, 0, KEYS('x', 'y'));
	/* Escape alone is known when nothing follows. */
	assert_keys("q\033", false, 1, KEYS('q'));
	assert_keys("\033", true, 0, KEYS(KEY_ESCAPE));
	assert_keys("\033\033", true, 0, KEYS(KEY_ESCAPE, KEY_ESCAPE));
	assert_keys("\033[1;", false, 4, KEYS(0));
	assert_keys("\033[1;", true, 0, KEYS(0));
	assert_keys("\033O", true, 0, KEYS(0));
	assert_keys("\xc3\xa4", false, 0, KEYS(0xc3, 0xa4));
}

static int open_terminal(int *inside)
{
	int outside = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(outside >= 0);
	assert_int_equal(grantpt(outside), 0);
	assert_int_equal(unlockpt(outside), 0);
	*inside = open(ptsname(outside), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*inside >= 0);
	return outside;
}

static void sizes_are_never_zero(void **state)
{
	struct winsize window = { 0 };
	int inside, outside = open_terminal(&inside);
	struct terminal terminal = { .out = inside };

	(void)state;
	assert_int_equal(ioctl(outside, TIOCSWINSZ, &window), 0);
	assert_int_equal(terminal_size(&terminal).rows, 24);
	assert_int_equal(terminal_size(&terminal).columns, 80);
	window.ws_row = 1;
	window.ws_col = 2;
	assert_int_equal(ioctl(outside, TIOCSWINSZ, &window), 0);
	assert_int_equal(terminal_size(&terminal).rows, 1);
	assert_int_equal(terminal_size(&terminal).columns, 2);
	terminal.out = -1;
	assert_int_equal(terminal_size(&terminal).rows, 24);
	close(inside);
	close(outside);
}

static void only_terminals_that_can(void **state)
{
	int inside, outside = open_terminal(&inside), ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	setenv("TERM", "xterm", 1);
	assert_true(terminal_is_capable(inside));
	assert_false(terminal_is_capable(ends[1]));
	setenv("TERM", "dumb", 1);
	assert_false(terminal_is_capable(inside));
	setenv("TERM", "", 1);
	assert_false(terminal_is_capable(inside));
	unsetenv("TERM");
	assert_false(terminal_is_capable(inside));
	close(ends[0]);
	close(ends[1]);
	close(inside);
	close(outside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_drawn_over_what_was),
		cmocka_unit_test(the_height_is_kept),
		cmocka_unit_test(marks_are_reversed),
		cmocka_unit_test(the_width_is_kept),
		cmocka_unit_test(characters_stay_whole),
		cmocka_unit_test(tabs_are_spaces),
		cmocka_unit_test(every_size_is_kept),
		cmocka_unit_test(arrows_are_no_letters),
		cmocka_unit_test(sizes_are_never_zero),
		cmocka_unit_test(only_terminals_that_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
