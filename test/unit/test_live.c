/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_live.c: the live screen of a made-up tool on the test's own terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "core/totals/live.h"
#include "cmd/fatal.h"

#define SECOND 1000000000ULL

/* ---- a tool ---- */

struct sample {
	struct event common;
	uint64_t bytes, again, rtt;
};

enum { SIZE, AGAIN, RTT };
enum { EACH, ID };
#define OWN(member) AT(struct sample, member)

static const struct member members[] = {
	{ "pid", .groups = 1 << ID },
	{ "family" },
	{ "raddr" },
	{ "rport" },
	{ "bytes", F_UINT, OWN(bytes), .merge = SUM, .sorts = 1 << SIZE },
	{ "again", F_UINT, OWN(again), .merge = SUM, .sorts = 1 << AGAIN },
	{ "rtt", F_ID, OWN(rtt), .merge = LATEST, .sorts = 1 << RTT },
	{},
};

static const struct column table_columns[] = {
	{ "pid", .width = 4 },
	{ "family", .where = IN_CSV },
	{ "raddr", .where = IN_CSV },
	{ "rport", .where = IN_CSV },
	{ "remote", "REMOTE", "raddr", F_ENDPOINT, IN_TABLE | IN_WIDE, .width = 12 },
	{ "bytes", "BYTES", .width = -6 },
	{ "again", "AGAIN", .where = IN_CSV, .width = -5 },
	{ "rtt", "RTT", .width = -5 },
	{},
};

static const struct live live = { { { 's', LIVE_SORT, SIZE, "bytes" },
				    { 'x', LIVE_SORT, AGAIN, "again" },
				    { 'r', LIVE_SORT, RTT, "rtt" },
				    { 'c', LIVE_GROUP, EACH, "connection" },
				    { 'i', LIVE_GROUP, ID, "id" } } };

static const struct block block = { .split = "family" };

static const struct totals totals = {
	.members = members, .columns = table_columns, .every = SECOND, .block = &block, .live = &live
};
static const struct tool tool = { .name = "fake",
				  .summary = "what is made up",
				  .image.event_size = sizeof(struct sample),
				  .members = members,
				  .columns = table_columns,
				  .totals = &totals };

/* ---- an emulated terminal ---- */

#define ROWS    12
#define COLUMNS 64

static struct {
	int outside, inside, saved[3];
	char cells[2][ROWS][COLUMNS][5]; /* the normal screen and the alternate one; a character of UTF-8 each */
	int other, row, column, left_row;
	int rows, columns;
	bool cursor, wraps;
} terminal;

static void put_cell(const char *bytes, int length)
{
	assert_true(terminal.column < terminal.columns); /* no write beyond the edge */
	memcpy(terminal.cells[terminal.other][terminal.row][terminal.column], bytes, (size_t)length);
	terminal.cells[terminal.other][terminal.row][terminal.column++][length] = '\0';
}

static void clear(int row, int column)
{
	for (; column < COLUMNS; column++)
		strcpy(terminal.cells[terminal.other][row][column], " ");
}

static void clear_below(int row, int column)
{
	for (clear(row, column); ++row < ROWS;)
		clear(row, 0);
}

static const char *obey(const char *c)
{
	int mode = 0, number = 0;

	assert_int_equal(*c++, '[');
	if (*c == '?')
		mode = *c++;
	for (; (*c >= '0' && *c <= '9') || *c == ';'; c++) {
		if (*c == ';') { /* only "ROW;1H" */
			assert_memory_equal(c, ";1H", 3);
			c += 2;
			break;
		}
		number = number * 10 + *c - '0';
	}
	if (mode && number == 1049) {
		assert_int_equal(terminal.other, *c == 'l');
		if (*c == 'h')
			terminal.left_row = terminal.row;
		else
			terminal.row = terminal.left_row, terminal.column = 0;
		terminal.other = *c == 'h';
	} else if (mode && number == 25)
		terminal.cursor = *c == 'h';
	else if (mode && number == 7)
		terminal.wraps = *c == 'h';
	else if (*c == 'H')
		terminal.row = number ? number - 1 : 0, terminal.column = 0;
	else if (*c == 'K')
		clear(terminal.row, terminal.column);
	else if (*c == 'J' && number == 2)
		clear_below(0, 0);
	else if (*c == 'J')
		clear_below(terminal.row, terminal.column);
	else
		assert_int_equal(*c, 'm');
	return c;
}

