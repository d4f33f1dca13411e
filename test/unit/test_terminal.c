/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_terminal.c: text fitted to windows, and single-byte keys. */
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
static const char *painted(size_t rows, size_t columns, const char *picture, size_t more, const char *status)
{
	static char *last;
	struct text in = { 0 }, below = { 0 }, out = { 0 };

	text_string(&in, picture);
	text_string(&below, status);
	terminal_paint(&out, (struct terminal_size){ rows, columns }, &in, more, &below);
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
	assert_string_equal(painted(5, 8, "one\ntwo\n", 0, "by tx"),
			    HOME "one" END "two" END BELOW "\033[5;1H" STATUS "by tx   " PLAIN);
	/* Three lines in four rows leave nothing to erase below them. */
	assert_string_equal(painted(4, 8, "1\n2\n3\n", 0, ""),
			    HOME "1" END "2" END "3" END "\033[4;1H" STATUS "        " PLAIN);
	assert_string_equal(painted(3, 4, "", 0, ""), HOME BELOW "\033[3;1H" STATUS "    " PLAIN);
}

static void the_height_is_kept(void **state)
{
	(void)state;
	assert_string_equal(painted(4, 20, "1\n2\n3\n4\n", 0, "s"),
			    HOME "1" END "2" END "... 2 more" END "\033[4;1H" STATUS "s                   " PLAIN);
	assert_string_equal(painted(4, 20, "1\n2\n", 123, "s"),
			    HOME "1" END "2" END "... 123 more" END "\033[4;1H" STATUS "s                   " PLAIN);
	assert_string_equal(painted(4, 20, "1\n2\n3\n", 123, "s"),
			    HOME "1" END "2" END "... 124 more" END "\033[4;1H" STATUS "s                   " PLAIN);
	assert_string_equal(painted(2, 20, "1\n2\n", 0, "s"),
			    HOME "... 2 more" END "\033[2;1H" STATUS "s                   " PLAIN);
	/* The only row has the status line. */
	assert_string_equal(painted(1, 3, "1\n2\n", 7, "s"), HOME "\033[1;1H" STATUS "s  " PLAIN);
	assert_string_equal(painted(1, 1, "1\n", 0, "status"), HOME "\033[1;1H" STATUS "s" PLAIN);
}

static void the_width_is_kept(void **state)
{
	(void)state;
	/* A full line is not cleared at its end, which would erase its last character. */
	assert_string_equal(painted(4, 4, "LADDR RADDR\nabcd\nabc\n", 0, "sort: tx"),
			    HOME "LADD\r\nabcd\r\nabc" END "\033[4;1H" STATUS "sort" PLAIN);
	assert_string_equal(painted(3, 6, "1\n2\n3\n", 0, ""),
			    HOME "1" END "... 2 \r\n\033[3;1H" STATUS "      " PLAIN);
}

static void characters_stay_whole(void **state)
{
	(void)state;
	assert_string_equal(painted(2, 3, "äöüß\n", 0, "€€€€"), HOME "äöü\r\n\033[2;1H" STATUS "€€€" PLAIN);
	assert_string_equal(painted(2, 5, "äöüß\n", 0, "€"), HOME "äöüß" END "\033[2;1H" STATUS "€    " PLAIN);
	assert_string_equal(painted(2, 2, "a\xf0\x9f\x90\x99z\n", 0, ""),
			    HOME "a\xf0\x9f\x90\x99\r\n\033[2;1H" STATUS "  " PLAIN);
}

/* The terminal would skip the cells between tab stops, and leave their old text. */
static void tabs_are_spaces(void **state)
{
	(void)state;
	assert_string_equal(painted(2, 20, "\tx\ty\n", 0, ""),
			    HOME "        x       y" END "\033[2;1H" STATUS "                    " PLAIN);
	assert_string_equal(painted(2, 5, "\tx\n", 0, ""), HOME "     \r\n\033[2;1H" STATUS "     " PLAIN);
}

static void every_size_is_kept(void **state)
{
	static const char picture[] = "PID COMM\n1 a-long-name \xc3\xa4\n2 b\n\n3 c\n";

	(void)state;
	for (size_t rows = 1; rows < 9; rows++) {
		for (size_t columns = 1; columns < 20; columns++) {
			const char *drawn = painted(rows, columns, picture, rows % 3, "status");
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

static void assert_keys(const char *pressed, const char *expected)
{
	char keys[64];
	size_t kept;

	strcpy(keys, pressed);
	kept = terminal_single_keys(keys, strlen(pressed));
	assert_int_equal(kept, strlen(expected));
	assert_memory_equal(keys, expected, kept);
}

static void arrows_are_no_letters(void **state)
{
	(void)state;
	assert_keys("tq", "tq");
	assert_keys("a\033[Ab", "ab");
	assert_keys("\033[1;5Cx\033OPy", "xy");
	assert_keys("\033[15~ ", " ");
	assert_keys("\033q", ""); /* Alt-q */
	assert_keys("\033", "");
	assert_keys("q\033", "q");
	assert_keys("\033[", "");
	assert_keys("\033[1;", "");
	assert_keys("\033O", "");
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
