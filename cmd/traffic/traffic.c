/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traffic.c: the applet `nettrace traffic`: known TCP events on loopback, for demonstrations and tests.
 *
 * It uses sockets only. This file has the two processes and the order of the steps. */
#include "cmd/traffic/traffic.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/traffic/parts.h"
#include "core/base/message.h"
#include "core/base/error.h"

#define LIMIT       60 /* seconds for the whole program */
#define CHURN_LIMIT 120

/* A request of the client to the server. */
struct command {
	int step, family;
	size_t n;
};

static void serve(struct traffic *t)
{
	struct command command;

	while (traffic_receive_control(t, &command, sizeof(command))) {
		t->family = command.family;
		traffic_actions[command.step].server(t, command.n);
		traffic_notify(t);
	}
	_exit(EXIT_DONE); /* the client has finished */
}

static void run_part(struct traffic *t, int step, size_t n)
{
	const struct action *action = &traffic_actions[step];
	struct command command = { .step = step, .family = t->family, .n = n };

	if (action->server)
		traffic_send_control(t, &command, sizeof(command));
	if (action->client)
		action->client(t, n);
	if (action->server)
		traffic_wait_notified(t);
}

static void run_step(struct traffic *t, int step)
{
	const struct action *action = &traffic_actions[step];

	for (t->family = 0; t->family < FAMILIES && t->counts[step]; t->family++) {
		size_t left = (size_t)t->counts[step];

		if (!t->families[t->family])
			continue;
		if (t->verbose)
			print_note("%s: %zu to %s port %d: %s", action->name, left, t->family ? "::1" : "127.0.0.1",
				   t->totals->port + (int)action->slot, action->story);
		for (; action->at_once && left > action->at_once; left -= action->at_once)
			run_part(t, step, action->at_once);
		run_part(t, step, left);
	}
}

static void out_of_time(int signal)
{
	static const char message[] = TRAFFIC_NAME ": gave up: it takes too long\n";

	(void)signal;
	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(EXIT_FAILED);
	_exit(EXIT_FAILED);
}

static void limit_time(const struct traffic *t)
{
	struct sigaction action = { .sa_handler = out_of_time };
	sigset_t unblocked;

	sigemptyset(&unblocked);
	sigaddset(&unblocked, SIGALRM);
	traffic_check(sigaction(SIGALRM, &action, NULL), "sigaction");
	traffic_check(sigprocmask(SIG_UNBLOCK, &unblocked, NULL), "sigprocmask");
	alarm(t->counts[CHURN] ? CHURN_LIMIT : LIMIT);
}

/* The parent may have changed inherited signal actions and limits. */
static void prepare_process(void)
{
	struct rlimit files;

	traffic_check(signal(SIGCHLD, SIG_DFL) == SIG_ERR ? -1 : 0, "signal");
	traffic_check(signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0, "signal");
	traffic_check(getrlimit(RLIMIT_NOFILE, &files), "getrlimit");
	files.rlim_cur = files.rlim_max;
	traffic_check(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
}

static void start_server(struct traffic *t)
{
	int pair[2];

	t->totals = mmap(NULL, sizeof(*t->totals), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t->totals == MAP_FAILED)
		traffic_fail("mmap: %s", strerror(errno));
	traffic_check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair");
	t->client = getpid();
	t->server = traffic_check(fork(), "fork");
	t->side = t->server ? CLIENT : SERVER;
	t->control = pair[t->side];
	traffic_check(close(pair[!t->side]), "close");
	traffic_check(prctl(PR_SET_NAME, t->side == SERVER ? "nt-server" : "nt-client"), "PR_SET_NAME");
	if (t->side == CLIENT) {
		traffic_wait_notified(t);
		return;
	}
	traffic_check(prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG");
	if (getppid() != t->client)
		_exit(EXIT_FAILED); /* the client died before PR_SET_PDEATHSIG took effect */
	traffic_open_slots(t);
	traffic_notify(t);
	serve(t);
}

static void stop_server(struct traffic *t)
{
	int status;

	traffic_check(close(t->control), "close");
	traffic_check(waitpid(t->server, &status, 0), "waitpid");
	if (status != 0)
		traffic_fail("the server has failed");
}

static void wait_for_line(const struct traffic *t)
{
	char c = 0;

	traffic_print_line("ready");
	if (t->verbose)
		print_note("ready (it continues after a line on stdin)");
	/* End of file counts too: nothing else can arrive. */
	while (c != '\n' && traffic_check((int)read(STDIN_FILENO, &c, 1), "stdin"))
		;
	limit_time(t);
}

int traffic_main(int argc, char **argv)
{
	struct traffic traffic = { 0 }, *t = &traffic;

	message_name(TRAFFIC_NAME);
	traffic_parse_options(t, argc, argv);
	t->next_client_port = t->client_port;
	prepare_process();
	limit_time(t);
	start_server(t);
	if (t->verbose)
		print_note("the client is process %d, the server process %d", (int)t->client, (int)t->server);
	run_step(t, HOLD);
	if (t->until_stdin)
		wait_for_line(t);
	for (int step = 0; step < ACTIONS; step++) {
		if (step != HOLD)
			run_step(t, step);
	}
	run_step(t, RELEASE);
	traffic_wait_settled(t);
	stop_server(t);
	if (t->verbose)
		print_note("done: %llu connects, %llu connections", (unsigned long long)t->totals->connects,
			   (unsigned long long)t->totals->established);
	if (t->json)
		traffic_print_json(t);
	free(t->fork_pids);
	alarm(0);
	return EXIT_DONE;
}
