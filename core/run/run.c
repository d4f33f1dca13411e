/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c: the one main loop: events, intervals, signals, the command, the end. */
#include "core/run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
#include "core/base/output.h"
#include "core/model/event_reader.h"
#include "core/bpf/sessions.h"
#include "core/run/sandbox.h"
#include "core/run/signals.h"
#include "core/rows/timeline.h"

#define MS          1000000ULL
#define SECOND      (1000 * MS)
#define TAIL        (100 * MS) /* the longest delay of a row in the ring */

#define LOOK_EVERY  1024       /* events between checks for signals */
#define SAME_SIGNAL (100 * MS) /* a signal within this time after another is the same one */
/* At the end of the run: the patience with a reader that takes nothing, and in total with a slow one. */
#define STUCK SECOND
#define SLOW  (3 * SECOND)
#define LATE  100 /* ms; a program that was running at detach has returned by then */

struct run {
	const struct options *options; /* of the run as a whole */
	struct options *tools;         /* of each tool, by event.tool */
	struct cgroup_watch *cgroups;  /* NULL: not needed */
	struct sessions sessions;
	enum run_shows shows;
	struct rows rows;          /* all output goes through it */
	struct timeline timeline;  /* SHOWS_TIMELINE */
	struct recorder *recorder; /* NULL: none */
	struct command command;
	struct losses losses[TOOLS_MOST];
	uint64_t begun, deadline, next_interval, next_second, last_event;
	uint64_t next_refresh; /* of the live screen of totals that have no interval; 0: none */
	struct signals signals;
	uint64_t later;      /* bit N: signal N arrived during a write, and is pending */
	uint64_t ended_by;   /* when a signal ended the run, ns; 0: not yet */
	uint64_t waited_for; /* delay by readers before the end began, ns */
	uint64_t taken;      /* events read */
	bool signalled;      /* a signal requested the end */
	bool stop;
	bool ending;  /* the remaining output is being printed */
	bool at_once; /* a further signal: skip the remaining output ... */
	bool cut;     /* ... and some was skipped */
	bool reading; /* the ring; unlike iterators' events, its events can wait */
	bool unread;  /* the ledger has more events than were read */
};

/* Whether the run continues because it has a recording, although the output's terminal is gone. */
static bool records_on(const struct run *run)
{
	return run->recorder && run->rows.printer.error == EIO;
}

static bool is_over(const struct run *run)
{
	return run->at_once || (run->rows.printer.error && !records_on(run)) || rows_are_enough(&run->rows) ||
	       recorder_has_failed(run->recorder);
}

static void end_line(void)
{
	size_t done;

	output_write(STDERR_FILENO, "\n", 1, &done);
}

/* The first signal lets a running command end normally (Ctrl-C reaches it too); the second does not wait for it. A
 * further one ends the run at once, unless it is the same signal over another path (from a terminal, forwarded by a
 * wrapper). */
static void end_by(struct run *run, int signal)
{
	uint64_t now = clock_boot();

	if (signal != SIGINT)
		command_signal(&run->command, signal);
	/* The terminal has printed "^C": messages begin on a new line. */
	if (signal == SIGINT && !run->signalled && !run->rows.live && isatty(STDERR_FILENO))
		end_line();
	if (run->ended_by && signal != SIGHUP && now - run->ended_by >= SAME_SIGNAL)
		run->at_once = true;
	if (run->signalled || !run->command.pid || run->command.ended)
		run->stop = true;
	if (run->stop && !run->ended_by)
		run->ended_by = now;
	run->signalled = true;
}

static void handle_signals(struct run *run)
{
	int heard;

	while ((heard = run->later ? __builtin_ctzll(run->later) : signals_next(&run->signals))) {
		run->later &= ~(1ULL << heard);
		if (heard != SIGCHLD && !live_signal(run->rows.live, heard))
			end_by(run, heard);
	}
}

/* During a read or write: handles only signals that end the run; the others stay pending. */
static void hear_the_end(struct run *run)
{
	int heard;

	while ((heard = signals_next(&run->signals))) {
		if (heard == SIGINT || heard == SIGTERM || heard == SIGHUP)
			end_by(run, heard);
		else
			run->later |= 1ULL << heard;
	}
	if (run->deadline && clock_boot() >= run->deadline)
		run->stop = true;
}

/* Waits for a blocked reader as long as the run lasts, and for a limited time afterwards. */
static bool goes_on(void *context, const struct output_delay *delay)
{
	struct run *run = context;

	hear_the_end(run);
	if (!run->stop && !run->ending) {
		run->waited_for = delay->total;
		return true;
	}
	return !run->at_once && delay->stuck < STUCK && delay->total - run->waited_for < SLOW;
}

