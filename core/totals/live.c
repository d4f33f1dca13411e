/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.c: a live screen of the last interval's totals, with keys that sort, group, filter, scroll and freeze. */
#include "core/totals/live.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/totals/blocks.h"
#include "core/totals/live_help.h"
#include "core/totals/live_view.h"
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
	struct live_keys keys;
	struct interval newest, frozen; /* frozen: shown instead of the newest, if taken */
	struct summary *grouped;        /* the rows of the shown interval; NULL: as they are */
	bool by_cgroup;                 /* rows of an interval are of one cgroup each */
	bool help;                      /* the help is shown instead */
	size_t help_first;              /* lines of the help that are scrolled out */
	bool typing;                    /* keys are letters of the filter */
	bool over;                      /* the terminal is restored for good ... */
	bool printed;                   /* ... and the last picture printed */
	size_t read;                    /* length of the messages that the user has confirmed with a key */
	size_t seen;                    /* length of the messages that were drawn */
};

bool live_is_possible(const struct options *asked, int fd)
{
	/* A command uses the terminal itself. */
	return !asked->recorded && asked->format == FORMAT_TABLE && !asked->noclear && !asked->command &&
	       terminal_is_capable(fd);
}

struct live_view *live_new(struct printer *printer)
{
	const struct options *asked = printer->options;
	struct live_view *view;

	if (!live_is_possible(asked, printer->fd))
		return NULL;
	view = must(calloc(1, sizeof(*view)));
	view->out = printer;
	view->by_cgroup = is_about_sockets(asked->tool) && !asked->names_cgroups;
	live_keys(&view->keys, asked, view->by_cgroup);
	view->newest.summary = live_interval(view);
	view->frozen.summary = live_interval(view);
	live_picture_start(&view->picture, asked);
	terminal_open(&view->terminal, STDIN_FILENO, printer->fd);
	return view;
}

struct summary *live_interval(const struct live_view *view)
{
	const struct options *asked = view->out->options;

	return summary_new(asked->tool, 0, asked->containers || view->by_cgroup);
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

/* Without an interval, totals are of all the time since the start, and are printed at the end. */
static bool shows_all_time(const struct live_view *view)
{
	return !view->out->options->interval;
}

static void make_picture(struct live_view *view)
{
	struct interval *interval = shown(view);
	struct summary *rows = view->grouped ? view->grouped : interval->summary;
	struct terminal_size room = terminal_size(&view->terminal);
	size_t made;

	room.rows--;
	made = live_picture_make(&view->picture, rows, interval->end, interval->length, room);
	if (!interval->counted && !shows_all_time(view))
		view->out->rows += made;
	interval->counted = true;
}

static struct live_state state_of(const struct live_view *view)
{
	const struct text *said = &view->terminal.messages;
	size_t last = view->terminal.last_message;
	bool news = said->length > view->read;

