/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.h: a recorded tool as a source of events, as if the kernel sent them with the given options. */
#ifndef NETTRACE_RECORD_SOURCE_H
#define NETTRACE_RECORD_SOURCE_H

#include "core/model/options.h"
#include "core/record/layout.h"

struct replay_source {
	const struct options *options;
	struct record_layout *layout;      /* NULL: events are as the tool has them */
	struct event *copy;                /* of the event at hand; tool->image.event_size bytes */
	const struct synthesis *synthesis; /* the tool's events are made of another's; NULL: they are its own */
	void *synthesis_state;             /* its own */
	struct event *from;                /* of the other tool, */
	struct event *unknown, *made;      /* and of this one: with nothing in it, and as it was made */
	__u8 index;                        /* what events get as event.tool */
};

/* False: the recording has other events than this program can read, which was said. */
bool replay_source_start(struct replay_source *source, const struct options *options, size_t index,
			 const struct record_head *head);
/* An event as it was recorded, then as it is wanted, good until the next; NULL: it is not wanted. *size goes along. */
const struct event *replay_source_event(struct replay_source *source, const struct event *event, size_t *size);
void replay_source_stop(struct replay_source *source);

#endif
