/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.h: the applet `nettrace replay`. */
#ifndef NETTRACE_CMD_REPLAY_H
#define NETTRACE_CMD_REPLAY_H

#include "core/cli/helper.h"
#include "core/record/reader.h"

int replay_main(int argc, char **argv);
const struct helper *replay_helper(void);
/* Prints the origin and content of the recording. Returns the exit code. */
int replay_info(struct recording *recording);

#endif
