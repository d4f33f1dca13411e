/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help_reasons.c: the reasons for drops and resets, each with its explanation, as Markdown. */
#include "cmd/help_reasons.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tools.h"
#include "core/base/must.h"
#include "core/base/nearest.h"
#include "core/names/enums.h"
#include "core/names/reasons.h"
#include "probes/tcpdrop_rules.h"

#define DROPS     "skb_drop_reason"
#define RESETS    "sk_rst_reason"
#define NAMES_MAX 512
#define NONE      (~0ULL)

struct entry {
	char name[64];
	uint64_t drop, reset; /* numbers of the running kernel; NONE: it has none */
};

struct reason_list {
	struct entry entries[NAMES_MAX];
	size_t count;
};

/* ---- which are harmless (tcpdrop) ---- */

static const struct rule {
	const char *reason;
	bool always; /* whatever the packet */
	enum drop_kind kind;
} rules[] = {
#define RULE(reason_, place_, all, none, kind_, source)                                                                \
	{ #reason_, PLACE_##place_ == PLACE_ANY && !(all) && !(none), KIND_##kind_ },
	DROP_RULES(RULE)
#undef RULE
};

#define KIND_TEXT(kind, text) [KIND_##kind] = (text),
static const char *const kinds[] = { DROP_KINDS(KIND_TEXT) };
#undef KIND_TEXT

static void put_harmless(struct text *text, const char *name)
{
	bool always = false;
	uint32_t put = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		always |= !strcmp(rules[i].reason, name) && rules[i].always;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].reason, name) != 0 || put >> rules[i].kind & 1)
			continue;
		text_string(text, put ? ", " : always ? " Harmless: " : " Harmless in part: ");
		text_string(text, kinds[rules[i].kind]);
		put |= 1U << rules[i].kind;
	}
	if (put)
		text_char(text, '.');
}

/* ---- the names ---- */

static struct entry *add(struct reason_list *list, const char *name, size_t length)
{
	struct entry *entry = list->entries;

	for (; entry < list->entries + list->count; entry++)
		if (strlen(entry->name) == length && !memcmp(entry->name, name, length))
			return entry;
	if (list->count == NAMES_MAX || length >= sizeof(entry->name))
		bug("too many reasons, or too long: %s", name);
	list->count++;
	*entry = (struct entry){ .drop = NONE, .reset = NONE };
	memcpy(entry->name, name, length);
	return entry;
}

static void add_drop(void *list, uint64_t value, const char *name, const char *short_name)
{
	(void)name;
	if (!enum_is_limit(short_name))
		add(list, short_name, strlen(short_name))->drop = value;
}

static void add_reset(void *list, uint64_t value, const char *name, const char *short_name)
{
	(void)name;
	if (!enum_is_limit(short_name))
		add(list, short_name, strlen(short_name))->reset = value;
}

/* The kernel's, and those that tcpdrop adds. */
static void add_running(struct reason_list *list)
{
	enum_extend(tool_find("tcpdrop")->lookup->extra_names);
	enum_each_known(DROPS, add_drop, list);
	enum_extend(NULL);
	enum_each(RESETS, add_reset, list);
}

static void add_known(struct reason_list *list)
{
	const struct reason *reason;

	for (size_t i = 0; (reason = reason_at(i)); i++) {
		size_t length;

		for (const char *name = reason->names; *name; name += length + (name[length] == ',')) {
			length = strcspn(name, ",");
			add(list, name, length);
		}
	}
}

static void put_number(struct text *text, const char *before, uint64_t number)
{
	text_string(text, before);
	text_unsigned(text, number);
}

static void put_entry(struct text *text, const struct entry *entry)
{
	bool own = entry->drop != NONE && entry->drop > UINT32_MAX / 2;

	text_string(text, "- `");
	text_string(text, entry->name);
	text_char(text, '`');
	if (entry->drop != NONE && !own)
		put_number(text, " (", entry->drop);
	if (entry->reset != NONE)
		put_number(text, entry->drop != NONE ? "; of a reset " : " (of a reset ", entry->reset);
	text_string(text, own ? " (of nettrace): " : entry->drop != NONE || entry->reset != NONE ? "): " : ": ");
	text_string(text, reason_text(entry->name));
	put_harmless(text, entry->name);
	text_char(text, '\n');
}

static void put_list(struct text *text, const struct reason_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		put_entry(text, &list->entries[i]);
}

void help_reasons(struct text *text)
{
	struct reason_list *list = must(calloc(1, sizeof(*list)));

	if (enum_exists(NULL, DROPS)) {
		text_string(text, "## The reasons of this kernel\n");
		add_running(list);
	} else {
		text_string(text,
			    "## All reasons\nThis kernel has none (new in Linux 5.17), or its BTF is unreadable: these "
			    "are those of other kernels.\n\n");
		add_known(list);
	}
	put_list(text, list);
	free(list);
}

void help_reasons_known(struct text *text)
{
	struct reason_list *list = must(calloc(1, sizeof(*list)));

	add_known(list);
	put_list(text, list);
	free(list);
}

bool help_reasons_named(struct text *text, const char *pattern, char nearest[64])
{
	struct reason_list *list = must(calloc(1, sizeof(*list)));
	struct nearest search = nearest_to(pattern);
	bool found = false;

	add_running(list);
	add_known(list);
	for (size_t i = 0; i < list->count; i++) {
		nearest_try(&search, list->entries[i].name);
		if (fnmatch(pattern, list->entries[i].name, FNM_CASEFOLD))
			continue;
		put_entry(text, &list->entries[i]);
		found = true;
	}
	snprintf(nearest, 64, "%s", search.found ? search.found : "");
	free(list);
	return found;
}