static void draw_bytes(const char *bytes)
{
	for (const char *c = bytes; *c; c++) {
		int length = (*c & 0x80) == 0 ? 1 : (*c & 0xe0) == 0xc0 ? 2 : (*c & 0xf0) == 0xe0 ? 3 : 4;

		if (*c == '\033') {
			c = obey(c + 1);
		} else if (*c == '\r') {
			terminal.column = 0;
		} else if (*c == '\n') {
			assert_true(++terminal.row < terminal.rows); /* no scrolling */
		} else {
			put_cell(c, length);
			c += length - 1;
		}
	}
}

/* Waits until everything is written: the test writes a bell at the end. */
static void see(void)
{
	static char bytes[1 << 16];
	size_t length = 0;

	assert_int_equal(write(terminal.inside, "\a", 1), 1);
	while (!length || bytes[length - 1] != '\a') {
		ssize_t got = read(terminal.outside, bytes + length, sizeof(bytes) - length);

		assert_true(got > 0);
		length += (size_t)got;
	}
	bytes[length - 1] = '\0';
	draw_bytes(bytes);
}

/* A line of the screen without trailing blanks. */
static const char *line(int row)
{
	static char text[COLUMNS * 4 + 1];
	size_t end;

	see();
	text[0] = '\0';
	for (int column = 0; column < terminal.columns; column++)
		strcat(text, terminal.cells[terminal.other][row][column]);
	for (end = strlen(text); end && text[end - 1] == ' ';)
		text[--end] = '\0';
	return text;
}

static void resize(int rows, int columns)
{
	struct winsize window = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

	terminal.rows = rows;
	terminal.columns = columns;
	assert_int_equal(ioctl(terminal.outside, TIOCSWINSZ, &window), 0);
}

/* The keys arrive after a delay. */
static void press(const char *keys)
{
	int arrived = 0;

	assert_int_equal(write(terminal.outside, keys, strlen(keys)), strlen(keys));
	while (arrived < (int)strlen(keys))
		assert_int_equal(ioctl(terminal.inside, FIONREAD, &arrived), 0);
}

/* ---- a run ---- */

static struct options options;
static struct printer printer;
static struct summary *summary;
static struct live_view *view;
static struct termios before;

static int set_up(void **state)
{
	(void)state;
	setenv("TERM", "xterm", 1);
	terminal.outside = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(terminal.outside >= 0);
	assert_int_equal(grantpt(terminal.outside), 0);
	assert_int_equal(unlockpt(terminal.outside), 0);
	terminal.inside = open(ptsname(terminal.outside), O_RDWR | O_NOCTTY | O_CLOEXEC);
	terminal.cursor = terminal.wraps = true;
	terminal.other = terminal.row = terminal.column = 0;
	for (terminal.other = 1; terminal.other >= 0; terminal.other--)
		clear_below(0, 0);
	terminal.other = 0;
	resize(ROWS, COLUMNS);
	assert_int_equal(tcgetattr(terminal.inside, &before), 0);
	for (int fd = 0; fd < 3; fd++)
		terminal.saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	dup2(terminal.inside, STDIN_FILENO);
	options = (struct options){ .tool = &tool, .interval = SECOND };
	summary = summary_new(&tool, 0, false);
	printer_start(&printer, &options, true, terminal.inside);
	view = live_new(&printer);
	assert_non_null(view);
	return 0;
}

static int tear_down(void **state)
{
	static struct termios after; /* static: no garbage in the padding between its members */

	(void)state;
	live_free(view);
	see();
	/* The terminal's modes are restored in every case. */
	assert_int_equal(tcgetattr(terminal.inside, &after), 0);
	assert_memory_equal(&after, &before, sizeof(after));
	assert_true(terminal.cursor && terminal.wraps && !terminal.other);
	dup2(terminal.saved[STDIN_FILENO], STDIN_FILENO);
	for (int fd = 0; fd < 3; fd++)
		close(terminal.saved[fd]);
	summary_free(summary);
	printer_free(&printer);
	close(terminal.inside);
	close(terminal.outside);
	return 0;
}

