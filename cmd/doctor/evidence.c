/* SPDX-License-Identifier: GPL-2.0-or-later */
/* evidence.c: the kernel's counters of this namespace as a second source besides the traffic's report, and the tools'
 * notes. */
#include "cmd/doctor/prove_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends the numbers of two lines: "Tcp: NAME NAME ...", "Tcp: NUMBER NUMBER ...". */
static void add_pair(FILE *out, char *names, char *numbers)
{
	char *name = strsep(&names, " "), *number = strsep(&numbers, " ");

	if (strcmp(name, "Tcp:") && strcmp(name, "TcpExt:"))
		return;
	while ((name = strsep(&names, " \n")) && (number = strsep(&numbers, " \n")) && *name)
		fprintf(out, "\"%s\":%s,", name, number);
}

static void add_file(FILE *out, const char *path)
{
	FILE *file = fopen(path, "re");
	char *names = NULL, *numbers = NULL;
	size_t sizes[2] = { 0, 0 };

	while (file && getline(&names, &sizes[0], file) > 0 && getline(&numbers, &sizes[1], file) > 0)
		add_pair(out, names, numbers);
	free(names);
	free(numbers);
	if (file)
		fclose(file);
}

/* Appends the numbers of a line "    lo: RX-BYTES RX-PACKETS (6 more) TX-BYTES TX-PACKETS ...". */
static void add_loopback(FILE *out)
{
	FILE *file = fopen("/proc/self/net/dev", "re");
	unsigned long long in[2], to[2];
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " lo: %llu %llu %*u %*u %*u %*u %*u %*u %llu %llu", &in[0], &in[1], &to[0], &to[1]) ==
		    4)
			fprintf(out,
				"\"lo_rx_bytes\":%llu,\"lo_rx_packets\":%llu,\"lo_tx_bytes\":%llu,\"lo_tx_packets\":%"
				"llu,",
				in[0], in[1], to[0], to[1]);
	if (file)
		fclose(file);
}

const char *evidence_kernel_report(void)
{
	static char *report;
	size_t size;
	FILE *out = open_memstream(&report, &size);

	if (!out)
		return NULL;
	fputc('{', out);
	add_file(out, "/proc/self/net/snmp");
	add_file(out, "/proc/self/net/netstat");
	add_loopback(out);
	fputs("\"end\":0}", out);
	return fclose(out) ? NULL : report;
}

/* ---- messages of a tool with --debug: the programs in use, and what is missing ---- */

/* Whether the kernel refused this program, or --rung skipped it. --without does not count. */
static bool is_refused(const char *messages, const char *program, size_t length)
{
	char lacking[96], passed[96];

	snprintf(lacking, sizeof(lacking), "(%.*s) unavailable", (int)length, program);
	snprintf(passed, sizeof(passed), "(%.*s) skipped", (int)length, program);
	return strstr(messages, lacking) || strstr(messages, passed);
}

bool evidence_is_refused(const char *messages, const char *programs)
{
	bool all = true; /* of these alternatives */

	while (*programs) {
		size_t length = strcspn(programs, "|,");

		all &= is_refused(messages, programs, length);
		programs += length;
		if (*programs != '|') {
			if (all)
				return true;
			all = true;
		}
		programs += *programs != '\0';
	}
	return false;
}

/* Calls take(text, context) for each line "TOOL: START text". */
static void each_line(const struct proof *proof, const char *start,
		      void (*take)(const char *text, size_t length, void *context), void *context)
{
	char whole[64];
	size_t length = (size_t)snprintf(whole, sizeof(whole), "%s: %s ", proof->tool->name, start);

	for (const char *line = proof->child.messages; line && *line;
	     line += strcspn(line, "\n"), line += *line == '\n')
		if (!strncmp(line, whole, length))
			take(line + length, strcspn(line + length, "\n"), context);
}

const struct json_key evidence_hook_keys[] = {
	{ "hook", JSON_TEXT, .help = "hook in the kernel" },
	{ "rung", JSON_TEXT, .help = "type and attach point of the program" },
	{ "program", JSON_TEXT, .help = "program in use" },
	{},
};

/* Parses "inet_sock_set_state: tp_btf/inet_sock_set_state (transition)"; the line of an unused program is longer. */
static void put_hook(const char *text, size_t length, void *context)
{
	char line[256], hook[128], section[128], program[64], rest;
	struct json_object *list = context, object;

	snprintf(line, sizeof(line), "%.*s", (int)length, text);
	if (sscanf(line, "%127[^:]: %127s (%63[^)])%c", hook, section, program, &rest) != 3)
		return;
	json_element(list);
	json_begin(&object, list->text, evidence_hook_keys);
	json_text(&object, "hook", hook);
	json_text(&object, "rung", section);
	json_text(&object, "program", program);
	json_end(&object);
}

void evidence_hooks_json(struct json_object *list, const struct proof *proof)
{
	each_line(proof, "note: hook", put_hook, list);
}

struct notes {
	char *text;
	size_t size;
};

/* Omits losses, which the ledger reports. */
static void add_note(const char *text, size_t length, void *context)
{
	struct notes *notes = context;
	size_t used = strlen(notes->text);

	if (!strncmp(text, "lost ", 5) || isdigit((unsigned char)*text))
		return;
	snprintf(notes->text + used, notes->size - used, "%s%.*s", used ? "; " : "", (int)length, text);
}

void evidence_notes(char *text, size_t size, const struct proof *proof)
{
	struct notes notes = { text, size };

	*text = '\0';
	each_line(proof, "warning:", add_note, &notes);
}