static bool take(struct run *run, const struct event *event, size_t size)
{
	recorder_event(run->recorder, event->tool, event, size);
	if (run->shows == SHOWS_TIMELINE)
		return timeline_add(&run->timeline, event, size);
	if (run->shows == SHOWS_ROWS)
		return rows_add(&run->rows, event, size);
	run->rows.outputs++;
	return !rows_are_enough(&run->rows);
}

static bool handle_event(void *context, const struct event *event, size_t size)
{
	struct run *run = context;
	bool more = take(run, event, size) || records_on(run);

	if (++run->taken % LOOK_EVERY == 0)
		hear_the_end(run);
	return more && !(run->reading && (run->at_once || (run->stop && !run->ending)));
}

/* Reads the ring once. */
static size_t read_ring(struct run *run)
{
	uint64_t before = clock_boot();
	size_t got;

	run->reading = true;
	got = sessions_read(&run->sessions);
	run->reading = false;
	if (run->shows == SHOWS_TIMELINE)
		timeline_release(&run->timeline, sessions_are_drained(&run->sessions) ? before : 0);
	else if (run->shows == SHOWS_ROWS && sessions_are_drained(&run->sessions))
		rows_pass(&run->rows, before - TAIL);
	return got;
}

/* Reads all events in the ring; while the run continues, at most as many as the ring can contain. */
static void empty_ring(struct run *run)
{
	size_t most = run->options->ring_bytes / sizeof(struct event), got = 0, more;

	do {
		more = is_over(run) ? 0 : read_ring(run);
		got += more;
	} while (more && (run->ending || (got < most && !run->stop)));
}

/* Ends an interval of totals and prints it. */
static void print_totals(struct run *run, uint64_t now, bool partial)
{
	sessions_iterate(&run->sessions, RUN_AT_INTERVAL);
	partial |= sessions_are_partial(&run->sessions);
	empty_ring(run);
	for (size_t i = 0; i < run->sessions.count; i++)
		if (options_totals(&run->tools[i]))
			recorder_interval(run->recorder, i, now, partial);
	if (run->rows.summary)
		rows_interval(&run->rows, now, partial);
}

/* Shows the totals so far, and continues to count. */
static void refresh(struct run *run, uint64_t now)
{
	sessions_iterate(&run->sessions, RUN_AT_INTERVAL);
	empty_ring(run);
	rows_refresh(&run->rows, now);
	run->next_refresh = now + LIVE_REFRESH;
}

static void wait_events(struct run *run, uint64_t now)
{
	struct pollfd fds[] = {
		{ .fd = sessions_fd(&run->sessions), .events = POLLIN },
		{ .fd = run->signals.fd, .events = POLLIN },
		/* POLLERR: the pipe has no reader any more, or the terminal is gone */
		{ .fd = run->rows.printer.error ? -1 : run->rows.printer.fd },
		{ .fd = live_fd(run->rows.live), .events = POLLIN },
	};
	uint64_t until = now + TAIL;

	if (run->deadline && run->deadline < until)
		until = run->deadline;
	if (run->next_interval && run->next_interval < until)
		until = run->next_interval;
	if (run->next_refresh && run->next_refresh < until)
		until = run->next_refresh;
	poll(fds, sizeof(fds) / sizeof(fds[0]), until > now ? (int)((until - now + MS - 1) / MS) : 0);
	if (!(fds[2].revents & POLLERR))
		return;
	if (run->recorder && !isatty(run->rows.printer.fd) && errno == EIO) /* the terminal has hung up */
		run->rows.printer.error = EIO;
	else
		run->stop = true;
}

static struct printer *printer_of(struct run *run, size_t tool)
{
	return run->shows == SHOWS_TIMELINE ? timeline_printer(&run->timeline, tool) : &run->rows.printer;
}

static uint64_t filtered_rows(struct run *run, size_t tool)
{
	return run->shows == SHOWS_TIMELINE ? run->timeline.lines.tools[tool].rows.filtered : run->rows.filtered;
}

/* Records the ledger whenever losses were reported, and at the end; including the rows that the user half excludes. */
static void report_losses(struct run *run, bool end)
{
	uint64_t now = clock_boot();
	struct ledger ledger, told;

	for (size_t i = 0; i < run->sessions.count; i++) {
		message_name(run->tools[i].tool->name);
		if (!session_ledger(&run->sessions.each[i], &ledger)) {
			losses_unreadable(&run->losses[i], errno);
			continue;
		}
		told = ledger;
		ledger_filter(&told, filtered_rows(run, i));
		if (losses_report(&run->losses[i], &told, now, printer_of(run, i)) || end)
			recorder_ledger(run->recorder, i, now, &ledger);
		if (end && run->options->reader)
			run->options->reader->ledger(run->options->reader->state, run->tools[i].tool, &told);
		if (end && run->options->verbose)
			losses_account(&told, printer_of(run, i));
	}
	message_name(run->options->tool->name);
	if (run->shows == SHOWS_TIMELINE)
		timeline_collect(&run->timeline);
}

