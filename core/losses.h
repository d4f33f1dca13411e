/* SPDX-License-Identifier: GPL-2.0-or-later */
/* losses.h: tells what was lost, as it happens and at the end. */
#ifndef NETTRACE_LOSSES_H
#define NETTRACE_LOSSES_H

#include "core/printer.h"
#include "core/session.h"

/* Starts as zeroes. */
struct losses {
	struct ledger told;
	bool blind; /* the ledger cannot be read, and that was said */
};

/* Says on stderr, and in JSON in the stream, what was lost since the last time. */
void losses_tell(struct losses *losses, struct session *session, struct printer *printer);
/* Says on stderr where every event went. */
void losses_account(struct session *session, const struct printer *printer);

#endif
