/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay_options.h: what options mean where a recording is replayed. */
#ifndef NETTRACE_CLI_REPLAY_OPTIONS_H
#define NETTRACE_CLI_REPLAY_OPTIONS_H

#include "core/cli/parse.h"

/* False: the option is about the kernel, or about this process. */
bool replay_has_option(const struct opt *opt);
/* The tool's flags as the recording has them: it may not have what is asked for, which a warning says. False:
 * it cannot do without, see *error. */
bool replay_apply_flags(struct options *options, struct error *error);

#endif
