/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c: the one main loop: events, intervals, signals, the command, the end. */
#include "core/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/blocks.h"
#include "core/clock.h"
#include "core/command.h"
#include "core/journal_rows.h"
#include "core/live.h"
#include "core/losses.h"
#include "core/printer.h"
#include "core/privileges.h"
#include "core/ready.h"
#include "core/say.h"
#include "core/session.h"
#include "core/summary.h"

#define MS      1000000ULL
#define SECOND  (1000 * MS)
#define TAIL    (100 * MS)   /* how long a row may wait in the ring for company */
#define SETTLED (200 * MS)   /* after the command: so long without an event and nothing more is on its way ... */
#define SETTLE  (1 * SECOND) /* ... or this long altogether */

struct run {
	struct options *options;
	struct session session;
	struct printer printer;
	struct summary *summary;     /* NULL: rows */
	struct live_view *live;      /* of totals; NULL: one block after the other */
	struct journal_rows journal; /* with --journal */
	struct command command;
	struct losses losses;
	uint64_t outputs; /* rows or summaries so far: what --count limits */
	uint64_t interval_start;
	uint64_t deadline, next_interval, next_second, last_event, settle_end;
	int signals;
	bool stop;
};

static bool enough(const struct run *run)
{
	return run->options->count && run->outputs >= run->options->count;
}

static bool take_event(void *context, const struct event *event, size_t size)
{
	struct run *run = context;

	if (enough(run))
		return false;
	if (run->options->journal)
		journal_rows_add(&run->journal, event, size);
	if (run->summary) {
		summary_add(run->summary, event, size);
	} else {
		printer_row(&run->printer, event, size);
		run->outputs++;
	}
	return !enough(run) && !run->printer.error;
}

/* What the interval that ends now adds up to. */
static void print_totals(struct run *run, uint64_t now, bool partial)
{
	session_iterate(&run->session, RUN_AT_INTERVAL);
	while (session_read(&run->session))
		;
	run->printer.now = now;
	run->printer.interval = now - run->interval_start;
	run->printer.partial = partial;
	if (run->live)
		live_take(run->live, &run->summary);
	else
		blocks_print(run->summary, &run->printer);
	summary_clear(run->summary);
	run->interval_start = now;
	run->outputs++;
}