	return (struct live_state){ .tool = view->picture.asked->tool,
				    .keys = &view->keys,
				    .sort = view->picture.options.sort,
				    .group = view->picture.group,
				    .frozen = view->frozen.taken,
				    .no_keys = terminal_keys_fd(&view->terminal) < 0,
				    .typing = view->typing,
				    .filter = view->picture.filter,
				    .every = shows_all_time(view) ? LIVE_REFRESH : view->picture.asked->interval,
				    .message = news ? said->data + last : NULL,
				    .length = news ? said->length - last - 1 : 0 };
}

/* Shows the help from the line on that the user has scrolled to, if it does not fit. */
static void make_help(struct live_view *view, const struct live_state *state, struct terminal_size size)
{
	struct text *text = &view->picture.printer.text;
	size_t lines, from;

	live_help(text, state, size.columns);
	lines = text_lines(text);
	if (view->help_first + size.rows - 1 > lines)
		view->help_first = lines > size.rows - 1 ? lines - (size.rows - 1) : 0;
	from = text_line(text, 0, view->help_first);
	text->length -= from;
	memmove(text->data, text->data + from, text->length);
}

static void draw(struct live_view *view)
{
	struct text *text = &view->picture.printer.text, status = { 0 };
	struct live_state state;
	struct terminal_size size = terminal_size(&view->terminal);

	if (view->over || !terminal_acquire(&view->terminal))
		return;
	state = state_of(view);
	view->seen = view->terminal.messages.length;
	view->picture.marks.count = text->length = 0;
	if (view->help)
		make_help(view, &state, size);
	else if (shown(view)->taken)
		make_picture(view);
	else
		live_waiting(text, &state);
	live_status(&status, &state, size.columns);
	terminal_paint(&view->out->text, size, text, &view->picture.marks, &status);
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
	const struct options *asked = view->picture.asked;

	summary_free(view->grouped);
	view->grouped = NULL;
	if (!view->picture.group && (asked->containers || !view->by_cgroup))
		return;
	view->grouped = live_picture_rows(&view->picture, shown(view)->summary);
}

static void group_by(struct live_view *view, unsigned int group)
{
	live_picture_group(&view->picture, group);
	group_again(view);
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

/* Moves *at by a number of lines, if it is a key that scrolls. */
static void scroll(size_t *at, int key, size_t page)
{
	size_t back = key == KEY_UP ? 1 : key == KEY_PAGE_UP ? page : key == KEY_HOME ? *at : 0;

	*at -= back < *at ? back : *at;
	if (key == KEY_END)
		*at = SIZE_MAX / 2; /* drawing corrects it */
	else
		*at += key == KEY_DOWN ? 1 : key == KEY_PAGE_DOWN ? page : 0;
}

static void scroll_picture(struct live_view *view, int key)
{
	struct live_fit *fit = &view->picture.fit;

	scroll(&view->picture.first, key, view->picture.page);
	if (key == KEY_LEFT && fit->left)
		fit->left--;
	else if (key == KEY_RIGHT)
		fit->left++;
}

static void set_filter(struct live_view *view, size_t length)
{
	view->picture.filter[length] = '\0';
	view->picture.first = 0;
}

/* Removes the last character, which may have several bytes. */
static void remove_letter(struct live_view *view)
{
	size_t length = strlen(view->picture.filter);

	while (length && (view->picture.filter[--length] & 0xc0) == 0x80)
		;
	set_filter(view, length);
}

static void type(struct live_view *view, int key)
{
	char *filter = view->picture.filter;
	size_t length = strlen(filter);

	if (key == KEY_ESCAPE)
		set_filter(view, 0);
	if (key == KEY_ESCAPE || key == '\n' || key == '\r')
		view->typing = false;
	else if (key == KEY_BACKSPACE || key == '\b')
		remove_letter(view);
	else if (key > KEY_ESCAPE)
		scroll_picture(view, key);
	else if (key >= ' ' && length + 1 < LIVE_FILTER) {
		filter[length] = (char)key;
		set_filter(view, length + 1);
	}
}

static void choose(struct live_view *view, const struct live_key *own)
{
	if (own->what == LIVE_SORT) {
		live_picture_sort(&view->picture, own->index);
	} else if (own->what == LIVE_GROUP) {
		group_by(view, own->index);
	} else {
		live_picture_show(&view->picture, own->flag);
		if (view->picture.group) /* groups lack these columns */
			group_by(view, 0);
	}
}

/* A key while the help is shown: one that scrolls, or any, which returns. */
static void press_in_help(struct live_view *view, int key)
{
	scroll(&view->help_first, key, terminal_size(&view->terminal).rows - 1);
	view->help = key > KEY_ESCAPE;
}

static bool press(struct live_view *view, int key)
{
	const struct live_key *own = live_key(&view->keys, key);

	view->read = view->terminal.messages.length;
	if (view->typing) {
		type(view, key);
	} else if (key == 'q') {
		return false;
	} else if (view->help) {
		press_in_help(view, key);
	} else if (own) {
		choose(view, own);
	} else if (key == '?' || key == 'h') {
		view->help = true;
		view->help_first = 0;
	} else if (key == '/') {
		view->typing = true;
	} else if (key == KEY_ESCAPE) {
		set_filter(view, 0);
	} else if (key == ' ') {
		freeze(view);
	} else if (key > KEY_ESCAPE) {
		scroll_picture(view, key);
	}
	return true;
}

int live_fd(const struct live_view *view)
{
	return view ? terminal_keys_fd(&view->terminal) : -1;
}

bool live_update(struct live_view *view)
{
	int keys[TERMINAL_KEYS];
	size_t n = view ? terminal_keys(&view->terminal, keys) : 0;

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

	make_picture(view);
	text_bytes(&view->out->text, picture->data, picture->length);
}

/* Prints everything, as without a screen. */
static void print_all(struct live_view *view, const struct summary *summary)
{
	const struct options *asked = view->out->options;
	struct summary *rows = summary_new(asked->tool, 0, asked->containers);

	summary_add_all(rows, summary);
	blocks_print(rows, view->out);
	summary_free(rows);
}

static void show_newest(struct live_view *view)
{
	if (view->frozen.taken)
		return;
	group_again(view);
	draw(view);
}

void live_add(struct live_view *view, struct summary **summary)
{
	struct summary *spare = view->newest.summary;

	if (shows_all_time(view)) {
		print_all(view, *summary);
		return;
	}
	view->newest = (struct interval){ *summary, view->out->now, view->out->columns.interval, .taken = true };
	summary_clear(spare);
	*summary = spare;
	if (!view->over) {
		show_newest(view);
	} else if (!view->printed) {
		group_again(view);
		print_picture(view);
	}
}

void live_refresh(struct live_view *view, const struct summary *summary)
{
	summary_clear(view->newest.summary);
	summary_add_all(view->newest.summary, summary);
	view->newest =
		(struct interval){ view->newest.summary, view->out->now, view->out->columns.interval, .taken = true };
	show_newest(view);
}

void live_leave(struct live_view *view)
{
	if (!view)
		return;
	give_back(view);
	view->over = true;
	view->printed = shown(view)->taken && !shows_all_time(view);
	if (view->printed)
		print_picture(view);
	view->frozen.taken = false;
}
