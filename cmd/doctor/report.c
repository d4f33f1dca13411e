/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c: the results of the proofs, as a table and as JSON. */
#include "cmd/doctor/prove_parts.h"

#include <stdio.h>
#include <string.h>

#define NUMBER(value) ((unsigned long long)(value))
#define INDENT        23

static const char *const verdicts[] = {
	[PROVED] = "proved", [PARTLY] = "partly", [FALSE] = "WRONG", [CANNOT] = "cannot", [NO_PROOF] = "no proof", NULL,
};

static void append(char *line, size_t size, const char *separator, const char *text)
{
	size_t used = strlen(line);

	snprintf(line + used, size - used, "%s%s", used ? separator : "", text);
}

void doctor_line(struct text *text)
{
	printf("%.*s\n", (int)text->length, text->data);
	text_free(text);
}

const struct json_key proof_traffic_keys[] = {
	DOCTOR_ABOUT("traffic"),
	{ "own_namespace", JSON_BOOL, .help = "whether the traffic had a network namespace of its own" },
	{ "socket_filters", JSON_BOOL, .help = "whether deliberate segment loss was possible" },
	{ "io_uring", JSON_BOOL, .help = "whether io_uring was usable" },
	{ "reports", JSON_LIST, .schema = "traffic.json", .help = "the generated traffic, one report per IP version" },
	{},
};

static void print_sandbox_json(const struct sandbox *sandbox, const char *const reports[PROVE_REPORTS])
{
	struct text text = { 0 };
	struct json_object line;

	json_begin(&line, &text, proof_traffic_keys);
	json_text(&line, "about", "traffic");
	json_bool(&line, "own_namespace", sandbox->own_namespace);
	json_bool(&line, "socket_filters", sandbox->drops);
	json_bool(&line, "io_uring", sandbox->uring);
	json_list(&line, "reports");
	for (int i = 0; i < PROVE_FAMILIES; i++) {
		if (!reports[i])
			continue;
		json_element(&line);
		text_bytes(&text, reports[i], strcspn(reports[i], "\n"));
	}
	json_list_end(&line);
	json_end(&line);
	doctor_line(&text);
}

void proof_sandbox_print(const struct sandbox *sandbox, const char *const reports[PROVE_REPORTS],
			 const struct doctor *doctor)
{
	char line[512];

	if (doctor->json) {
		print_sandbox_json(sandbox, reports);
		return;
	}
	snprintf(line, sizeof(line), "traffic: %s; %s%s%s",
		 sandbox->own_namespace ? "in a network namespace of its own"
					: "on this loopback interface (a new network namespace needs "
					  "CAP_SYS_ADMIN)",
		 !sandbox->families[0]   ? "IPv6 only"
		 : !sandbox->families[1] ? "IPv4 only"
					 : "IPv4 and IPv6",
		 sandbox->drops ? "" : "; without lost segments (socket filters are not permitted here)",
		 sandbox->uring ? "" : "; without io_uring (unavailable, or not permitted)");
	doctor_wrap(line, 2);
}

static const struct json_key count_keys[] = {
	{ "what", JSON_TEXT, .help = "what was counted" },
	{ "family", JSON_NUMBER, .nullable = true,
	  .help = "IP version of the traffic: 4 or 6; null: compared with the kernel's own counters" },
	{ "at_least", JSON_BOOL, .help = "whether a larger number is right, too" },
	{ "expected", JSON_NUMBER, .help = "expected number" },
	{ "seen", JSON_NUMBER, .help = "number that the tool counted" },
	{ "excused", JSON_BOOL, .help = "whether this kernel lacks what the count needs" },
	{ "right", JSON_BOOL, .help = "as expected, or excused" },
	{},
};

static void put_count(struct text *text, const struct count *count)
{
	struct json_object object;

	json_begin(&object, text, count_keys);
	json_text(&object, "what", count->row->what);
	if (count->family == BY_KERNEL)
		json_null(&object, "family");
	else
		json_number(&object, "family", (uint64_t)count->family);
	json_bool(&object, "at_least", count->row->how == AT_LEAST);
	json_number(&object, "expected", count->expected);
	json_number(&object, "seen", count->seen);
	json_bool(&object, "excused", count->excused);
	json_bool(&object, "right", !count->wrong);
	json_end(&object);
}

const struct json_key proof_keys[] = {
	DOCTOR_ABOUT("proof"),
	{ "tool", JSON_TEXT, .help = "name of the tool" },
	{ "verdict", JSON_TEXT, .texts = verdicts,
	  .help = "proved: all counts are right; partly: all counts are right that this kernel allows; cannot: the "
		  "tool "
		  "does not work here" },
	{ "wrong", JSON_TEXT, .nullable = true, .help = "any other error besides wrong counts" },
	{ "first_try", JSON_TEXT, .nullable = true,
	  .help = "errors of the first try, next to other tools; this line is the second try, alone" },
	{ "notes", JSON_TEXT, .nullable = true, .help = "notes of the tool on what is unavailable here" },
	{ "hooks", JSON_LIST, .objects = evidence_hook_keys, .help = "programs in use" },
	{ "lost", JSON_NUMBER, .help = "events that were lost" },
	{ "missed", JSON_NUMBER, .help = "calls for which the kernel ran no program" },
	{ "wrong_owners", JSON_NUMBER, .help = "rows with a wrong process, or without a process that is known" },
	{ "unexplained", JSON_NUMBER, .help = "rows of the traffic's processes that match none of the counts" },
	{ "counts", JSON_LIST, .objects = count_keys, .help = "what was counted" },
	{},
};