static void add(uint32_t pid, int family, uint8_t host, uint16_t port, uint64_t bytes, uint64_t again, uint64_t rtt)
{
	struct sample sample = { .common.pid = pid,
				 .common.family = (uint8_t)family,
				 .common.rport = port,
				 .bytes = bytes,
				 .again = again,
				 .rtt = rtt };

	memset(sample.common.raddr + 10, 0xff, family == 4 ? 2 : 0);
	sample.common.raddr[15] = host;
	sample.common.raddr[family == 4 ? 12 : 0] = 10;
	summary_add(summary, &sample.common, sizeof(sample));
}

static void end_interval(void)
{
	printer.now += SECOND;
	printer.columns.interval = SECOND;
	live_add(view, &summary);
}

/* Adds three connections of two processes to two hosts. */
static void take_three(void)
{
	add(7, 4, 1, 80, 100, 1, 30);
	add(8, 4, 2, 80, 300, 0, 10);
	add(7, 4, 2, 443, 250, 2, 20);
	end_interval();
}

/* Asserts that the screen shows exactly these lines above the status line. */
static void assert_lines(const char *const *lines, int count)
{
	for (int row = 0; row < terminal.rows - 1; row++)
		assert_string_equal(line(row), row < count ? lines[row] : "");
}

#define assert_terminal(...)                                                                                           \
	assert_lines((const char *const[]){ __VA_ARGS__ },                                                             \
		     (int)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)))

static void assert_status(const char *begins)
{
	const char *status = line(terminal.rows - 1);

	if (strncmp(status, begins, strlen(begins)) != 0)
		fail_msg("status is: %s", status);
}

static void type(const char *keys)
{
	press(keys);
	assert_true(live_update(view));
}

/* ---- the screen ---- */

static void it_waits_for_the_first(void **state)
{
	(void)state;
	assert_true(live_update(view));
	assert_terminal("tracing; the first totals appear after 1 s");
	assert_status("sort: bytes  group: connection  ?:help  q:quit  /:filter");
	assert_true(terminal.other && !terminal.cursor && !terminal.wraps);
	type(" "); /* without an interval there is nothing to freeze */
	take_three();
	assert_string_equal(line(0), "PID  REMOTE        BYTES   RTT");
}

static void an_interval_is_drawn_over_the_other(void **state)
{
	(void)state;
	take_three();
	assert_terminal("PID  REMOTE        BYTES   RTT", "8    10.0.0.2:80     300    10",
			"7    10.0.0.2:443    250    20", "7    10.0.0.1:80     100    30");
	add(9, 4, 9, 9, 5, 0, 0);
	end_interval();
	assert_terminal("PID  REMOTE        BYTES   RTT", "9    10.0.0.9:9        5     -");
	end_interval();
	assert_terminal("PID  REMOTE        BYTES   RTT");
}

static void keys_sort_at_once(void **state)
{
	(void)state;
	take_three();
	type("r");
	assert_terminal("PID  REMOTE        BYTES   RTT", "7    10.0.0.1:80     100    30",
			"7    10.0.0.2:443    250    20", "8    10.0.0.2:80     300    10");
	assert_status("sort: rtt  group: connection");
	/* A column to sort by is shown. */
	type("x");
	assert_terminal("PID  REMOTE        BYTES AGAIN   RTT", "7    10.0.0.2:443    250     2    20",
			"7    10.0.0.1:80     100     1    30", "8    10.0.0.2:80     300     0    10");
	type("s");
	assert_string_equal(line(1), "8    10.0.0.2:80     300    10");
}

static void keys_group_at_once(void **state)
{
	(void)state;
	take_three();
	add(6, 6, 1, 80, 1000, 0, 0);
	add(6, 6, 1, 81, 1000, 0, 0);
	add(7, 4, 1, 80, 100, 0, 0);
	type("i");
	assert_terminal("PID   BYTES", "7       350", "8       300");
	assert_status("sort: bytes  group: id");
	/* New intervals while frozen. */
	end_interval();
	assert_terminal("PID   BYTES", "6      2000", "7       100");
	type("h");
	/* Both families share a table. */
	assert_terminal("RADDR                                        BYTES      AGAIN",
			"a00::1                                        2000          0",
			"10.0.0.1                                       100          0");
	assert_status("sort: bytes  group: host");
	type("c");
	assert_terminal("PID  REMOTE        BYTES   RTT", "6    a00::1:80      1000     -",
			"6    a00::1:81      1000     -", "7    10.0.0.1:80     100     -");
	/* No name is known. */
	type("n");
	assert_terminal("CONTAINER                     BYTES      AGAIN",
			"-                              2100          0");
	assert_status("sort: bytes  group: container");
}

