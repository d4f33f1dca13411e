/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.h: the COMMAND after "--": its start once every probe is attached, its exit status. */
#ifndef NETTRACE_RUN_COMMAND_H
#define NETTRACE_RUN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct command {
	pid_t pid; /* 0: none */
	int gate;  /* closing it without a byte: the command never runs */
	bool ended;
	int status;        /* exit status, 128 + signal */
	uint64_t ended_at; /* ns; set by command_is_settled() */
};

/* Forks a child that waits for command_go(). Ends the program when that fails. argv NULL: no command. */
void command_prepare(struct command *command, char **argv);
void command_go(struct command *command);
/* Looks, without waiting, whether it ended. */
bool command_has_ended(struct command *command);
/* It ended, and events that came of it are not on their way any more: the last came at `last_event`. ns. */
bool command_is_settled(struct command *command, uint64_t now, uint64_t last_event);
/* Passes a signal on; ignored where there is nothing to pass it to. */
void command_signal(const struct command *command, int signal);

#endif
