/* SPDX-License-Identifier: GPL-2.0-or-later */
/* terminal.c: a screen that is redrawn in place, and its keys.
 *
 * No library: the ten ECMA-48 sequences below suffice, and every current terminal inherits them from the VT220 and
 * xterm. An image FROM scratch has no terminfo database. */
#include "core/base/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/message.h"
#include "core/base/output.h"

#define CSI          "\033["
#define ENTER_SCREEN CSI "?1049h" CSI "?7l" CSI "?25l" CSI "2J" /* alternate screen, no wrapping, no cursor, empty */
#define LEAVE_SCREEN CSI "m" CSI "?7h" CSI "?25h" CSI "?1049l"
#define HOME         CSI "H"
#define CLEAR_LINE   CSI "K" /* erase to the end of the line */
#define CLEAR_BELOW  CSI "J"
#define REVERSE      CSI "7m"
#define PLAIN        CSI "m"
#define NEXT_LINE    "\r\n"

#define TAB          8

#define RED          CSI "31m"

const char *const terminal_red = RED, *const terminal_plain = PLAIN;

const unsigned int terminal_requests[TERMINAL_REQUESTS] = { TCGETS,     TCSETS,    TCSETSW, TCSETSF,
							    TIOCGWINSZ, TIOCGPGRP, FIONREAD };

/* For the handlers that run when the program ends. */
static struct terminal *the_terminal;

bool terminal_is_capable(int out)
{
	const char *kind = getenv("TERM");

	return isatty(out) && kind && *kind && strcmp(kind, "dumb") != 0;
}

static void close_at_exit(void)
{
	if (the_terminal)
		terminal_close(the_terminal);
}

void terminal_open(struct terminal *terminal, int in, int out)
{
	static bool registered;

	*terminal = (struct terminal){ .in = in, .out = out, .no_keys = !isatty(in) };
	the_terminal = terminal;
	if (!registered)
		atexit(close_at_exit);
	registered = true;
}

/* ---- acquire and release ---- */

/* A failed write to the terminal has no other channel to report it. */
static void put(int fd, const char *bytes, size_t length)
{
	size_t done;

	output_write(fd, bytes, length, &done);
}

static void collect(void *context, const char *line, size_t length)
{
	struct terminal *terminal = context;

	terminal->last_message = terminal->messages.length;
	text_bytes(&terminal->messages, line, length);
}

/* Without job control (a terminal of another session) there is no background. */
static bool in_background(const struct terminal *terminal)
{
	pid_t foreground = tcgetpgrp(terminal->out);

	return foreground >= 0 && foreground != getpgrp();
}

static void open_keys(struct terminal *terminal)
{
	struct termios raw;

	if (!terminal->remembered && tcgetattr(terminal->in, &terminal->before)) {
		terminal->no_keys = true;
		return;
	}
	terminal->remembered = true;
	raw = terminal->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* ISIG stays on: Ctrl-C and Ctrl-Z work */
	raw.c_cc[VMIN] = 0;                        /* read() never blocks */
	raw.c_cc[VTIME] = 0;
	tcsetattr(terminal->in, TCSANOW, &raw);
}

bool terminal_acquire(struct terminal *terminal)
{
	if (in_background(terminal))
		return false;
	if (terminal->acquired)
		return true;
	if (!terminal->no_keys)
		open_keys(terminal);
	put(terminal->out, ENTER_SCREEN, sizeof(ENTER_SCREEN) - 1);
	terminal->acquired = true;
	if (isatty(STDERR_FILENO))
		message_redirect(collect, terminal);
	return true;
}

void terminal_release(struct terminal *terminal)
{
	if (terminal->acquired) {
		put(terminal->out, LEAVE_SCREEN, sizeof(LEAVE_SCREEN) - 1);
		if (terminal->remembered)
			tcsetattr(terminal->in, TCSANOW, &terminal->before);
	}
	terminal->acquired = false;
	message_redirect(NULL, NULL);
	put(STDERR_FILENO, terminal->messages.data, terminal->messages.length);
	terminal->messages.length = terminal->last_message = 0;
}

void terminal_invalidate(struct terminal *terminal)
{
	terminal->acquired = false;
}

