/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp.h: the names of TCP states, by number (include/net/tcp_states.h of the kernel: stable ABI), of the results of
 * connection attempts, and of limits. */
#ifndef NETTRACE_NAMES_TCP_H
#define NETTRACE_NAMES_TCP_H

#include "core/tool.h"

/* Index 0: unknown. */
extern const char *const tcp_states[13];

#define TCP_STATES NAMES(tcp_states)

/* By enum result of wire.h. Tables print the errno instead of "failed". */
extern const char *const result_names[7], *const result_columns[7];

/* For stories. */
extern const char *const result_words[7];
#define RESULTS_OF_NOTHING                                                                                             \
	(1 << RESULT_REFUSED | 1 << RESULT_UNREACHABLE | 1 << RESULT_TIMED_OUT | 1 << RESULT_ABANDONED |               \
	 1 << RESULT_FAILED)

/* By enum limit of probes/tcp/limits.h. */
extern const char *const limit_names[7];

#define LIMIT_NAMES      NAMES(limit_names)
#define TCP_STATE_CLOSE  7
#define TCP_STATE_LISTEN 10

#define RESULT_WORDS     NAMES(result_words)
#define RESULT_NAMES     NAMES(result_names)
#define RESULT_COLUMNS   NAMES(result_columns)

#endif
