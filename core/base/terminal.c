/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.c: the terminal. No library: what is used of ECMA-48, and of the modes that every terminal of today has from
 * the VT220 and xterm, are the ten sequences below; and a terminfo database is not to be had in an image FROM scratch.
 */
#include "core/base/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/message.h"
#include "core/base/output.h"

#define CSI         "\033["
#define TAKE        CSI "?1049h" CSI "?7l" CSI "?25l" CSI "2J" /* other screen, no wrapping, no cursor, empty */
#define GIVE_BACK   CSI "m" CSI "?7h" CSI "?25h" CSI "?1049l"
#define HOME        CSI "H"
#define CLEAR_LINE  CSI "K" /* from here to its end */
#define CLEAR_BELOW CSI "J"
#define REVERSE     CSI "7m"
#define PLAIN       CSI "m"
#define NEXT_LINE   "\r\n"

#define TAB         8

#define RED         CSI "31m"

const char *const screen_alarm = RED, *const screen_plain = PLAIN;

/* For what ends the program. */
static struct screen *the_screen;

bool screen_possible(int out)
{
	const char *kind = getenv("TERM");

	return isatty(out) && kind && *kind && strcmp(kind, "dumb") != 0;
}

static void close_at_exit(void)
{
	if (the_screen)
		screen_close(the_screen);
}

void screen_open(struct screen *screen, int in, int out)
{
	static bool registered;

	*screen = (struct screen){ .in = in, .out = out, .deaf = !isatty(in) };
	the_screen = screen;
	if (!registered)
		atexit(close_at_exit);
	registered = true;
}

/* ---- taking the terminal and giving it back ---- */

/* Nobody is left to tell when the terminal cannot be written. */
static void put(int fd, const char *bytes, size_t length)
{
	size_t done;

	output_write(fd, bytes, length, &done);
}

static void collect(const char *line, size_t length)
{
	the_screen->last_said = the_screen->said.length;
	text_bytes(&the_screen->said, line, length);
}

/* Without job control (a terminal that is not our session's) nobody else is there. */
static bool in_background(const struct screen *screen)
{
	pid_t foreground = tcgetpgrp(screen->out);

	return foreground >= 0 && foreground != getpgrp();
}

static void take_keys(struct screen *screen)
{
	struct termios raw;

	if (!screen->remembered && tcgetattr(screen->in, &screen->before)) {
		screen->deaf = true;
		return;
	}
	screen->remembered = true;
	raw = screen->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* ISIG stays: Ctrl-C and Ctrl-Z work */
	raw.c_cc[VMIN] = 0;                        /* reading never waits */
	raw.c_cc[VTIME] = 0;
	tcsetattr(screen->in, TCSANOW, &raw);
}

bool screen_take(struct screen *screen)
{
	if (in_background(screen))
		return false;
	if (screen->taken)
		return true;
	if (!screen->deaf)
		take_keys(screen);
	put(screen->out, TAKE, sizeof(TAKE) - 1);
	screen->taken = true;
	if (isatty(STDERR_FILENO))
		say_aside = collect;
	return true;
}

void screen_give_back(struct screen *screen)
{
	if (screen->taken) {
		put(screen->out, GIVE_BACK, sizeof(GIVE_BACK) - 1);
		if (screen->remembered)
			tcsetattr(screen->in, TCSANOW, &screen->before);
	}
	screen->taken = false;
	say_aside = NULL;
	put(STDERR_FILENO, screen->said.data, screen->said.length);
	screen->said.length = screen->last_said = 0;
}

void screen_doubt(struct screen *screen)
{
	screen->taken = false;
}

void screen_close(struct screen *screen)
{
	screen_give_back(screen);
	text_free(&screen->said);
	the_screen = NULL;
}

/* ---- drawing ---- */

struct screen_size screen_size(const struct screen *screen)
{
	struct screen_size size = { 24, 80 };
	struct winsize window;