static void frozen_is_frozen(void **state)
{
	(void)state;
	take_three();
	type(" ");
	assert_status("FROZEN  sort: bytes  group: connection  ?:help  q:quit");
	add(9, 4, 9, 9, 5, 0, 0);
	end_interval();
	add(9, 4, 9, 9, 6, 0, 0);
	end_interval();
	assert_string_equal(line(1), "8    10.0.0.2:80     300    10");
	/* Sorting and grouping use the frozen interval. */
	type("i");
	assert_terminal("PID   BYTES", "7       350", "8       300");
	type(" ");
	assert_status("sort: bytes  group: id");
	assert_terminal("PID   BYTES", "9         6");
	/* Without a new interval, it resumes with the frozen one. */
	type(" ");
	assert_status("FROZEN");
	type(" ");
	assert_terminal("PID   BYTES", "9         6");
	add(9, 4, 9, 9, 7, 0, 0);
	end_interval();
	assert_terminal("PID   BYTES", "9         7");
}

static void help_and_back(void **state)
{
	(void)state;
	take_three();
	type("?");
	assert_string_equal(line(0), "fake: what is made up");
	assert_string_equal(line(2), "sort by   s bytes  x again  r rtt");
	assert_string_equal(line(3), "group by  c connection  i id  n container  u unit  h host");
	resize(5, 40);
	assert_true(live_signal(view, SIGWINCH));
	type("\033[6~"); /* scrolls on */
	assert_string_equal(line(0), "          n container  u unit  h host");
	assert_string_equal(line(4), "sort: bytes  group: connection  ?:help");
	type("\033[H");
	resize(ROWS, COLUMNS);
	assert_true(live_signal(view, SIGWINCH));
	take_three();
	assert_string_equal(line(0), "fake: what is made up");
	type("r"); /* any key leaves the help without another effect */
	assert_status("sort: bytes");
	assert_string_equal(line(1), "8    10.0.0.2:80     300    10");
	type("?");
	assert_string_equal(line(0), "fake: what is made up");
	press("q");
	assert_false(live_update(view));
}

static void windows_of_every_size(void **state)
{
	(void)state;
	for (uint8_t host = 1; host <= 100; host++)
		add(7, 4, host, 80, host, 0, 0);
	add(6, 6, 1, 80, 95, 0, 0);
	end_interval();
	/* The largest rows of both families, as wide as needed, and which they are. */
	assert_terminal("PID  REMOTE         BYTES   RTT", "7    10.0.0.100:80    100     -",
			"7    10.0.0.99:80      99     -", "7    10.0.0.98:80      98     -",
			"7    10.0.0.97:80      97     -", "7    10.0.0.96:80      96     -",
			"6    a00::1:80         95     -", "7    10.0.0.95:80      95     -",
			"7    10.0.0.94:80      94     -", "7    10.0.0.93:80      93     -", "rows 1-9 of 101");
	/* Empty space goes first. */
	resize(6, 28);
	assert_true(live_signal(view, SIGWINCH));
	assert_terminal("PID REMOTE        BYTES  RTT", "7   10.0.0.100:80   100    -", "7   10.0.0.99:80     99    -",
			"7   10.0.0.98:80     98    -", "rows 1-3 of 101");
	/* Addresses become shorter, but no number. */
	resize(6, 26);
	assert_true(live_signal(view, SIGWINCH));
	assert_terminal("PID REMOTE       BYTES RTT", "7   10.0.0.1~:80   100   -", "7   10.0.0.99:80    99   -",
			"7   10.0.0.98:80    98   -", "rows 1-3 of 101");
	resize(6, 20);
	assert_true(live_signal(view, SIGWINCH));
	assert_string_equal(line(0), "PID   BYTES");
}

static void arrows_scroll_both_ways(void **state)
{
	(void)state;
	for (uint8_t host = 1; host <= 100; host++)
		add(7, 4, host, 80, host, 0, 0);
	end_interval();
	see();
	resize(5, 25);
	assert_true(live_signal(view, SIGWINCH));
	type("\033[B\033[B");
	assert_string_equal(line(3), "rows 3-4 of 100, columns");
	type("\033[6~");
	assert_string_equal(line(3), "rows 5-6 of 100, columns");
	type("\033[F");
	assert_string_equal(line(3), "rows 99-100 of 100, colum");
	type("\033[A");
	assert_string_equal(line(3), "rows 98-99 of 100, column");
	type("\033[H\033[C");
	assert_terminal("PID   BYTES   RTT", "7       100     -", "7        99     -", "rows 1-2 of 100, columns");
	type("\033[C\033[C\033[D\033[D\033[D"); /* no further than needed */
	assert_string_equal(line(0), "PID  REMOTE         BYTES");
}

