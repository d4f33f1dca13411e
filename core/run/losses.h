/* SPDX-License-Identifier: GPL-2.0-or-later */
/* losses.h: reports of lost events, at once and at the end. */
#ifndef NETTRACE_RUN_LOSSES_H
#define NETTRACE_RUN_LOSSES_H

#include "core/base/json.h"
#include "core/model/ledger.h"
#include "core/print/printer.h"

extern const struct json_key loss_keys[];

/* Starts as zeroes. */
struct losses {
	struct ledger reported;
	bool unreadable; /* the ledger cannot be read, and that was said */
};

/* JSON only: the ledger as a line of its own, when events were lost; its keys are loss_keys. when: ns. */
void losses_line(struct printer *printer, const struct ledger *ledger, uint64_t when);
/* Says on stderr, and in JSON in the stream, what was lost since the last time. when: ns, for the line of JSON. False:
 * nothing was. */
bool losses_report(struct losses *losses, const struct ledger *ledger, uint64_t when, struct printer *printer);
/* Says, once, that the ledger cannot be read, and why (errno). */
void losses_unreadable(struct losses *losses, int error);
/* Says on stderr where every event went. */
void losses_account(const struct ledger *ledger, const struct printer *printer);

#endif