/* Does everything that is due at this time. */
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
		run->stop = true; /* finish() prints the interval that ends here */
	} else if (run->next_interval && now >= run->next_interval) {
		print_totals(run, now, false);
		/* From the planned time, so that intervals do not drift. */
		run->next_interval +=
			((now - run->next_interval) / run->options->interval + 1) * run->options->interval;
	}
	if (run->next_refresh && now >= run->next_refresh && !run->stop)
		refresh(run, now);
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
		if (!live_update(run->rows.live))
			run->stop = true;
		printer_flush(&run->rows.printer);
		if (is_over(run))
			run->stop = true;
	}
}

/* Whether every event that the session sent was read. More may have been read: side events do not count as sent. */
static bool is_balanced(const struct session *session, struct ledger *ledger)
{
	return !session_ledger(session, ledger) || ledger->counters.sent <= session->received;
}

/* Reports events that were neither lost nor read. */
static void check_account(struct run *run)
{
	struct ledger ledger;

	for (size_t i = 0; i < run->sessions.count && !is_over(run); i++) {
		const struct session *session = &run->sessions.each[i];
		int waited = 0;

		while (!is_balanced(session, &ledger) && waited++ < LATE) {
			poll(NULL, 0, 1);
			empty_ring(run);
		}
		if (waited <= LATE || is_over(run))
			continue;
		run->unread = true;
		print_error("internal: %s sent %llu events and %llu were read: rows are missing", session->tool->name,
			    (unsigned long long)ledger.counters.sent, (unsigned long long)session->received);
	}
}

/* Whether rows of a tool compare two walks. */
static bool compares(const struct run *run)
{
	for (size_t i = 0; i < run->sessions.count; i++) {
		const struct options *options = &run->tools[i];

		if (options->tool->totals && options->tool->totals->compares & options->settings.flags)
			return true;
	}
	return false;
}

static void end_reader(struct run *run)
{
	const struct event_reader *reader = run->options->reader;
	struct event_span span = { .begun = run->begun,
				   .ended = clock_boot(),
				   .partial = sessions_are_partial(&run->sessions),
				   .cut = run->cut };

	if (reader)
		reader->end(reader->state, &run->rows.printer.text, &span);
}

/* Stops the producers of events, prints the remaining events, then what belongs to the end. */
static void finish(struct run *run)
{
	uint64_t now;

	run->ending = true;
	live_leave(run->rows.live);
	sessions_detach_producers(&run->sessions);
	empty_ring(run);
	if (!is_over(run)) {
		sessions_iterate(&run->sessions, RUN_AT_END);
		if (run->shows == SHOWS_TIMELINE && compares(run))
			sessions_iterate(&run->sessions, RUN_AT_INTERVAL);
		empty_ring(run);
	}
	if (run->shows == SHOWS_TIMELINE)
		timeline_end(&run->timeline);
	else if (run->shows == SHOWS_ROWS)
		rows_end(&run->rows, clock_boot());
	if ((run->rows.summary || run->next_interval) && !is_over(run)) {
		now = clock_boot();
		print_totals(run, now, now < run->next_interval);
	}
	if (run->shows == SHOWS_ROWS)
		rows_tail(&run->rows);
	check_account(run);
	if (sessions_are_partial(&run->sessions) && !run->rows.summary)
		losses_partial(&run->rows.printer, clock_boot());
	report_losses(run, true);
	run->cut = run->at_once;
	end_reader(run);
	printer_flush(&run->rows.printer);
	if (run->cut)
		print_warning("ended at once: the last rows are missing");
}

/* The command may outlive tracing (--duration, --count): its exit status is still needed. */
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
	/* The reader of a pipe may exit when it has read enough. */
	return run->rows.printer.error && run->rows.printer.error != EPIPE;
}

/* Opens outputs that need no privileges, before anything is printed. */
static bool open_outputs(struct run *run, struct error *error)
{
	const struct options *options = run->options;

	if (!rows_start_journal(&run->rows, error))
		return false;
	if (options->record)
		run->recorder = recorder_new(options->record, options->record_limit, error);
	recorder_hide_addresses(run->recorder);
	return (!options->record || run->recorder) && command_prepare(&run->command, options->command, error);
}

/* A live screen can do without: its groups then have no names. */
static bool watch_cgroups(struct run *run, size_t count, struct error *error)
{
	const struct options *options = run->options;
	bool wanted = cgroup_watch_is_wanted(options, run->tools, count);

	if (!wanted && !(run->rows.live && is_about_sockets(options->tool)))
		return true;
	run->cgroups = cgroup_watch_new(options, run->tools->tool->name, error);
	if (run->cgroups || wanted)
		return run->cgroups != NULL;
	*error = (struct error){ 0 };
	return true;
}

