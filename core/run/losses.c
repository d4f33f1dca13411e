/* SPDX-License-Identifier: GPL-2.0-or-later */
/* losses.c: tells what was lost. */
#include "core/run/losses.h"

#include <string.h>

#include "core/base/message.h"

#define NUMBER(value) ((unsigned long long)(value))

void losses_blind(struct losses *losses, int error)
{
	if (!losses->blind)
		say("note: what was lost cannot be told: the counters cannot be read: %s", strerror(error));
	losses->blind = true;
}

bool losses_tell(struct losses *losses, const struct ledger *ledger, uint64_t when, struct printer *printer)
{
	struct ledger now = *ledger;
	const struct ledger *told = &losses->told;

	if (now.missed < told->missed) /* read while events went on */
		now.missed = told->missed;
	if (ledger_lost(&now) == ledger_lost(told) && now.counters.lost_map == told->counters.lost_map)
		return false;
	if (now.counters.lost_ring != told->counters.lost_ring)
		say("lost %llu events: the ring is full (%llu of %llu so far; --ring-size makes room, filters too)",
		    now.counters.lost_ring - told->counters.lost_ring, now.counters.lost_ring, NUMBER(now.seen));
	if (now.missed != told->missed)
		say("lost %llu events: the kernel was in the middle of another one (%llu of %llu so far)",
		    NUMBER(now.missed - told->missed), NUMBER(now.missed), NUMBER(now.seen));
	if (now.counters.lost_map != told->counters.lost_map)
		say("no room in a map for %llu facts: some rows say less than they could, or are missing",
		    now.counters.lost_map - told->counters.lost_map);
	printer_loss(printer, &now, when);
	losses->told = now;
	return true;
}

void losses_account(const struct ledger *ledger, const struct printer *printer)
{
	say("seen %llu = filtered %llu + sent %llu + lost %llu; printed %llu", NUMBER(ledger->seen),
	    ledger->counters.filtered, ledger->counters.sent, NUMBER(ledger_lost(ledger)), NUMBER(printer->rows));
}
