/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.c: a live screen of the last interval's totals, with keys that sort, group and freeze. */
#include "core/totals/live.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/totals/live_view.h"
#include "core/totals/live_help.h"
#include "core/base/must.h"
#include "core/base/terminal.h"

struct interval {
	struct summary *summary;
	uint64_t end, length; /* ns */
	bool taken;           /* an interval has ended */
	bool counted;         /* its rows are counted as printed */
};

struct live_view {
	struct printer *out; /* the run's: everything drawn goes through it */
	struct terminal terminal;
	struct live_picture picture;
	struct interval newest, frozen; /* frozen: shown instead of the newest, if taken */
	struct summary *grouped;        /* the rows of the shown interval; with a group */
	bool help;                      /* the help is shown instead */
	bool over;                      /* the terminal is restored for good ... */
	bool printed;                   /* ... and the last picture printed */
	size_t read;                    /* length of the messages that the user has confirmed with a key */
	size_t seen;                    /* length of the messages that were drawn */
};

struct live_view *live_new(struct printer *printer)
{
	const struct options *asked = printer->options;
	const struct live *live = asked->tool->totals ? asked->tool->totals->live : NULL;
	struct live_view *view;

	/* A command uses the terminal itself. */
	if (!live || asked->recorded || asked->format != FORMAT_TABLE || (live->unless & asked->settings.flags) ||
	    !asked->interval || asked->command || !terminal_is_capable(printer->fd))
		return NULL;
	view = must(calloc(1, sizeof(*view)));
	view->out = printer;
	view->newest.summary = summary_new(asked->tool, 0, asked->containers);
	view->frozen.summary = summary_new(asked->tool, 0, asked->containers);
	live_picture_start(&view->picture, asked);
	terminal_open(&view->terminal, STDIN_FILENO, printer->fd);
	return view;
}

void live_free(struct live_view *view)
{
	if (!view)
		return;
	terminal_close(&view->terminal);
	live_picture_free(&view->picture);
	summary_free(view->newest.summary);
	summary_free(view->frozen.summary);
	summary_free(view->grouped);
	free(view);
}

/* ---- drawing ---- */

static struct interval *shown(struct live_view *view)
{
	return view->frozen.taken ? &view->frozen : &view->newest;
}

static size_t make_picture(struct live_view *view)
{
	struct interval *interval = shown(view);
	struct summary *rows = view->picture.group ? view->grouped : interval->summary;
	size_t room = terminal_size(&view->terminal).rows - 1;
	size_t made = live_picture_make(&view->picture, rows, interval->end, interval->length, room);

	if (!interval->counted)
		view->out->rows += made;
	interval->counted = true;
	return made;
}

static struct live_state state_of(const struct live_view *view)
{
	const struct text *said = &view->terminal.messages;
	size_t last = view->terminal.last_message;
	bool news = said->length > view->read;

	return (struct live_state){ .tool = view->picture.asked->tool,
				    .sort = view->picture.options.sort,
				    .group = view->picture.group,
				    .frozen = view->frozen.taken,
				    .keys = terminal_keys_fd(&view->terminal) >= 0,
				    .every = view->picture.asked->interval,
				    .message = news ? said->data + last : NULL,
				    .length = news ? said->length - last - 1 : 0 };
}

static void draw(struct live_view *view)
{
	struct text *text = &view->picture.printer.text, status = { 0 };
	struct live_state state;

	if (view->over || !terminal_acquire(&view->terminal))
		return;
	state = state_of(view);
	view->seen = view->terminal.messages.length;
	view->picture.more = text->length = 0;
	if (view->help)
		live_help(text, view->picture.asked->tool);
	else if (shown(view)->taken)
		make_picture(view);
	else
		live_waiting(text, &state);
	live_status(&status, &state);
	terminal_paint(&view->out->text, terminal_size(&view->terminal), text, view->picture.more, &status);
	printer_flush(view->out);
	text_free(&status);
}

static void give_back(struct live_view *view)
{
	terminal_release(&view->terminal);
	view->read = view->seen = 0;
}