void terminal_close(struct terminal *terminal)
{
	terminal_release(terminal);
	text_free(&terminal->messages);
	the_terminal = NULL;
}

/* ---- drawing ---- */

struct terminal_size terminal_size(const struct terminal *terminal)
{
	struct terminal_size size = { 24, 80 };
	struct winsize window;

	if (!ioctl(terminal->out, TIOCGWINSZ, &window) && window.ws_row && window.ws_col)
		size = (struct terminal_size){ window.ws_row, window.ws_col };
	return size;
}

/* Copies as much of a line as fits, in whole characters, with tabs as spaces. Returns the columns it fills. marks: its
 * reversed parts; NULL: none. */
static size_t put_line(struct text *to, const char *line, size_t length, size_t columns,
		       const struct terminal_marks *marks)
{
	size_t cells = 0, mark = 0;
	bool reversed = false;

	for (size_t i = 0; i < length; i++) {
		bool begins = (line[i] & 0xc0) != 0x80;

		if (begins && cells == columns)
			break;
		if (begins && marks && mark < marks->count && cells == marks->each[mark].from) {
			text_string(to, REVERSE);
			reversed = true;
		}
		if (line[i] != '\t') {
			text_char(to, line[i]);
			cells += begins;
		} else {
			do {
				text_char(to, ' ');
				cells++;
			} while (cells % TAB && cells < columns);
		}
		if (reversed && cells >= marks->each[mark].to) {
			text_string(to, PLAIN);
			reversed = false;
			mark++;
		}
	}
	if (reversed)
		text_string(to, PLAIN);
	return cells;
}

/* Erases the rest of a shorter line only: after a full line the cursor stands on its last character. */
static void put_body_line(struct text *to, const char *line, size_t length, size_t columns,
			  const struct terminal_marks *marks)
{
	if (put_line(to, line, length, columns, marks) < columns)
		text_string(to, CLEAR_LINE);
	text_string(to, NEXT_LINE);
}

static void put_status(struct text *to, const struct text *status, size_t columns)
{
	size_t cells;

	text_string(to, REVERSE);
	for (cells = put_line(to, status->data, status->length, columns, NULL); cells < columns; cells++)
		text_char(to, ' ');
	text_string(to, PLAIN);
}

void terminal_paint(struct text *to, struct terminal_size size, const struct text *picture,
		    const struct terminal_marks *marks, const struct text *status)
{
	size_t room = size.rows - 1, lines = text_lines(picture), shown = lines < room ? lines : room;
	const char *line = picture->data;

	text_string(to, HOME);
	for (size_t i = 0; i < shown; i++) {
		const char *end = memchr(line, '\n', (size_t)(picture->data + picture->length - line));

		put_body_line(to, line, (size_t)(end - line), size.columns,
			      marks && marks->count && marks->line == i ? marks : NULL);
		line = end + 1;
	}
	if (shown < room)
		text_string(to, CLEAR_BELOW);
	text_string(to, CSI);
	text_unsigned(to, size.rows);
	text_string(to, ";1H");
	put_status(to, status, size.columns);
}

/* ---- keys ---- */

int terminal_keys_fd(const struct terminal *terminal)
{
	return terminal->acquired && !terminal->no_keys ? terminal->in : -1;
}

size_t terminal_keys(struct terminal *terminal, int *keys)
{
	struct pollfd fd = { .fd = terminal_keys_fd(terminal), .events = POLLIN };
	size_t before = terminal->n_unread, used, count;
	ssize_t got = 0;

	if (fd.fd < 0)
		return 0;
	if (poll(&fd, 1, 0) > 0) {
		got = read(fd.fd, terminal->unread + before, sizeof(terminal->unread) - before);
		if (got <= 0 && fd.revents & (POLLHUP | POLLERR | POLLNVAL))
			terminal->no_keys = true; /* end of file or an error */
	}
	if (got > 0)
		terminal->n_unread += (size_t)got;
	/* A key that began before this call would be whole by now. */
	count = keys_of_bytes(keys, terminal->unread, terminal->n_unread, &used, got <= 0 || before >= KEY_LONGEST);
	terminal->n_unread -= used;
	memmove(terminal->unread, terminal->unread + used, terminal->n_unread);
	return count;
}
