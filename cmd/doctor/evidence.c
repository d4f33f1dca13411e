/* SPDX-License-Identifier: GPL-2.0-or-later */
/* evidence.c: the kernel's own counters of this namespace, a second source beside the maker of the traffic. */
#include "cmd/doctor/prove_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines in pairs: "Tcp: NAME NAME ...", "Tcp: NUMBER NUMBER ...". */
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

/* "    lo: RX-BYTES RX-PACKETS (6 more) TX-BYTES TX-PACKETS ..." */
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

const char *kernel_report(void)
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
