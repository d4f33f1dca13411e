/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c: the one main loop: events, intervals, signals, the command, the end. */
#include "core/run/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/bpf/cgroup_watch.h"
#include "core/base/clock.h"
#include "core/run/command.h"
#include "core/names/forget.h"
#include "core/run/losses.h"
#include "core/kernel/privileges.h"
#include "core/run/ready.h"
#include "core/record/writer.h"
#include "core/rows/rows.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "core/base/error.h"
#include "core/bpf/sessions.h"
#include "core/run/signals.h"
#include "core/rows/timeline.h"

#define MS     1000000ULL
#define SECOND (1000 * MS)
#define TAIL   (100 * MS) /* how long a row may wait in the ring for company */

struct run {
	const struct options *options; /* of the run as a whole */
	struct options *tools;         /* of each tool, by event.tool */
	struct cgroup_watch *cgroups;  /* NULL: none is wanted */
	struct sessions sessions;
	enum run_shows shows;
	struct rows rows;          /* everything that is printed */
	struct timeline timeline;  /* SHOWS_TIMELINE */
	struct recorder *recorder; /* NULL: none */
	struct command command;
	struct losses losses[TOOLS_MOST];
	uint64_t deadline, next_interval, next_second, last_event;
	struct signals signals;
	bool signalled; /* a signal asked for the end */
	bool stop;
};

static bool handle_event(void *context, const struct event *event, size_t size)
{
	struct run *run = context;

	recorder_event(run->recorder, event->tool, event, size);
	if (run->shows == SHOWS_TIMELINE)
		return timeline_add(&run->timeline, event, size);
	if (run->shows == SHOWS_ROWS)
		return rows_add(&run->rows, event, size);
	run->rows.outputs++;
	return !rows_are_enough(&run->rows);
}

static bool is_over(const struct run *run)
{
	return run->rows.printer.error || rows_are_enough(&run->rows) || recorder_has_failed(run->recorder);
}

/* Hands over what the ring has. */
static size_t read_ring(struct run *run)
{
	uint64_t before = clock_boot();
	size_t got = sessions_read(&run->sessions);

	if (run->shows == SHOWS_TIMELINE)
		timeline_release(&run->timeline, sessions_are_drained(&run->sessions) ? before : 0);
	return got;
}

/* What the interval that ends now adds up to. */
static void print_totals(struct run *run, uint64_t now, bool partial)
{
	sessions_iterate(&run->sessions, RUN_AT_INTERVAL);
	while (read_ring(run))
		;
	for (size_t i = 0; i < run->sessions.count; i++)
		if (options_totals(&run->tools[i]))
			recorder_interval(run->recorder, i, now, partial);
	if (run->rows.summary)
		rows_interval(&run->rows, now, partial);
}

/* The first signal lets a running command end by itself (Ctrl-C reaches it too); the second does not wait. */
static void handle_signals(struct run *run)
{
	int heard;

	while ((heard = signals_next(&run->signals))) {
		if (heard == SIGCHLD || live_signal(run->rows.live, heard))
			continue;
		if (heard != SIGINT)
			command_signal(&run->command, heard);
		if (run->signalled || !run->command.pid || run->command.ended)
			run->stop = true;
		run->signalled = true;
	}
}

static void wait_events(struct run *run, uint64_t now)
{
	struct pollfd fds[] = {
		{ .fd = sessions_fd(&run->sessions), .events = POLLIN },
		{ .fd = run->signals.fd, .events = POLLIN },
		{ .fd = run->rows.printer.fd }, /* POLLERR: nobody reads the pipe any more */
		{ .fd = live_fd(run->rows.live), .events = POLLIN },
	};
	uint64_t until = now + TAIL;

	if (run->deadline && run->deadline < until)
		until = run->deadline;
	if (run->next_interval && run->next_interval < until)
		until = run->next_interval;
	poll(fds, sizeof(fds) / sizeof(fds[0]), until > now ? (int)((until - now + MS - 1) / MS) : 0);
	if (fds[2].revents & POLLERR)
		run->stop = true;
}

static struct printer *printer_of(struct run *run, size_t tool)
{
	return run->shows == SHOWS_TIMELINE ? timeline_printer(&run->timeline, tool) : &run->rows.printer;
}

/* A recording has the ledger as often as it was told, and at the end. */
static void report_losses(struct run *run, bool end)
{
	uint64_t now = clock_boot();
	struct ledger ledger;

	for (size_t i = 0; i < run->sessions.count; i++) {
		program_name = run->tools[i].tool->name;
		if (!session_ledger(&run->sessions.each[i], &ledger)) {
			losses_unreadable(&run->losses[i], errno);
			continue;
		}
		if (losses_report(&run->losses[i], &ledger, now, printer_of(run, i)) || end)
			recorder_ledger(run->recorder, i, now, &ledger);
		if (end && run->options->verbose)
			losses_account(&ledger, printer_of(run, i));
	}
	program_name = run->options->tool->name;
	if (run->shows == SHOWS_TIMELINE)
		timeline_collect(&run->timeline);
}

