/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c: the options of the traffic applet. */
#include "cmd/traffic/traffic.h"
#include "cmd/traffic/parts.h"

#include <stddef.h>
#include <string.h>

#include "cmd/fatal.h"
#include "core/cli/helper.h"

#define COUNT_MAX     1000000
#define BYTES_MAX     (1ULL << 30)
#define BYTES_DEFAULT 1000

#define NOT_GIVEN     UINT64_MAX
#define IN(member)    .off = offsetof(struct traffic, member)

static const struct opt others[] = {
	{ "ipv4", 0, O_TRUE, IN(families[0]), .group = ACTIONS + 1, .help = "Over IPv4, to 127.0.0.1 (default)" },
	{ "ipv6", 0, O_TRUE, IN(families[1]), .group = ACTIONS + 1,
	  .help = "Over IPv6, to ::1; with --ipv4, everything once over each version" },
	{ "bytes", 0, O_NUMBER, "BYTES", IN(bytes), .min = 1, .max = BYTES_MAX, .group = ACTIONS + 1,
	  .help = "Payload that each client sends (default 1000); the answer has half the size" },
	{ "port", 0, O_NUMBER, "PORT", IN(port), .min = 1, .max = 65535, .group = ACTIONS + 1,
	  .help = "First port of the server; PORT+1 refuses, PORT+2 overflows, PORT+3 and up serve --churn" },
	{ "client-port", 0, O_NUMBER, "PORT", IN(client_port), .min = 1, .max = 65535, .group = ACTIONS + 1,
	  .help = "First port of the clients (not for --churn)" },
	{ "hold-until-stdin", 0, O_TRUE, IN(until_stdin), .group = ACTIONS + 2,
	  .help = "Open the --hold connections, print \"ready\", continue after a line on stdin" },
	{ "json", 0, O_TRUE, IN(json), .group = ACTIONS + 2,
	  .help = "Print the generated traffic as one JSON line at the end" },
	{ "verbose", 'v', O_TRUE, IN(verbose), .group = ACTIONS + 2, .help = "Report each step on stderr" },
	{},
};

static size_t count_client_ports(const struct traffic *t)
{
	uint64_t n = t->counts[OVERFLOW] ? 2 : 0;

	for (int i = 0; i < ACTIONS; i++)
		n += i == CHURN || i == URING_LISTEN || i >= UNREACHABLE ? 0 : t->counts[i];
	return (size_t)n * (size_t)(t->families[0] + t->families[1]);
}

static void check_ports(const struct traffic *t)
{
	uint64_t client_end = t->client_port + t->n_client_ports, server_end = t->port + t->n_slots;

	if (t->port && server_end > 65536)
		fatal(EXIT_USAGE, "--port %llu: %zu ports are needed", (unsigned long long)t->port, t->n_slots);
	if (t->client_port && client_end > 65536)
		fatal(EXIT_USAGE, "--client-port %llu: %zu ports are needed", (unsigned long long)t->client_port,
		      t->n_client_ports);
	if (t->port && t->client_port && t->port < client_end && t->client_port < server_end)
		fatal(EXIT_USAGE, "--client-port %llu: overlaps the server's ports %llu-%llu",
		      (unsigned long long)t->client_port, (unsigned long long)t->port,
		      (unsigned long long)server_end - 1);
}

const struct helper *traffic_helper(void)
{
	static struct opt opts[ACTIONS + sizeof(others) / sizeof(others[0])];
	static const struct helper helper = {
		.name = TRAFFIC_NAME,
		.about = "Generates known TCP and DNS events on the loopback interface, using only sockets.",
		.note = "Without any of the first options: a few of every kind, except --bad-listen, --unread, "
			"--killed, --late, --disconnect, --slow-reader, --small-sndbuf, --idle, --udp-refuse, "
			"--udp-full, DNS and those through io_uring.",
		.opts = opts,
	};

	for (int i = 0; i < ACTIONS; i++)
		opts[i] = (struct opt){ traffic_actions[i].name,
					0,
					O_NUMBER,
					"N",
					.off = (uint16_t)(offsetof(struct traffic, counts) +
							  (size_t)i * sizeof(uint64_t)),
					.max = COUNT_MAX,
					.help = traffic_actions[i].help,
					.group = (int8_t)(i + 1) };
	memcpy(opts + ACTIONS, others, sizeof(others));
	return &helper;
}

/* Without an action on the command line, chooses the default ones. */
static void choose_actions(struct traffic *t)
{
	bool any = false;

	for (int i = 0; i < ACTIONS; i++)
		any = any || t->counts[i] != NOT_GIVEN;
	for (int i = 0; i < ACTIONS; i++)
		if (t->counts[i] == NOT_GIVEN)
			t->counts[i] = any ? 0 : traffic_actions[i].usual;
}

void traffic_parse_options(struct traffic *t, int argc, char **argv)
{
	struct error error;

	t->bytes = BYTES_DEFAULT;
	for (int i = 0; i < ACTIONS; i++)
		t->counts[i] = NOT_GIVEN;
	if (!helper_parse(traffic_helper(), t, argc, argv, &error))
		exit(error_print(&error));
	if (!t->families[0] && !t->families[1])
		t->families[0] = true;
	choose_actions(t);
	t->counts[RELEASE] = t->counts[HOLD];
	t->n_slots = SLOT_CHURNING + (size_t)((t->counts[CHURN] + CHURN_PER_PORT - 1) / CHURN_PER_PORT);
	t->n_client_ports = count_client_ports(t);
	check_ports(t);
}
