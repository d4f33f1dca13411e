/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.c: the COMMAND after "--". */
#include "core/run/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/message.h"
#include "core/base/error.h"
#include "core/base/output.h"
#include "core/run/inherited.h"

#define SETTLED 200000000ULL  /* ns without an event after which no more are expected ... */
#define SETTLE  1000000000ULL /* ... and the limit of waiting for that */

/* In the child: waits at the gate, then executes the command with the signal actions that nettrace started with. */
static __attribute__((noreturn)) void become(int gate, char **argv)
{
	ssize_t got;
	char byte;

	do
		got = read(gate, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1) /* tracing did not start */
		_exit(EXIT_FAILED);
	output_wait_forever(); /* the limits are for the run only */
	inherited_restore();
	execvp(argv[0], argv);
	print_error("%s: %s", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

bool command_prepare(struct command *command, char **argv, struct error *error)
{
	int gate[2];

	*command = (struct command){ .gate = -1 };
	if (!argv)
		return true;
	if (pipe2(gate, O_CLOEXEC))
		return error_errno(error, "pipe");
	command->pid = fork();
	if (command->pid < 0) {
		error_errno(error, "fork");
		close(gate[0]);
		close(gate[1]);
		command->pid = 0;
		return false;
	}
	if (!command->pid) {
		close(gate[1]);
		become(gate[0], argv);
	}
	close(gate[0]);
	command->gate = gate[1];
	return true;
}

void command_abandon(struct command *command)
{
	if (command->gate < 0)
		return;
	close(command->gate);
	command->gate = -1;
	waitpid(command->pid, NULL, 0); /* it exits at once */
	command->pid = 0;               /* no second wait */
}

void command_go(struct command *command)
{
	if (!command->pid)
		return;
	if (write(command->gate, "", 1) != 1)
		print_error("--: %s", strerror(errno));
	close(command->gate);
	command->gate = -1;
}

bool command_has_ended(struct command *command)
{
	int status;

	if (!command->pid || command->ended || waitpid(command->pid, &status, WNOHANG) != command->pid)
		return command->ended;
	command->ended = true;
	command->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

bool command_is_settled(struct command *command, uint64_t now, uint64_t last_event)
{
	if (!command_has_ended(command))
		return false;
	if (!command->ended_at)
		command->ended_at = now;
	if (last_event < command->ended_at)
		last_event = command->ended_at;
	return now >= command->ended_at + SETTLE || now >= last_event + SETTLED;
}

void command_signal(const struct command *command, int signal)
{
	if (command->pid && !command->ended)
		kill(command->pid, signal);
}