	if (!ioctl(screen->out, TIOCGWINSZ, &window) && window.ws_row && window.ws_col)
		size = (struct screen_size){ window.ws_row, window.ws_col };
	return size;
}

/* As much of a line as fits, whole characters; tabs as spaces. Returns how many columns it takes. */
static size_t put_line(struct text *to, const char *line, size_t length, size_t columns)
{
	size_t cells = 0;

	for (size_t i = 0; i < length; i++) {
		bool begins = (line[i] & 0xc0) != 0x80;

		if (begins && cells == columns)
			break;
		if (line[i] != '\t') {
			text_char(to, line[i]);
			cells += begins;
			continue;
		}
		do {
			text_char(to, ' ');
			cells++;
		} while (cells % TAB && cells < columns);
	}
	return cells;
}

/* The end is cleared only where there is one: in a full line the cursor stands on the last character. */
static void put_body_line(struct text *to, const char *line, size_t length, size_t columns)
{
	if (put_line(to, line, length, columns) < columns)
		text_string(to, CLEAR_LINE);
	text_string(to, NEXT_LINE);
}

static void put_status(struct text *to, const struct text *status, size_t columns)
{
	size_t cells;

	text_string(to, REVERSE);
	for (cells = put_line(to, status->data, status->length, columns); cells < columns; cells++)
		text_char(to, ' ');
	text_string(to, PLAIN);
}

void screen_more(struct text *to, size_t more)
{
	text_string(to, "... ");
	text_unsigned(to, more);
	text_string(to, " more\n");
}

void screen_paint(struct text *to, struct screen_size size, const struct text *picture, size_t more,
		  const struct text *status)
{
	size_t room = size.rows - 1, lines = text_lines(picture), shown = lines;
	const char *line = picture->data;
	struct text last = { 0 };

	if (lines + (more != 0) > room) {
		shown = room ? room - 1 : 0;
		more += lines - shown;
	}
	text_string(to, HOME);
	for (size_t i = 0; i < shown; i++) {
		const char *end = memchr(line, '\n', (size_t)(picture->data + picture->length - line));

		put_body_line(to, line, (size_t)(end - line), size.columns);
		line = end + 1;
	}
	if (more && room) {
		screen_more(&last, more);
		put_body_line(to, last.data, last.length - 1, size.columns);
		text_free(&last);
		shown++;
	}
	if (shown < room)
		text_string(to, CLEAR_BELOW);
	text_string(to, CSI);
	text_unsigned(to, size.rows);
	text_string(to, ";1H");
	put_status(to, status, size.columns);
}

/* ---- keys ---- */

int screen_keys_fd(const struct screen *screen)
{
	return screen->taken && !screen->deaf ? screen->in : -1;
}

size_t screen_single_keys(char *keys, size_t length)
{
	size_t kept = 0;

	for (size_t i = 0; i < length; i++) {
		if (keys[i] != '\033') {
			keys[kept++] = keys[i];
			continue;
		}
		/* ESC [ ... LETTER, ESC O LETTER, ESC LETTER; a lone ESC. */
		i++;
		if (i < length && keys[i] == '[') {
			do
				i++;
			while (i < length && (keys[i] < 0x40 || keys[i] > 0x7e));
		} else if (i < length && keys[i] == 'O') {
			i++;
		}
	}
	return kept;
}

size_t screen_keys(struct screen *screen, char *keys, size_t room)
{
	struct pollfd fd = { .fd = screen_keys_fd(screen), .events = POLLIN };
	ssize_t got;

	if (fd.fd < 0 || poll(&fd, 1, 0) <= 0)
		return 0;
	got = read(fd.fd, keys, room);
	if (got <= 0 && fd.revents & (POLLHUP | POLLERR | POLLNVAL))
		screen->deaf = true; /* no more will come */
	return got > 0 ? screen_single_keys(keys, (size_t)got) : 0;
}