static int open_signals(const struct live_view *live)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigaddset(&set, ours[i]);
	live_signals(live, &set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The first signal lets a running command end by itself (Ctrl-C reaches it too); the second does not wait. */
static void hear_signals(struct run *run)
{
	struct signalfd_siginfo heard;
	static bool before;

	while (read(run->signals, &heard, sizeof(heard)) == (ssize_t)sizeof(heard)) {
		if (heard.ssi_signo == SIGCHLD || live_signal(run->live, (int)heard.ssi_signo))
			continue;
		if (heard.ssi_signo != SIGINT)
			command_signal(&run->command, (int)heard.ssi_signo);
		if (before || !run->command.pid || run->command.ended)
			run->stop = true;
		before = true;
	}
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return b && b < a ? b : a;
}

static void wait_for_something(struct run *run, uint64_t now)
{
	struct pollfd fds[] = {
		{ .fd = session_fd(&run->session), .events = POLLIN },
		{ .fd = run->signals, .events = POLLIN },
		{ .fd = run->printer.fd }, /* POLLERR: nobody reads the pipe any more */
		{ .fd = live_fd(run->live), .events = POLLIN },
	};
	uint64_t until = sooner(now + TAIL, run->deadline);

	until = sooner(until, run->next_interval);
	poll(fds, sizeof(fds) / sizeof(fds[0]), until > now ? (int)((until - now + MS - 1) / MS) : 0);
	if (fds[2].revents & POLLERR)
		run->stop = true;
}

/* What is due by the clock. */
static void look_at_clock(struct run *run, uint64_t now)
{
	if (now >= run->next_second) {
		clock_sync();
		losses_tell(&run->losses, &run->session, &run->printer);
		run->next_second = now + SECOND;
	}
	if (run->deadline && now >= run->deadline) {
		run->stop = true; /* finish() prints the interval that ends with it */
	} else if (run->next_interval && now >= run->next_interval) {
		print_totals(run, now, false);
		/* From the plan, not from now: intervals do not drift. */
		run->next_interval +=
			((now - run->next_interval) / run->options->interval + 1) * run->options->interval;
	}
	if (command_ended(&run->command)) {
		if (!run->settle_end) {
			run->settle_end = now + SETTLE;
			run->last_event = now;
		}
		if (now >= run->settle_end || now >= run->last_event + SETTLED)
			run->stop = true;
	}
}

static void loop(struct run *run)
{
	while (!run->stop) {
		uint64_t now = clock_boot();

		wait_for_something(run, now);
		hear_signals(run);
		now = clock_boot();
		if (session_read(&run->session))
			run->last_event = now;
		look_at_clock(run, now);
		if (!live_look(run->live) || !printer_flush(&run->printer) || enough(run))
			run->stop = true;
	}
}

/* Nothing new is made; what was made is printed, then what belongs to the end. */
static void finish(struct run *run)
{
	uint64_t now;

	live_leave(run->live);
	session_quiet(&run->session);
	while (!run->printer.error && !enough(run) && session_read(&run->session))
		;
	if (!run->printer.error && !enough(run)) {
		session_iterate(&run->session, RUN_AT_END);
		while (session_read(&run->session))
			;
	}
	if (run->summary && !enough(run) && !run->printer.error) {
		now = clock_boot();
		print_totals(run, now, now < run->next_interval);
	}
	losses_tell(&run->losses, &run->session, &run->printer);
	if (run->options->verbose)
		losses_account(&run->session, &run->printer);
	printer_flush(&run->printer);
}

/* Tracing may be over (--duration, --count) while the command still runs: its exit status is worth waiting for. */
static void wait_for_command(struct run *run)
{
	run->stop = false;
	while (run->command.pid && !command_ended(&run->command) && !run->stop) {
		poll(&(struct pollfd){ .fd = run->signals, .events = POLLIN }, 1, -1);
		hear_signals(run);
	}
}

static int exit_code(struct run *run)
{
	/* The reader of a pipe may leave when it has seen enough. */
	if (run->printer.error && run->printer.error != EPIPE) {
		say("writing the output: %s", strerror(run->printer.error));
		return EXIT_FAILED;
	}
	if (run->command.ended)
		return run->command.status;
	return EXIT_DONE;
}

int run(struct options *options)
{
	struct run run = { .options = options };
	const struct tool *tool = options->tool;
	const struct field *totals = options_totals(options);
	uint64_t now;
	int code;

	printer_start(&run.printer, options, totals ? totals : tool->fields, STDOUT_FILENO);
	if (totals) {
		run.summary = summary_new(tool, 0);
		run.live = live_new(&run.printer);
	}
	run.signals = open_signals(run.live);
	command_prepare(&run.command, options->command);
	clock_sync();
	if (options->journal)
		journal_rows_start(&run.journal, tool);
	session_start(&run.session, options, take_event, &run);
	if (!options->keep_caps) /* a command may belong to somebody else by now, and gets our signals */
		session_drop_privileges(&run.session, run.command.pid ? CAPABILITY_BIT(CAP_KILL) : 0);
	if (run.summary)
		summary_clear(run.summary); /* of the time before: counting begins now */
	now = clock_boot();
	ready(&run.printer, run.summary && !run.live);
	command_go(&run.command);

	run.deadline = options->duration ? now + options->duration : 0;
	run.interval_start = now;
	run.next_interval = options->interval ? now + options->interval : 0;
	run.next_second = now + SECOND;
	loop(&run);
	finish(&run);
	session_stop(&run.session);
	wait_for_command(&run);
	code = exit_code(&run);
	if (options->journal)
		journal_rows_stop(&run.journal);
	live_free(run.live);
	summary_free(run.summary);
	printer_free(&run.printer);
	return code;
}
