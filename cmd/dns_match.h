/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns_match.h: queries and their answers as rows: the join of dns. */
#ifndef NETTRACE_CMD_DNS_MATCH_H
#define NETTRACE_CMD_DNS_MATCH_H

#include "core/tool.h"
#include "probes/dns.h"

/* Values of rcode after those of a message (4 bits). */
enum dns_end {
	DNS_RCODES = 16,
	DNS_TIMEOUT = DNS_RCODES, /* no answer until the deadline */
	DNS_PENDING,              /* no answer yet when tracing ended */
	DNS_LOST,                 /* unknown: events were lost meanwhile */
	DNS_ENDS,
};

/* All options of the tool; the first part is what its programs use. */
struct dns_all_options {
	struct dns_options programs;
	uint64_t timeout;  /* ns; 0: the default */
	const char *names; /* patterns, separated by commas; NULL: all */
	const char *types; /* names of types, the same */
};

extern const struct join dns_join;
/* Fills the quantiles of a row of totals (struct totals). */
bool dns_finish(const struct options *options, struct event *event, uint64_t interval);

#endif
