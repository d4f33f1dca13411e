/* SPDX-License-Identifier: GPL-2.0-or-later */
/* source.c: a recorded tool as a source of events, as if the kernel sent them with the given options. */
#include "core/record/source.h"

#include <stdlib.h>
#include <string.h>

#include "core/print/fields.h"
#include "core/base/message.h"
#include "core/base/must.h"
#include "core/base/error.h"
#include "probes/filter.h"

/* Prepares the reconstruction of the tool's events from another tool's. */
static void start_synthesis(struct replay_source *source, const struct tool *tool)
{
	source->synthesis = tool_synthesis(tool);
	source->from = must(calloc(1, source->synthesis->from->image.event_size));
	source->unknown = must(calloc(1, tool->image.event_size));
	source->made = must(calloc(1, tool->image.event_size));
	for (const struct member *member = tool->members; member->name; member++)
		if (kind_rows[member->kind].recorded)
			member_set_unknown(member, source->unknown);
}

static const char *synthesized_by(const struct record_head *head)
{
	return head->version ? head->version : "of another version";
}

static void report_missing_fields(const struct replay_source *source, const struct record_head *head)
{
	struct text names = { 0 };

	record_layout_missing(source->layout, &names);
	if (names.length)
		print_warning("the recording of %s lacks %.*s: nettrace %s made it", source->options->recorded->name,
			      (int)names.length, names.data, synthesized_by(head));
	text_free(&names);
}

bool replay_source_start(struct replay_source *source, const struct options *options, size_t index,
			 const struct record_head *head, struct error *error)
{
	const char *other;

	*source = (struct replay_source){ .options = options,
					  .copy = must(malloc(options->tool->image.event_size)),
					  .index = (__u8)index };
	if (options_are_remade(options))
		start_synthesis(source, options->tool);
	other = record_layout_new(&source->layout, source->synthesis ? source->synthesis->from : options->tool,
				  options->recorded, head->swapped);
	if (other)
		error_set(error, EXIT_FAILED, "the recording has another kind of %s: nettrace %s made it", other,
			  synthesized_by(head));
	else if (source->layout)
		report_missing_fields(source, head);
	return !other;
}

/* Whether the event passes the common filters that need no kernel. Of cgroups, only the event's own is known. */
static bool matches(const struct options *options, const struct event *event)
{
	const struct filter *filter = &options->settings.filter;

	return filter_matches(filter, event) && list_has(&filter->cgroups, event->cgroup_id);
}

/* The reconstructed event; NULL: none from this one. */
static const struct event *synthesized(struct replay_source *source, const struct event *event, size_t *size)
{
	const struct tool *tool = source->options->tool, *from = source->synthesis->from;

	memset(source->from, 0, from->image.event_size);
	memcpy(source->from, event, *size < from->image.event_size ? *size : from->image.event_size);
	memcpy(source->made, source->unknown, tool->image.event_size);
	if (!source->synthesis->event(&source->synthesis_state, source->from, source->made))
		return NULL;
	*size = tool->image.event_size;
	return source->made;
}

const struct event *replay_source_event(struct replay_source *source, const struct event *event, size_t *size)
{
	const struct tool *tool = source->options->tool;
	enum replayed (*filter)(const struct options *options, struct event *event, size_t *size) =
		tool->recording ? tool->recording->filter : NULL;
	enum replayed how = REPLAY_FILTERED;

	if (source->layout)
		event = record_layout_event(source->layout, event, size);
	if (source->synthesis) {
		event = synthesized(source, event, size);
		if (!event)
			return NULL;
	}
	/* Most events are read in place. */
	if (filter || event->tool != source->index) {
		if (*size > tool->image.event_size)
			*size = tool->image.event_size;
		memset(source->copy, 0, tool->image.event_size);
		memcpy(source->copy, event, *size);
		source->copy->tool = source->index;
		if (filter)
			how = filter(source->options, source->copy, size);
		event = source->copy;
	}
	if (how == REPLAY_EXCLUDED || (how == REPLAY_FILTERED && !matches(source->options, event)))
		return NULL;
	return event;
}

void replay_source_stop(struct replay_source *source)
{
	record_layout_free(source->layout);
	if (source->synthesis)
		source->synthesis->free_state(source->synthesis_state);
	free(source->from);
	free(source->unknown);
	free(source->made);
	free(source->copy);
}
