/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recorded.h: a tool as a recording describes it. */
#ifndef NETTRACE_MODEL_RECORDED_H
#define NETTRACE_MODEL_RECORDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/wire.h"

#define RECORD_FIELDS 192
#define RECORD_WORD   64
#define NUMBER_ITEMS  4 /* of the tool's own options, in the order of its table */

struct recorded_tool {
	char name[RECORD_WORD];
	size_t event_size;
	uint32_t flags;
	uint64_t numbers[NUMBER_ITEMS];
	uint64_t interval; /* ns; 0: none */
	bool totals;
	char *text; /* NULL: none */
	struct recorded_field {
		char name[RECORD_WORD], kind[RECORD_WORD];
		uint16_t off, size;
	} fields[RECORD_FIELDS];
	size_t n_fields;
};

#endif