static void typing_filters(void **state)
{
	(void)state;
	take_three();
	type("/");
	assert_status("filter: _  enter:done  esc:all rows");
	type("0.2:");
	assert_terminal("PID  REMOTE        BYTES   RTT", "8    10.0.0.2:80     300    10",
			"7    10.0.0.2:443    250    20", "rows 1-2 of 2 with 0.2:");
	type(" 443q"); /* a letter */
	assert_terminal("PID  REMOTE        BYTES   RTT", "no rows with 0.2: 443q");
	type("\177");
	assert_string_equal(line(1), "7    10.0.0.2:443    250    20");
	type("\n");
	assert_status("sort: bytes  group: connection  filter: 0.2: 443  ?:help");
	/* What the window cuts counts, too. */
	resize(ROWS, 20);
	assert_true(live_signal(view, SIGWINCH));
	assert_string_equal(line(1), "7       250");
	type("/\033");
	assert_true(live_update(view)); /* nothing followed: it is Escape alone */
	resize(ROWS, COLUMNS);
	assert_true(live_signal(view, SIGWINCH));
	assert_string_equal(line(1), "8    10.0.0.2:80     300    10");
	assert_string_equal(line(4), "");
}

/* Without an interval: pictures of all so far, and everything at the end. */
static void all_time_is_refreshed(void **state)
{
	(void)state;
	live_free(view);
	options.interval = 0;
	view = live_new(&printer);
	assert_non_null(view);
	add(7, 4, 1, 80, 100, 1, 30);
	live_refresh(view, summary);
	assert_terminal("PID  REMOTE        BYTES   RTT", "7    10.0.0.1:80     100    30");
	type("i ");
	add(7, 4, 1, 80, 100, 1, 30);
	live_refresh(view, summary);
	assert_terminal("PID   BYTES", "7       100");
	type(" ");
	assert_terminal("PID   BYTES", "7       200");
	live_leave(view);
	live_add(view, &summary);
	assert_true(printer_flush(&printer));
	see();
	assert_false(terminal.other);
	assert_terminal("PID  REMOTE        BYTES   RTT", "7    10.0.0.1:80     200    30");
	assert_int_equal(printer.rows, 1);
}

static void nothing_is_too_small(void **state)
{
	(void)state;
	for (uint8_t host = 1; host <= 30; host++)
		add(7, host & 1 ? 4 : 6, host, 80, host, 0, 0);
	end_interval();
	for (int rows = 1; rows <= ROWS; rows++) {
		for (int columns = 1; columns <= COLUMNS; columns++) {
			see();
			resize(rows, columns);
			assert_true(live_signal(view, SIGWINCH));
			see(); /* asserts that no write crosses the edges */
		}
	}
}

static void as_many_rows_as_asked(void **state)
{
	(void)state;
	live_free(view);
	options.rows = 2;
	view = live_new(&printer);
	take_three();
	assert_terminal("PID  REMOTE        BYTES   RTT", "8    10.0.0.2:80     300    10",
			"7    10.0.0.2:443    250    20");
	resize(3, COLUMNS);
	assert_true(live_signal(view, SIGWINCH));
	assert_terminal("PID  REMOTE        BYTES   RTT", "rows 0-0 of 2");
}

/* ---- other events ---- */

static void rows_count_once(void **state)
{
	(void)state;
	take_three();
	assert_int_equal(printer.rows, 3);
	type("x");
	type("i");
	type(" ");
	take_three();
	assert_int_equal(printer.rows, 3);
	type("c ");
	assert_int_equal(printer.rows, 6);
	live_leave(view);
	assert_int_equal(printer.rows, 6);
}