/* ---- keys ---- */

static void group_again(struct live_view *view)
{
	summary_free(view->grouped);
	view->grouped = NULL;
	if (!view->picture.group)
		return;
	view->grouped = summary_new(view->picture.asked->tool, view->picture.group, view->picture.asked->containers);
	summary_add_all(view->grouped, shown(view)->summary);
}

static void exchange(struct live_view *view)
{
	struct interval newest = view->newest;

	view->newest = view->frozen;
	view->frozen = newest;
}

/* Freezes the newest interval, or resumes with the newest one. */
static void freeze(struct live_view *view)
{
	if (view->frozen.taken && view->newest.taken) {
		view->frozen.taken = false;
		group_again(view);
	} else {
		exchange(view);
	}
}

static bool press(struct live_view *view, char key)
{
	const struct live_key *own = view->help ? NULL : live_key(view->picture.asked->tool->totals->live, key);

	view->read = view->terminal.messages.length;
	if (own && own->what == LIVE_SORT) {
		view->picture.options.sort = own->index;
	} else if (own) {
		view->picture.group = own->index;
		group_again(view);
	} else if (key == 'q') {
		return false;
	} else if (view->help || key == '?' || key == 'h') {
		view->help = !view->help;
	} else if (key == ' ') {
		freeze(view);
	}
	return true;
}

int live_fd(const struct live_view *view)
{
	return view ? terminal_keys_fd(&view->terminal) : -1;
}

bool live_update(struct live_view *view)
{
	char keys[64];
	size_t n = view ? terminal_keys(&view->terminal, keys, sizeof(keys)) : 0;

	for (size_t i = 0; i < n; i++) {
		if (!press(view, keys[i]))
			return false;
	}
	if (view && (n || view->terminal.messages.length != view->seen || !view->terminal.acquired))
		draw(view);
	return true;
}

/* ---- signals ---- */

void live_signals(const struct live_view *view, sigset_t *set)
{
	/* SIGTTIN and SIGTTOU are blocked, so that the process never stops in the background. */
	static const int ours[] = { SIGWINCH, SIGTSTP, SIGCONT, SIGTTIN, SIGTTOU, SIGQUIT };

	for (size_t i = 0; view && i < sizeof(ours) / sizeof(ours[0]); i++)
		sigaddset(set, ours[i]);
}

/* Does what an unblocked SIGTSTP does, after restoring the terminal. */
static void stop(struct live_view *view)
{
	sigset_t set;

	give_back(view);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

bool live_signal(struct live_view *view, int signal)
{
	if (!view)
		return false;
	switch (signal) {
	case SIGTTIN:
	case SIGTTOU:
		return true;
	case SIGTSTP:
		stop(view);
		break;
	case SIGCONT:
		terminal_invalidate(&view->terminal);
		break;
	case SIGWINCH:
		break;
	default:
		return false;
	}
	draw(view);
	return true;
}

/* ---- intervals, and the end ---- */

/* Prints the last picture, so that the terminal keeps its lines. */
static void print_picture(struct live_view *view)
{
	const struct text *picture = &view->picture.printer.text;

	text_bytes(&view->out->text, picture->data, picture->length);
	if (view->picture.more)
		terminal_put_more(&view->out->text, view->picture.more);
}

void live_add(struct live_view *view, struct summary **summary)
{
	struct summary *spare = view->newest.summary;

	view->newest = (struct interval){ *summary, view->out->now, view->out->columns.interval, .taken = true };
	summary_clear(spare);
	*summary = spare;
	if (!view->frozen.taken)
		group_again(view);
	if (!view->over) {
		if (!view->frozen.taken)
			draw(view);
	} else if (!view->printed) {
		make_picture(view);
		print_picture(view);
	}
}

void live_leave(struct live_view *view)
{
	if (!view)
		return;
	give_back(view);
	view->over = true;
	view->printed = shown(view)->taken;
	if (view->printed) {
		make_picture(view);
		print_picture(view);
	}
	view->frozen.taken = false;
}
