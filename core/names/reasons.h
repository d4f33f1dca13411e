/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reasons.h: what each reason for a drop or a reset means, and which values belong to it. */
#ifndef NETTRACE_NAMES_REASONS_H
#define NETTRACE_NAMES_REASONS_H

#include <stddef.h>

/* The values of a drop that explain it (core/names/drop_values.h). */
enum reason_shows {
	SHOWS_NOTHING,
	SHOWS_RECEIVE_BUFFER,
	SHOWS_BACKLOG,
	SHOWS_MEMORY,
	SHOWS_ACCEPT_QUEUE,
	SHOWS_SYN_QUEUE,
	SHOWS_DEVICE,
	SHOWS_NEXT_HOP,
	SHOWS_RPFILTER,
	SHOWS_HOOK,
	SHOWS_CPU_QUEUE,
	SHOWS_QDISC,
};

/* One thing that happens, and the kernel's names for it without their prefix (core/names/enums.h). */
struct reason {
	const char *names; /* separated by commas; a name may end with '*' */
	const char *text;  /* the meaning, the common cause, and where to look; plain sentences */
	enum reason_shows shows;
};

/* Row i of the table, in the order of the kernel's numbers; NULL: the end. */
const struct reason *reason_at(size_t i);
/* The row of a name, without prefix. NULL: no explanation yet. name may be NULL. */
const struct reason *reason_find(const char *name);
/* Its text, or a sentence that says where else to look. */
const char *reason_text(const char *name);

#endif
