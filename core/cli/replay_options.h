/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay_options.h: the meaning of options when a recording is replayed. */
#ifndef NETTRACE_CLI_REPLAY_OPTIONS_H
#define NETTRACE_CLI_REPLAY_OPTIONS_H

#include "core/cli/parse.h"

/* False: the option concerns the kernel, or this process. */
bool replay_has_option(const struct opt *opt);
/* Sets the tool's flags from the recording. If the recording lacks what an option needs, prints a warning. False: the
 * tool cannot do without it, see *error. */
bool replay_apply_flags(struct options *options, struct error *error);

#endif
