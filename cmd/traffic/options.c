/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c: what the traffic applet is asked for. */
#include "cmd/traffic/traffic.h"
#include "cmd/traffic/parts.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cli/help.h"
#include "cmd/fatal.h"
#include "core/base/values.h"

#define COUNT_MAX     1000000
#define BYTES_MAX     (1ULL << 30)
#define BYTES_DEFAULT 1000

enum key {
	KEY_HELP = 'h',
	KEY_VERBOSE = 'v',
	KEY_ACTION = 256, /* and one for each action */
	KEY_IPV4 = KEY_ACTION + ACTIONS,
	KEY_IPV6,
	KEY_PORT,
	KEY_CLIENT_PORT,
	KEY_BYTES,
	KEY_JSON,
	KEY_UNTIL_STDIN,
};

static const struct argp_option common_options[] = {
	{ "ipv4", KEY_IPV4, NULL, 0, "Over IPv4, to 127.0.0.1 (default)", ACTIONS + 1 },
	{ "ipv6", KEY_IPV6, NULL, 0, "Over IPv6, to ::1; with --ipv4, everything once over each", ACTIONS + 1 },
	{ "bytes", KEY_BYTES, "BYTES", 0, "What a client sends (default 1000); the answer is half of it", ACTIONS + 1 },
	{ "port", KEY_PORT, "PORT", 0,
	  "The server's first port; refused are PORT+1, overflowing PORT+2, churning PORT+3 and up", ACTIONS + 1 },
	{ "client-port", KEY_CLIENT_PORT, "PORT", 0, "The clients' ports, from this upwards (not those of --churn)",
	  ACTIONS + 1 },
	{ "hold-until-stdin", KEY_UNTIL_STDIN, NULL, 0,
	  "Open what --hold asks for, print \"ready\", go on after a line on stdin", ACTIONS + 2 },
	{ "json", KEY_JSON, NULL, 0, "At the end, print what was made as one line of JSON", ACTIONS + 2 },
	{ "verbose", KEY_VERBOSE, NULL, 0, "Tell each step on stderr", ACTIONS + 2 },
	{ "help", KEY_HELP, NULL, 0, "Print this help", -1 },
};

#define N_COMMON (sizeof(common_options) / sizeof(common_options[0]))

struct parse {
	struct traffic *traffic;
	bool any_action;
};

static uint64_t number(const char *option, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value;
	const char *wrong = value_number(&value, text, min, max);

	if (wrong)
		fatal(EXIT_USAGE, "--%s %s: %s", option, text, wrong);
	return value;
}

static void parse_action(struct parse *parse, int action, const char *text)
{
	parse->traffic->counts[action] = number(traffic_actions[action].name, text, 0, COUNT_MAX);
	parse->any_action = true;
}

/* argp would print two lines; getopt has already stepped over the option that it does not like. */
__attribute__((noreturn)) static void bad_option(const struct argp_state *state)
{
	int at = state->next > 1 ? state->next - 1 : state->next;

	fatal(EXIT_USAGE, "%s: no such option, or its argument is missing; see --help", state->argv[at]);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct parse *parse = state->input;
	struct traffic *t = parse->traffic;

	switch (key) {
	case KEY_IPV4:
	case KEY_IPV6:
		t->families[key - KEY_IPV4] = true;
		return 0;
	case KEY_PORT:
		t->port = number("port", text, 1, 65535);
		return 0;
	case KEY_CLIENT_PORT:
		t->client_port = number("client-port", text, 1, 65535);
		return 0;
	case KEY_BYTES:
		t->bytes = number("bytes", text, 1, BYTES_MAX);
		return 0;
	case KEY_JSON:
		t->json = true;
		return 0;
	case KEY_VERBOSE:
		t->verbose = true;
		return 0;
	case KEY_UNTIL_STDIN:
		t->until_stdin = true;
		return 0;
	case KEY_HELP:
		help_fit_width();
		argp_help(traffic_argp(), stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
			  (char *)TRAFFIC_NAME);
		exit(EXIT_DONE);
	case ARGP_KEY_ARG:
		fatal(EXIT_USAGE, "%s: not an option; see --help", text);
	case ARGP_KEY_ERROR:
		bad_option(state);
	}
	if (key < KEY_ACTION || key >= KEY_IPV4)
		return ARGP_ERR_UNKNOWN;
	parse_action(parse, key - KEY_ACTION, text);
	return 0;
}

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

const struct argp *traffic_argp(void)
{
	static struct argp_option options[ACTIONS + N_COMMON + 1];
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.doc = "Makes known TCP events on the loopback interface, with nothing but sockets.\v"
		       "Without any of the first options: a few of every kind, but none through io_uring, and no "
		       "bad-listen.",
	};

	for (int i = 0; i < ACTIONS; i++)
		options[i] = (struct argp_option){ .name = traffic_actions[i].name,
						   .key = KEY_ACTION + i,
						   .arg = "N",
						   .doc = traffic_actions[i].help,
						   .group = i + 1 };
	memcpy(options + ACTIONS, common_options, sizeof(common_options));
	return &argp;
}

void traffic_parse_options(struct traffic *t, int argc, char **argv)
{
	struct parse parse = { .traffic = t };

	t->bytes = BYTES_DEFAULT;
	if (argp_parse(traffic_argp(), argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP | ARGP_NO_EXIT, NULL, &parse))
		fatal(EXIT_FAILED, "options: %s", strerror(errno));
	if (!t->families[0] && !t->families[1])
		t->families[0] = true;
	for (int i = 0; i < ACTIONS && !parse.any_action; i++)
		t->counts[i] = traffic_actions[i].usual;
	t->counts[RELEASE] = t->counts[HOLD];
	t->n_slots = SLOT_CHURNING + (size_t)((t->counts[CHURN] + CHURN_PER_PORT - 1) / CHURN_PER_PORT);
	t->n_client_ports = count_client_ports(t);
	check_ports(t);
}
