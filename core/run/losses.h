/* SPDX-License-Identifier: GPL-2.0-or-later */
/* losses.h: reports of lost events, at once and at the end. */
#ifndef NETTRACE_RUN_LOSSES_H
#define NETTRACE_RUN_LOSSES_H

#include "core/base/json.h"
#include "core/model/ledger.h"
#include "core/print/printer.h"

extern const struct json_key loss_keys[], partial_keys[];

/* Zero-initialized at the start. */
struct losses {
	struct ledger reported;
	bool unreadable; /* the ledger is unreadable, and a warning was printed */
};

/* JSON only: prints the ledger as a line of its own if events were lost; its keys are loss_keys. when: ns. */
void losses_line(struct printer *printer, const struct ledger *ledger, uint64_t when);
/* Reports losses since the last call on stderr, and in JSON in the stream. when: ns, for the line of JSON. False:
 * none. */
bool losses_report(struct losses *losses, const struct ledger *ledger, uint64_t when, struct printer *printer);
/* Reports, once, that the ledger is unreadable, and why (errno). */
void losses_unreadable(struct losses *losses, int error);
/* JSON only: prints a line of its own after rows of which a cut walk lacks some; its keys are partial_keys. when: ns.
 */
void losses_partial(struct printer *printer, uint64_t when);
/* Prints the whole ledger on stderr. */
void losses_account(const struct ledger *ledger, const struct printer *printer);

#endif
