/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ledger.h: the account of events: filtered, sent and lost. */
#ifndef NETTRACE_MODEL_LEDGER_H
#define NETTRACE_MODEL_LEDGER_H

#include <stdint.h>

#include "probes/wire.h"

/* Sums of all CPUs. seen = filtered + sent + lost_ring + missed. */
struct ledger {
	struct ledger_counters counters;
	uint64_t seen;
	uint64_t missed; /* recursion misses: the kernel skipped the program because it was running on that CPU already
			  */
};

/* Events that no filter excluded and that became no row. */
static inline uint64_t ledger_lost(const struct ledger *ledger)
{
	return ledger->counters.lost_ring + ledger->missed;
}

/* Counts sent rows that the user half filters out. */
static inline void ledger_filter(struct ledger *ledger, uint64_t rows)
{
	ledger->counters.filtered += rows;
	ledger->counters.sent -= rows < ledger->counters.sent ? rows : ledger->counters.sent;
}

#endif