/* What is due by the clock. */
static void on_clock(struct run *run, uint64_t now)
{
	if (now >= run->next_second) {
		clock_sync();
		recorder_clock(run->recorder);
		report_losses(run, false);
		recorder_flush(run->recorder);
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
	if (command_is_settled(&run->command, now, run->last_event))
		run->stop = true;
}

static void loop(struct run *run)
{
	while (!run->stop) {
		uint64_t now = clock_boot();

		wait_events(run, now);
		handle_signals(run);
		now = clock_boot();
		if (read_ring(run))
			run->last_event = now;
		cgroup_watch_read(run->cgroups);
		on_clock(run, now);
		if (!live_update(run->rows.live) || !printer_flush(&run->rows.printer) || is_over(run))
			run->stop = true;
	}
}

/* Nothing new is made; what was made is printed, then what belongs to the end. */
static void finish(struct run *run)
{
	uint64_t now;

	live_leave(run->rows.live);
	sessions_detach_producers(&run->sessions);
	while (!is_over(run) && read_ring(run))
		;
	if (!is_over(run)) {
		sessions_iterate(&run->sessions, RUN_AT_END);
		while (read_ring(run))
			;
	}
	if (run->shows == SHOWS_TIMELINE)
		timeline_end(&run->timeline);
	if ((run->rows.summary || run->next_interval) && !is_over(run)) {
		now = clock_boot();
		print_totals(run, now, now < run->next_interval);
	}
	report_losses(run, true);
	printer_flush(&run->rows.printer);
}

/* Tracing may be over (--duration, --count) while the command still runs: its exit status is worth waiting for. */
static void wait_for_command(struct run *run)
{
	run->stop = false;
	while (run->command.pid && !command_has_ended(&run->command) && !run->stop) {
		poll(&(struct pollfd){ .fd = run->signals.fd, .events = POLLIN }, 1, -1);
		handle_signals(run);
	}
}

static bool writing_failed(const struct run *run)
{
	/* The reader of a pipe may leave when it has seen enough. */
	return run->rows.printer.error && run->rows.printer.error != EPIPE;
}

/* What takes no privilege, but is wanted before there is anything to print. */
static bool open_outputs(struct run *run, struct error *error)
{
	const struct options *options = run->options;

	if (!rows_start_journal(&run->rows, error))
		return false;
	if (options->record)
		run->recorder = recorder_new(options->record, options->record_limit, error);
	return (!options->record || run->recorder) && command_prepare(&run->command, options->command, error);
}

/* Loads and attaches the tools; what is printed and recorded of them begins. */
static bool start(struct run *run, size_t count, struct error *error)
{
	const struct options *options = run->options, *recorded[TOOLS_MOST];

	if (!open_outputs(run, error))
		return false;
	clock_sync();
	if (cgroup_watch_is_wanted(options, run->tools, count) &&
	    !(run->cgroups = cgroup_watch_new(options, run->tools->tool->name, error)))
		return false;
	if (!sessions_start(&run->sessions, run->tools, count, handle_event, run, error))
		return false;
	for (size_t i = 0; i < run->sessions.count; i++)
		recorded[i] = &run->tools[i];
	recorder_start(run->recorder, recorded, run->sessions.count);
	if (run->shows == SHOWS_TIMELINE)
		timeline_start(&run->timeline, &run->rows, run->tools, run->sessions.count);
	if (!options->keep_caps) /* a command may belong to somebody else by now, and gets our signals */
		sessions_drop_privileges(&run->sessions, run->command.pid ? CAPABILITY_BIT(CAP_KILL) : 0);
	return true;
}

static void run_until_end(struct run *run)
{
	const struct options *options = run->options;
	uint64_t now = clock_boot();

	rows_begin(&run->rows, now);
	recorder_begin(run->recorder, now);
	announce_ready(&run->rows.printer, run->rows.summary && !run->rows.live);
	command_go(&run->command);
	run->deadline = options->duration ? now + options->duration : 0;
	run->next_interval = options->interval ? now + options->interval : 0;
	run->next_second = now + SECOND;
	loop(run);
	finish(run);
}

/* What is left of it, started or not. */
static bool stop(struct run *run, bool started, struct error *error)
{
	bool recorded;

	sessions_stop(&run->sessions);
	recorded = recorder_stop(run->recorder, clock_boot(), started && run->shows == SHOWS_NOTHING, error);
	command_abandon(&run->command);
	wait_for_command(run);
	return recorded;
}

static void release(struct run *run)
{
	if (run->shows == SHOWS_TIMELINE)
		timeline_stop(&run->timeline);
	rows_stop(&run->rows);
	cgroup_watch_free(run->cgroups);
	names_forget_run();
	signals_close(&run->signals);
	free(run);
}

bool run_tools(const struct options *options, struct options *tools, size_t count, enum run_shows shows,
	       struct error *error)
{
	struct run *run = must(calloc(1, sizeof(*run))); /* 190 KB that hardly anything of is touched */
	bool ok;

	*error = (struct error){ 0 };
	*run = (struct run){ .options = options, .tools = tools, .shows = shows, .command.gate = -1 };
	rows_start(&run->rows, options, STDOUT_FILENO);
	if (!signals_open(&run->signals, run->rows.live)) {
		rows_stop(&run->rows);
		free(run);
		return error_errno(error, "signalfd");
	}
	ok = start(run, count, error);
	if (ok)
		run_until_end(run);
	ok = stop(run, ok, error) && ok;
	if (ok && writing_failed(run))
		ok = error_set(error, EXIT_FAILED, "writing the output: %s", strerror(run->rows.printer.error));
	else if (ok && run->command.ended)
		error->code = run->command.status;
	release(run);
	return ok;
}

bool run(struct options *options, struct error *error)
{
	return run_tools(options, options, 1, SHOWS_ROWS, error);
}
