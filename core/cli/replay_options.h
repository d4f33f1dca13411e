/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay_options.h: the meaning of options when a recording is replayed. */
#ifndef NETTRACE_CLI_REPLAY_OPTIONS_H
#define NETTRACE_CLI_REPLAY_OPTIONS_H

#include "core/cli/parse.h"

/* False: the option is about the kernel, or about this process. */
bool replay_has_option(const struct opt *opt);
/* Sets the tool's flags from the recording. If it lacks what an option needs, prints a note or ends the program. */
void replay_apply_flags(struct options *options);

#endif
