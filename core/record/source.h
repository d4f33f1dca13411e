/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.h: a recorded tool as a source of events, as if the kernel sent them with the given options. */
#ifndef NETTRACE_RECORD_SOURCE_H
#define NETTRACE_RECORD_SOURCE_H

#include "core/base/error.h"
#include "core/model/options.h"
#include "core/record/layout.h"

struct replay_source {
	const struct options *options;
	struct record_layout *layout;      /* NULL: events need no mapping */
	struct event *copy;                /* of the current event; tool->image.event_size bytes */
	const struct synthesis *synthesis; /* reconstructs the tool's events from another's; NULL: they are its own */
	void *synthesis_state;             /* of the reconstruction */
	struct event *from;                /* of the other tool, */
	struct event *unknown, *made;      /* and of this one: empty, and reconstructed */
	__u8 index;                        /* event.tool of the returned events */
};

/* False: this program cannot read the recording's events, see *error; the caller still calls replay_source_stop(). */
bool replay_source_start(struct replay_source *source, const struct options *options, size_t index,
			 const struct record_head *head, struct error *error);
/* Returns the recorded event as the options select and shape it, valid until the next call; NULL: excluded. *size
 * changes with it. */
const struct event *replay_source_event(struct replay_source *source, const struct event *event, size_t *size);
void replay_source_stop(struct replay_source *source);

#endif
