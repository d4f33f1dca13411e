/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcome.c: filters by outcome: error, duration, bytes. */
#include "core/print/outcome.h"

#include <string.h>

static void find(struct field *field, const struct tool *tool, const char *name, enum kind kind)
{
	for (const struct member *member = tool->members; member && member->name; member++)
		if (member->kind == kind && (!name || !strcmp(member->name, name)) && !field->kind)
			*field = field_of_member(tool, member);
}

void outcome_fields(struct outcome_fields *fields, const struct tool *tool)
{
	memset(fields, 0, sizeof(*fields));
	find(&fields->error, tool, NULL, F_ERRNO);
	find(&fields->result, tool, "result", F_NAME);
	find(&fields->time, tool, NULL, F_MSEC);
	find(&fields->tx, tool, "tx_bytes", F_KBYTES);
	find(&fields->tx, tool, "tx_bytes", F_UINT);
	find(&fields->rx, tool, "rx_bytes", F_KBYTES);
	find(&fields->rx, tool, "rx_bytes", F_UINT);
	find(&fields->retrans, tool, "retrans", F_UINT);
}

bool outcome_is_asked(const struct outcome *outcome)
{
	return outcome->n_errors || outcome->failed || outcome->retrans || outcome->min_ns || outcome->min_bytes;
}

/* The number in a field; 0: unknown, or no such field. */
static uint64_t number(const struct field *field, const struct event *event, size_t size)
{
	bool known;
	uint64_t value;

	if (!field->kind || (size_t)field->off + field->size > size)
		return 0;
	value = field_number(field, event, &known);
	return known ? value : 0;
}

static uint32_t error_of(const struct outcome_fields *fields, const struct event *event, size_t size)
{
	uint32_t error;

	if (!fields->error.kind || (size_t)fields->error.off + sizeof(error) > size)
		return 0;
	memcpy(&error, (const char *)event + fields->error.off, sizeof(error));
	return error > INT32_MAX ? 0 - error : error;
}

static bool has_failed(const struct outcome_fields *fields, const struct event *event, size_t size)
{
	return error_of(fields, event, size) || number(&fields->result, event, size) > RESULT_OK;
}

static bool is_listed(const struct outcome *outcome, uint32_t error)
{
	for (uint32_t i = 0; i < outcome->n_errors; i++)
		if (outcome->errors[i] == error)
			return true;
	return false;
}

bool outcome_matches(const struct outcome *outcome, const struct outcome_fields *fields, const struct event *event,
		     size_t size)
{
	if (outcome->n_errors && !is_listed(outcome, error_of(fields, event, size)))
		return false;
	if (outcome->failed && !has_failed(fields, event, size))
		return false;
	if (outcome->retrans && !number(&fields->retrans, event, size))
		return false;
	if (outcome->min_ns && number(&fields->time, event, size) < outcome->min_ns)
		return false;
	return !outcome->min_bytes ||
	       number(&fields->tx, event, size) + number(&fields->rx, event, size) >= outcome->min_bytes;
}
