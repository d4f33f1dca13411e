/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event_reader.h: a reader of the events of several tools, which a run or a replay has instead of rows. */
#ifndef NETTRACE_MODEL_EVENT_READER_H
#define NETTRACE_MODEL_EVENT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "core/model/ledger.h"
#include "probes/wire.h"

struct tool;

/* The time of a run or of a recording, in ns. */
struct event_span {
	uint64_t begun, ended;
	bool partial; /* a walk over sockets took too long */
	bool cut;     /* a signal ended the run at once, or a recording is damaged */
};

struct event_reader {
	void *state;
	/* Takes an event of a tool, with its derived members. Events come in order of `time` (ns), which is that of the
	 * tool's story. The caller keeps the memory. */
	void (*event)(void *state, const struct tool *tool, const struct event *event, size_t size, uint64_t time);
	/* Takes the account of a tool. The last one counts. */
	void (*ledger)(void *state, const struct tool *tool, const struct ledger *ledger);
	/* Everything has been read. Appends the output. */
	void (*end)(void *state, struct text *out, const struct event_span *span);
};

#endif
