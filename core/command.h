/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.h: the COMMAND after "--": started when tracing stands, its exit status passed on. */
#ifndef NETTRACE_COMMAND_H
#define NETTRACE_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct command {
	pid_t pid; /* 0: none */
	int gate;  /* closing it without a byte: the command never runs */
	bool ended;
	int status; /* exit status, 128 + signal */
};

/* Forks a child that waits for command_go(). Ends the program when that fails. argv NULL: no command. */
void command_prepare(struct command *command, char **argv);
void command_go(struct command *command);
/* Looks, without waiting, whether it ended. */
bool command_ended(struct command *command);
/* Passes a signal on; ignored where there is nothing to pass it to. */
void command_signal(const struct command *command, int signal);

#endif