/* Loads and attaches the tools, and starts their output and recording. */
static bool start(struct run *run, size_t count, struct error *error)
{
	const struct options *options = run->options, *recorded[TOOLS_MOST];

	if (!open_outputs(run, error))
		return false;
	clock_sync();
	if (!watch_cgroups(run, count, error))
		return false;
	if (!sessions_start(&run->sessions, run->tools, count, handle_event, run, error))
		return false;
	for (size_t i = 0; i < run->sessions.count; i++)
		recorded[i] = &run->tools[i];
	recorder_start(run->recorder, recorded, run->sessions.count);
	if (run->shows == SHOWS_TIMELINE)
		timeline_start(&run->timeline, &run->rows, run->tools, run->sessions.count);
	if (!options->keep_caps && !options->interval) {
		sessions_open_iterators(&run->sessions, RUN_AT_INTERVAL, compares(run) ? 2 : 1);
		sessions_open_iterators(&run->sessions, RUN_AT_END, 1);
	}
	if (!options->keep_caps) /* without CAP_KILL, a command with another uid by now would miss forwarded signals */
		sessions_drop_privileges(&run->sessions, run->command.pid ? CAPABILITY_BIT(CAP_KILL) : 0);
	if (!options->keep_caps && !options->no_sandbox)
		sandbox_enter(SANDBOX_TRACE, options->verbose);
	return true;
}

/* Whether only a signal ends the counting; a snapshot ends without one. */
static bool counts_until_ctrl_c(const struct run *run)
{
	const struct totals *totals = run->options->tool->totals;

	return run->rows.summary && !run->rows.live && !(totals && totals->of_states && run->options->duration);
}

static void run_until_end(struct run *run)
{
	const struct options *options = run->options;
	uint64_t now = clock_boot();

	run->begun = now;
	rows_begin(&run->rows, now);
	recorder_begin(run->recorder, now);
	if (compares(run))
		sessions_iterate(&run->sessions, RUN_AT_INTERVAL);
	announce_ready(&run->rows.printer, counts_until_ctrl_c(run));
	command_go(&run->command);
	run->deadline = options->duration ? now + options->duration : 0;
	run->next_interval = options->interval ? now + options->interval : 0;
	run->next_refresh = run->rows.live && !options->interval ? now + LIVE_REFRESH : 0;
	run->next_second = now + SECOND;
	loop(run);
	finish(run);
}

/* Stops everything that start() may have started. */
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
	if (run->options->output)
		close(run->rows.printer.fd);
	if (run->shows == SHOWS_TIMELINE)
		timeline_stop(&run->timeline);
	rows_stop(&run->rows);
	cgroup_watch_free(run->cgroups);
	names_forget_run();
	output_limit_end();
	signals_close(&run->signals);
	free(run);
}

bool run_tools(const struct options *options, struct options *tools, size_t count, enum run_shows shows,
	       struct error *error)
{
	int fd;
	struct run *run = must(calloc(1, sizeof(*run))); /* 190 KB, of which a run touches little */
	bool ok;

	*error = (struct error){ 0 };
	*run = (struct run){ .options = options, .tools = tools, .shows = shows, .command.gate = -1 };
	fd = options->output ? open(options->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : 0;
	if (fd < 0) {
		free(run);
		return error_errno(error, options->output);
	}
	rows_start(&run->rows, options, options->output ? fd : STDOUT_FILENO);
	output_limit(goes_on, run); /* before signals_open(), so that the mask leaves SIGALRM unblocked */
	if (!signals_open(&run->signals, run->rows.live)) {
		output_limit_end();
		rows_stop(&run->rows);
		free(run);
		return error_errno(error, "signalfd");
	}
	ok = start(run, count, error);
	if (ok)
		run_until_end(run);
	ok = stop(run, ok, error) && ok;
	if (ok && writing_failed(run))
		ok = error_set(error, EXIT_FAILED, "writing the output: %s", output_error(run->rows.printer.error));
	else if (ok && (run->cut || run->unread) && options->command)
		error->code = EXIT_OWN;
	else if (ok && (run->cut || run->unread)) /* a message has reported it */
		error->code = EXIT_FAILED;
	else if (ok && rows_answer_no(&run->rows))
		error->code = EXIT_FAILED;
	else if (ok && run->command.ended)
		error->code = run->command.status;
	release(run);
	return ok;
}

bool run(struct options *options, struct error *error)
{
	return run_tools(options, options, 1, SHOWS_ROWS, error);
}
