/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_rules.h: the rules of `nettrace why`: from what is known of connections to findings. */
#ifndef NETTRACE_CMD_WHY_RULES_H
#define NETTRACE_CMD_WHY_RULES_H

#include "cmd/why_model.h"

#define WHY_EVIDENCE 2
#define WHY_FINDINGS 64 /* of one code; further subjects are counted */

/* What the kernel's events prove; what several facts together speak for; what may be. */
enum why_certainty { WHY_POSSIBLE, WHY_SUPPORTED, WHY_PROVED };

/* The worst first: the order of the output. */
enum why_code {
	WHY_ACCEPT_QUEUE_FULL,
	WHY_SYN_QUEUE_FULL,
	WHY_ACCEPT_SLOW,
	WHY_CONNECT_REFUSED,
	WHY_CONNECT_BLOCKED_HERE,
	WHY_CONNECT_NO_ANSWER,
	WHY_CONNECT_UNREACHABLE,
	WHY_PORTS_EXHAUSTED,
	WHY_CONNECT_FAILED,
	WHY_NAME_NO_ANSWER,
	WHY_NAME_FAILED,
	WHY_PEER_GONE,
	WHY_KEEPALIVE_TIMEOUT,
	WHY_MEMORY_PRESSURE,
	WHY_RESET_MIDDLEBOX,
	WHY_RESET_BY_PEER,
	WHY_RESET_BY_US_UNREAD,
	WHY_RESET_BY_US_KILLED,
	WHY_RESET_BY_US_UNACCEPTED,
	WHY_RESET_BY_US_ABORTED,
	WHY_RESET_BY_US,
	WHY_WE_READ_SLOWLY,
	WHY_PEER_READS_SLOWLY,
	WHY_OWN_SNDBUF,
	WHY_LOSS_HERE,
	WHY_LOSS_BEYOND,
	WHY_CONNECT_SLOW,
	WHY_NAME_SLOW,
	WHY_CODES,
};

struct why_evidence {
	uint64_t ts; /* ns */
	const char *tool;
	char text[160];
};

/* One cause at one place. */
struct why_finding {
	enum why_code code;
	enum why_certainty certainty;
	bool trouble;                              /* else a note, which does not change the exit status */
	char subject[96];                          /* what it is about: an end, a server, a process */
	struct event who;                          /* the first of them: ends and owner */
	uint64_t connections, events, first, last; /* ns */
	uint64_t number, limit;                    /* their meaning depends on the code */
	bool local;                                /* both ends are on this machine */
	struct why_evidence evidence[WHY_EVIDENCE];
	unsigned int n_evidence;
	char sentence[240];
};

struct why_findings {
	struct why_finding *each;
	size_t count, room;
	uint64_t left_out;
};

/* What a code means and what to do: its name is stable. */
struct why_text {
	const char *name;
	const char *remedy;
	void (*sentence)(struct text *text, const struct why_finding *finding);
};

extern const struct why_text why_texts[WHY_CODES];
extern const char *const why_certainties[];

/* Whether a rule may need the connection after its end. */
bool why_is_trouble(const struct why_connection *connection);
/* Applies all rules, sorts what they find, trouble first, and writes the sentences. The caller frees findings->each. */
void why_judge(struct why_findings *findings, const struct why_model *model, const struct event_span *span);

#endif
