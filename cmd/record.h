/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.h: the applet `nettrace record`. */
#ifndef NETTRACE_CMD_RECORD_H
#define NETTRACE_CMD_RECORD_H

#include "core/tool.h"

/* The options of the applet, which is no tool of its own. */
extern const struct tool record;

int record_main(int argc, char **argv);

#endif
