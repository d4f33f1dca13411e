/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor_proof.c: what was proved, for people and for programs. */
#include "cmd/doctor_prove_parts.h"

#include <stdio.h>
#include <string.h>

#include "cmd/doctor_wrap.h"

#define NUMBER(value) ((unsigned long long)(value))
#define INDENT        23

static const char *const verdicts[] = {
	[PROVED] = "proved", [PARTLY] = "partly", [FALSE] = "WRONG", [CANNOT] = "cannot", [NO_PROOF] = "no proof",
};

static void append(char *line, size_t size, const char *separator, const char *text)
{
	size_t used = strlen(line);

	snprintf(line + used, size - used, "%s%s", used ? separator : "", text);
}

void proof_place_print(const struct place *place, const char *const reports[PROVE_REPORTS], const struct doctor *doctor)
{
	char line[512];

	if (doctor->json) {
		printf("{\"about\":\"traffic\",\"own_namespace\":%s,\"socket_filters\":%s,\"io_uring\":%s,\"reports\":"
		       "[",
		       place->own_namespace ? "true" : "false", place->drops ? "true" : "false",
		       place->uring ? "true" : "false");
		for (int i = 0, n = 0; i < PROVE_FAMILIES; i++)
			if (reports[i])
				printf("%s%.*s", n++ ? "," : "", (int)strcspn(reports[i], "\n"), reports[i]);
		puts("]}");
		return;
	}
	snprintf(line, sizeof(line), "traffic: %s; %s%s%s",
		 place->own_namespace ? "in a network namespace of its own"
				      : "on the loopback interface that is here (a new network namespace takes "
					"CAP_SYS_ADMIN)",
		 !place->families[0]   ? "IPv6 only"
		 : !place->families[1] ? "IPv4 only"
				       : "IPv4 and IPv6",
		 place->drops ? "" : "; without lost segments (socket filters are not allowed here)",
		 place->uring ? "" : "; without io_uring (not here, or not allowed)");
	doctor_wrap(line, 2);
}

static void json_count(const struct count *count, bool first)
{
	doctor_json_string(first ? "{" : ",{", "what", count->row->what);
	if (count->family == BY_KERNEL)
		printf(",\"family\":null");
	else
		printf(",\"family\":%d", count->family);
	printf(",\"at_least\":%s,\"expected\":%llu,\"seen\":%llu", count->row->how == AT_LEAST ? "true" : "false",
	       NUMBER(count->expected), NUMBER(count->seen));
	printf(",\"excused\":%s,\"right\":%s}", count->excused ? "true" : "false", count->wrong ? "false" : "true");
}

static void print_json(const struct proof *proof)
{
	bool first = true;

	doctor_json_string("{", "about", "proof");
	doctor_json_string(",", "tool", proof->tool->name);
	doctor_json_string(",", "verdict", verdicts[proof->verdict]);
	doctor_json_string(",", "wrong", *proof->wrong ? proof->wrong : NULL);
	doctor_json_string(",", "first_try", *proof->first ? proof->first : NULL);
	printf(",\"lost\":%llu,\"missed\":%llu,\"wrong_owners\":%llu,\"counts\":[", NUMBER(proof->lost),
	       NUMBER(proof->missed), NUMBER(proof->strangers));
	for (size_t i = 0; i < proof->n_counts; i++) {
		if (proof->counts[i].row->how == MEASURE)
			continue;
		json_count(&proof->counts[i], first);
		first = false;
	}
	puts("]}");
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

/* Both families together, where both are right. */
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
	char text[64];

	*line = '\0';
	append(line, size, "; ", proof->wrong);
	if (proof->strangers) {
		snprintf(text, sizeof(text), "%llu rows with a wrong process", NUMBER(proof->strangers));
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
		snprintf(text, sizeof(text), "the kernel passed programs over %llu times", NUMBER(proof->missed));
		append(line, size, "; ", text);
	}
	for (size_t i = 0, n = 0; i < proof->n_counts; i++) {
		if (!proof->counts[i].excused || proof->counts[i].family == 6)
			continue;
		append(line, size, n ? ", " : "; ", n ? "" : "not to be had here: ");
		append(line, size, "", proof->counts[i].row->what);
		n++;
	}
	if (*proof->first) {
		append(line, size, " ", "(at the second try, by itself; first: ");
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