static void messages_wait(void **state)
{
	int file = memfd_create("said", MFD_CLOEXEC);
	char said[256] = "";

	(void)state;
	dup2(terminal.inside, STDERR_FILENO); /* messages on the terminal would disturb the screen */
	take_three();
	print_warning("lost %d events", 3);
	print_warning("lost %d events", 4);
	assert_true(live_update(view));
	assert_string_equal(line(1), "8    10.0.0.2:80     300    10");
	assert_status("sort: bytes  group: connection  nettrace: warning: lost 4 events");
	take_three();
	assert_status("sort: bytes  group: connection  nettrace: warning: lost 4 events");
	type("z"); /* confirms the message */
	assert_status("sort: bytes  group: connection  ?:help");
	dup2(file, STDERR_FILENO);
	live_leave(view);
	print_warning("the end");
	dup2(terminal.saved[STDERR_FILENO], STDERR_FILENO);
	assert_true(pread(file, said, sizeof(said) - 1, 0) > 0);
	assert_string_equal(
		said,
		"nettrace: warning: lost 3 events\nnettrace: warning: lost 4 events\nnettrace: warning: the end\n");
	close(file);
}

/* The normal screen has the last picture, and nothing else of it. */
static void what_was_seen_stays(void **state)
{
	(void)state;
	take_three();
	type("i ");
	take_three();
	live_leave(view);
	assert_true(printer_flush(&printer));
	add(9, 4, 9, 9, 5, 0, 0);
	end_interval();
	assert_true(printer_flush(&printer));
	see();
	assert_false(terminal.other);
	assert_terminal("PID   BYTES", "7       350", "8       300");
}

static void what_was_never_seen_is_printed(void **state)
{
	(void)state;
	assert_true(live_update(view));
	live_leave(view);
	for (uint8_t host = 1; host <= 100; host++)
		add(7, 4, host, 80, host, 0, 0);
	end_interval();
	assert_true(printer_flush(&printer));
	see();
	assert_false(terminal.other);
	assert_string_equal(line(1), "7    10.0.0.100:80    100     -");
	assert_string_equal(line(10), "rows 1-9 of 100");
}

/* A child whose last message is on the normal screen. */
static void errors_give_it_back(void **state)
{
	static struct termios after;
	pid_t child;
	int status;

	(void)state;
	live_free(view);
	view = NULL;
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(terminal.inside, STDERR_FILENO);
		view = live_new(&printer);
		take_three();
		fatal(EXIT_FAILED, "out of luck");
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED);
	assert_string_equal(line(0), "nettrace: error: out of luck");
	assert_string_equal(line(1), "");
	assert_int_equal(tcgetattr(terminal.inside, &after), 0);
	assert_memory_equal(&after, &before, sizeof(after));
	assert_true(terminal.cursor && terminal.wraps && !terminal.other);
}

static void without_keys(void **state)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	live_free(view);
	dup2(nothing, STDIN_FILENO);
	view = live_new(&printer);
	take_three();
	assert_status("sort: bytes  group: connection  Ctrl-C quits");
	assert_int_equal(live_fd(view), -1);
	assert_true(live_update(view));
	assert_string_equal(line(1), "8    10.0.0.2:80     300    10");
	close(nothing);
}

static void not_always(void **state)
{
	char *command[] = { "true", NULL };
	struct options usual = options;

	(void)state;
	live_free(view);
	view = NULL;
	options.format = FORMAT_JSON;
	assert_null(live_new(&printer));
	options = usual;
	options.noclear = true;
	assert_null(live_new(&printer));
	options = usual;
	options.command = command;
	assert_null(live_new(&printer));
	options = usual;
	printer.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_null(live_new(&printer));
	close(printer.fd);
	/* NULL is accepted. */
	assert_true(live_update(NULL));
	assert_false(live_signal(NULL, SIGWINCH));
	assert_int_equal(live_fd(NULL), -1);
	live_leave(NULL);
	live_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_waits_for_the_first),
		TEST(an_interval_is_drawn_over_the_other),
		TEST(keys_sort_at_once),
		TEST(keys_group_at_once),
		TEST(frozen_is_frozen),
		TEST(help_and_back),
		TEST(windows_of_every_size),
		TEST(arrows_scroll_both_ways),
		TEST(typing_filters),
		TEST(all_time_is_refreshed),
		TEST(nothing_is_too_small),
		TEST(as_many_rows_as_asked),
		TEST(rows_count_once),
		TEST(messages_wait),
		TEST(what_was_seen_stays),
		TEST(what_was_never_seen_is_printed),
		TEST(errors_give_it_back),
		TEST(without_keys),
		TEST(not_always),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