static void print_json(const struct proof *proof)
{
	char notes[1024] = "";
	struct text text = { 0 };
	struct json_object line;

	if (proof->child.messages)
		evidence_notes(notes, sizeof(notes), proof);
	json_begin(&line, &text, proof_keys);
	json_text(&line, "about", "proof");
	json_text(&line, "tool", proof->tool->name);
	json_text(&line, "verdict", verdicts[proof->verdict]);
	json_text(&line, "wrong", *proof->wrong ? proof->wrong : NULL);
	json_text(&line, "first_try", *proof->first ? proof->first : NULL);
	json_text(&line, "notes", *notes ? notes : NULL);
	json_list(&line, "hooks");
	if (proof->child.messages)
		evidence_hooks_json(&line, proof);
	json_list_end(&line);
	json_number(&line, "lost", proof->lost);
	json_number(&line, "missed", proof->missed);
	json_number(&line, "wrong_owners", proof->wrong_owners);
	json_number(&line, "unexplained", proof->unmade);
	json_list(&line, "counts");
	for (size_t i = 0; i < proof->n_counts; i++) {
		if (proof->counts[i].row->how == MEASURE)
			continue;
		json_element(&line);
		put_count(&text, &proof->counts[i]);
	}
	json_list_end(&line);
	json_end(&line);
	doctor_line(&text);
}

static void add_count(char *line, size_t size, const struct count *count)
{
	char text[160];

	snprintf(text, sizeof(text), "%s (%s) %llu of %s%llu", count->row->what,
		 count->family == 4   ? "IPv4"
		 : count->family == 6 ? "IPv6"
				      : "kernel",
		 NUMBER(count->seen), count->row->how == AT_LEAST ? "at least " : "", NUMBER(count->expected));
	append(line, size, "; ", text);
}

/* One figure for both families, if both are right. */
static void add_sum(char *line, size_t size, const struct proof *proof, size_t i)
{
	const struct count *count = &proof->counts[i];
	uint64_t seen = count->seen, expected = count->expected;
	char text[160];

	for (size_t j = 0; j < proof->n_counts; j++) {
		if (j == i || proof->counts[j].row != count->row)
			continue;
		if (j < i)
			return;
		seen += proof->counts[j].seen;
		expected += proof->counts[j].expected;
	}
	if (!expected && !seen)
		return;
	snprintf(text, sizeof(text), "%s %llu of %s%llu", count->row->what, NUMBER(seen),
		 count->row->how == AT_LEAST ? "at least " : "", NUMBER(expected));
	append(line, size, "; ", text);
}

/* The sum of all rows comes first. */
static void add_sums(char *line, size_t size, const struct proof *proof, bool all_rows)
{
	for (size_t i = 0; i < proof->n_counts; i++) {
		const struct count *count = &proof->counts[i];

		if (count->row->how != MEASURE && !count->wrong && !count->excused &&
		    !strcmp(count->row->what, "all rows") == all_rows)
			add_sum(line, size, proof, i);
	}
}

void proof_describe(char *line, size_t size, const struct proof *proof, bool verbose)
{
	char text[64], notes[1024];

	*line = '\0';
	append(line, size, "; ", proof->wrong);
	if (proof->wrong_owners) {
		snprintf(text, sizeof(text), "%llu rows with a wrong process", NUMBER(proof->wrong_owners));
		append(line, size, "; ", text);
	}
	if (proof->unmade) {
		snprintf(text, sizeof(text), "%llu rows that nothing explains", NUMBER(proof->unmade));
		append(line, size, "; ", text);
	}
	for (size_t i = 0; i < proof->n_counts; i++)
		if (proof->counts[i].wrong)
			add_count(line, size, &proof->counts[i]);
	if (verbose || proof->verdict != FALSE) {
		add_sums(line, size, proof, true);
		add_sums(line, size, proof, false);
	}
	if (proof->verdict == FALSE && proof->missed) {
		snprintf(text, sizeof(text), "the kernel skipped programs %llu times", NUMBER(proof->missed));
		append(line, size, "; ", text);
	}
	for (size_t i = 0, n = 0; i < proof->n_counts; i++) {
		if (!proof->counts[i].excused || proof->counts[i].family == 6)
			continue;
		append(line, size, n ? ", " : "; ", n ? "" : "unavailable here: ");
		append(line, size, "", proof->counts[i].row->what);
		n++;
	}
	if (proof->verdict == PARTLY) {
		evidence_notes(notes, sizeof(notes), proof);
		append(line, size, "", *notes ? " (" : "");
		append(line, size, "", notes);
		append(line, size, "", *notes ? ")" : "");
	}
	if (*proof->first) {
		append(line, size, " ", "(at the second try, alone; first: ");
		append(line, size, "", proof->first);
		append(line, size, "", ")");
	}
}

void proof_print(const struct proof *proof, const struct doctor *doctor)
{
	char line[4096] = "";

	if (doctor->json) {
		print_json(proof);
		return;
	}
	if (proof->verdict == NO_PROOF)
		append(line, sizeof(line), "", "no proof written");
	else
		proof_describe(line, sizeof(line), proof, doctor->verbose);
	printf("%-12s%-10s ", proof->tool->name, verdicts[proof->verdict]);
	doctor_wrap(line, INDENT);
}
