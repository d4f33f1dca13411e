/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.h: the COMMAND after "--": its start once every probe is attached, its exit status. */
#ifndef NETTRACE_RUN_COMMAND_H
#define NETTRACE_RUN_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/error.h"

struct command {
	pid_t pid; /* 0: none */
	int gate;  /* closed without a byte written: the command never runs */
	bool ended;
	int status;        /* exit status, 128 + signal */
	uint64_t ended_at; /* ns; set by command_is_settled() */
};

/* Forks a child that waits for command_go(). False: see *error. argv NULL: no command. */
bool command_prepare(struct command *command, char **argv, struct error *error);
void command_go(struct command *command);
/* Tracing failed or is over: a command still waiting for command_go() never runs. */
void command_abandon(struct command *command);
/* Checks, without waiting, whether the command has ended. */
bool command_has_ended(struct command *command);
/* Whether the command has ended and its last events have arrived; the latest came at `last_event`. ns. */
bool command_is_settled(struct command *command, uint64_t now, uint64_t last_event);
/* Forwards a signal; ignored without a running command. */
void command_signal(const struct command *command, int signal);

#endif
