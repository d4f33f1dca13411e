/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_print.h: the findings of `nettrace why` for people, and as JSON. */
#ifndef NETTRACE_CMD_WHY_PRINT_H
#define NETTRACE_CMD_WHY_PRINT_H

#include "cmd/why_rules.h"
#include "core/base/json.h"

/* Tools that `why` runs, and what is unknown without each. Ends with a NULL name. */
struct why_source {
	const char *name, *lost;
};
extern const struct why_source why_sources[];

struct why_page {
	const struct why_model *model;
	const struct why_findings *findings;
	const struct event_span *span;
	size_t width; /* columns */
	bool colours;
};

/* Whether a finding is trouble. */
bool why_has_trouble(const struct why_findings *findings);
void why_print_page(struct text *out, const struct why_page *page);
void why_print_json(struct text *out, const struct why_page *page);
extern const struct json_key why_keys[];

#endif
