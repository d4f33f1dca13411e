/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_options.c: command lines of made-up tools; those that end the program are parsed in a child process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/names/enums.h"
#include "core/cli/parse.h"
#include "core/base/message.h"
#include "cmd/fatal.h"

#define WORDS(...) ((const char *const[]){ "/usr/bin/some-link", ##__VA_ARGS__, NULL })

/* ---- one enum of the kernel ---- */

void enum_extend(const struct enum_extra *own)
{
	(void)own;
}

bool enum_exists(const struct btf *btf, const char *type)
{
	return !btf && strcmp(type, "skb_drop_reason") == 0;
}

bool enum_value(const struct btf *btf, const char *type, const char *name, uint64_t *value)
{
	*value = strcasecmp(name, "NO_SOCKET") == 0 ? 3 : 12;
	return enum_exists(btf, type) && (*value == 3 || strcmp(name, "NETFILTER_DROP") == 0);
}

void enum_each(const char *type, enum_handler *handle, void *context)
{
	if (enum_exists(NULL, type)) {
		handle(context, 3, "SKB_DROP_REASON_NO_SOCKET", "NO_SOCKET");
		handle(context, 12, "SKB_DROP_REASON_NETFILTER_DROP", "NETFILTER_DROP");
	}
}

void enum_each_known(const char *type, enum_handler *handle, void *context)
{
	enum_each(type, handle, context);
}

bool enum_is_limit(const char *short_name)
{
	return !strcmp(short_name, "MAX");
}

const char *enum_name(const struct btf *btf, const char *type, uint64_t value)
{
	(void)btf;
	(void)type;
	(void)value;
	return NULL;
}

/* ---- the tools ---- */

static int checked;

static bool check(struct options *parsed, struct error *error)
{
	checked++;
	if (parsed->wide && parsed->format == FORMAT_JSON)
		return error_set(error, EXIT_USAGE, "--wide: no such thing in JSON");
	return true;
}

static const char *const states_examples[] = { "states -L 80,443", "what a web server's sockets do", NULL };
static const struct opt states_opts[] = {
	{ .name = "localport", .key = 'L', .type = O_ALIAS, .alias_of = "lport" },
	{ .name = "remoteport", .key = 'D', .type = O_ALIAS, .alias_of = "rport" },
	{ .name = "csv", .key = 's', .type = O_ALIAS, .alias_of = "csv" },
	{ .name = "journal", .key = 'Y', .type = O_COMMON, .help = "log to the journal as well" },
	{ .key = 'u', .type = O_ALIAS, .alias_of = "uid" },
	{ .name = NULL },
};
static const struct tool states = {
	.name = "states", .summary = "Show states.", .examples = states_examples, .opts = states_opts, .check = check
};

/* The tools' own options. */
static struct own {
	struct list selected;
	uint64_t numbers[2];
	const char *text;
	uint32_t sort;
} * own; /* of the last parse */

enum { SEQUENCE = 1, LOSSPROBE = 2, COUNTS = 4 };

static const struct member retrans_counts[] = { { .name = "count", .kind = F_COUNT }, { .name = NULL } };
static const struct opt retrans_opts[] = {
	{ .name = "sequence", .key = 's', .type = O_FLAG, .flag = SEQUENCE, .help = "add a column" },
	{ .name = "lossprobe", .key = 't', .type = O_FLAG, .flag = LOSSPROBE, .help = "more rows" },
	{ .name = "count", .key = 'c', .type = O_ALIAS, .alias_of = "summary" },
	{ .name = "reason",
	  .key = 'h',
	  .type = O_ENUM,
	  .arg = "NAMES",
	  .off = offsetof(struct own, selected),
	  .btf_enum = "skb_drop_reason",
	  .help = "only these" },
	{ .name = "codes",
	  .type = O_LIST,
	  .arg = "LIST",
	  .off = offsetof(struct own, selected),
	  .min = 1,
	  .max = 9,
	  .help = "only these" },
	{ .name = "gone",
	  .type = O_ENUM,
	  .arg = "NAMES",
	  .off = offsetof(struct own, selected),
	  .btf_enum = "no_such_enum",
	  .help = "nothing" },
	{ .name = NULL },
};
static const struct apart retrans_apart[] = { { "lossprobe", "summary", "which counts" }, {} };
static const struct tool retrans = { .name = "retrans",
				     .apart = retrans_apart,
				     .summary = "Show retransmissions.",
				     .opts = retrans_opts,
				     .options_size = sizeof(struct own),
				     .totals = &(const struct totals){ .members = retrans_counts, .flag = COUNTS } };

enum { NANOSECONDS = 1, PER_CPU = 2, NETNS = 4, VERBOSE = 8 };

static const struct member totals[] = { { "pid" }, { .name = NULL } };
static const char *const sorts[] = { "all", "sent", "rtt", NULL };
static const char *const state_names[] = { "open", "fin-wait-1", "fin-wait-2", "close", "close-wait", NULL };
static const char *const top_words[] = { "interval", "count", "least", NULL };
static const struct opt top_opts[] = {
	{ .name = "nanoseconds", .key = 'N', .type = O_FLAG, .flag = NANOSECONDS, .help = "in ns" },
	{ .name = "ns", .type = O_ALIAS, .alias_of = "nanoseconds" },
	{ .name = "timestamp", .key = 'T', .type = O_ALIAS, .alias_of = "time" },
	{ .name = "cpu",
	  .key = 'c',
	  .type = O_LIST,
	  .arg = "LIST",
	  .off = offsetof(struct own, selected),
	  .max = 65535,
	  .help = "only these" },
	{ .name = "least",
	  .key = 'l',
	  .type = O_NUMBER,
	  .arg = "N",
	  .off = offsetof(struct own, numbers[0]),
	  .min = 2,
	  .max = 9,
	  .help = "at least" },
	{ .name = "slower",
	  .key = 'm',
	  .type = O_MSEC,
	  .arg = "MS",
	  .off = offsetof(struct own, numbers[1]),
	  .help = "only what takes longer" },
	{ .name = "name",
	  .key = 'n',
	  .type = O_TEXT,
	  .arg = "NAMES",
	  .off = offsetof(struct own, text),
	  .help = "of these" },
	{ .name = "sort",
	  .key = 's',
	  .type = O_CHOICE,
	  .arg = "KEY",
	  .off = offsetof(struct own, sort),
	  .names = sorts,
	  .help = "most first: all, sent, rtt" },
	{ .name = "state",
	  .type = O_NAMES,
	  .arg = "STATES",
	  .off = offsetof(struct own, selected),
	  .min = 1,
	  .names = state_names,
	  .help = "only these" },
	{ .name = NULL },
};
/* A tool of totals only, without sockets. */
static const struct tool top = { .name = "top",
				 .summary = "Show totals.",
				 .opts = top_opts,
				 .options_size = sizeof(struct own),
				 .positional = top_words,
				 .totals = &(const struct totals){ .members = totals, .every = 3000000000 },
				 .subject = NONE };

/* In bcc, -N and --netns are flags; here --netns has a filter as well. In bcc, -v sets the columns. */
static const struct opt tracer_opts[] = {
	{ .name = "netns", .key = 'N', .type = O_ALIAS, .alias_of = "show-netns" },
	{ .name = "show-netns", .type = O_FLAG, .flag = NETNS, .help = "add a column" },
	{ .name = "verbose", .key = 'v', .type = O_FLAG, .flag = VERBOSE, .help = "more columns" },
	{ .name = NULL },
};
static const struct tool tracer = { .name = "tracer", .summary = "Show connections.", .opts = tracer_opts };

static const struct tool bare = { .name = "bare", .summary = "Show little." };

/* ---- helpers ---- */

static struct options options;

static int words_count(const char *const *words)
{
	int n = 0;

	while (words[n])
		n++;
	return n;
}

static bool try_parse(const struct tool *tool, const char *const *words, struct error *error)
{
	memset(&options, 0xa5, sizeof(options));
	return options_parse(&options, tool, words_count(words), (char **)(uintptr_t)words, error);
}

/* Parses a valid command line. */
static void parse(const struct tool *tool, const char *const *words)
{
	struct error error;

	free(own);
	if (!try_parse(tool, words, &error))
		fail_msg("%s", error.text);
	own = options.own;
}

static char *read_all(int fd)
{
	static char text[16384];
	size_t length = 0;
	ssize_t n;

	while ((n = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	close(fd);
	text[length] = '\0';
	return text;
}

/* Parses in a child whose `fd` is a pipe. Returns its output and its exit code; 100: valid. */
static char *parse_in_child(const struct tool *tool, const char *const *words, int fd, int *status)
{
	struct error error;
	int ends[2];
	char *text;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], fd);
		close(ends[0]);
		close(ends[1]);
		exit(try_parse(tool, words, &error) ? 100 : error_print(&error));
	}
	close(ends[1]);
	text = read_all(ends[0]);
	assert_int_equal(waitpid(child, status, 0), child);
	assert_true(WIFEXITED(*status));
	*status = WEXITSTATUS(*status);
	return text;
}

static void assert_refused(const struct tool *tool, const char *const *words, int code, const char *message)
{
	int status;

	assert_string_equal(parse_in_child(tool, words, STDERR_FILENO, &status), message);
	assert_int_equal(status, code);
}

static char *shown(const struct tool *tool, const char *const *words)
{
	int status;
	char *text = parse_in_child(tool, words, STDOUT_FILENO, &status);

	assert_int_equal(status, 0);
	return text;
}

/* The number of times that the help text contains `what`. */
static int times(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void assert_readable(const char *text)
{
	for (const char *line = text; *line;) {
		const char *end = strchr(line, '\n');

		assert_non_null(end);
		if (end - line > 79 || (end > line && end[-1] == ' '))
			fail_msg("too long, or ends with a space: %.*s", (int)(end - line), line);
		line = end + 1;
	}
}

/* ---- tests ---- */

static void nothing_asked_for(void **state)
{
	(void)state;
	parse(&bare, WORDS());
	assert_ptr_equal(options.tool, &bare);
	assert_string_equal(message_name("bare"), "bare");
	assert_int_equal(options.ready_fd, -1);
	assert_int_equal(options.ring_bytes, 8 << 20);
	assert_int_equal(options.format, FORMAT_TABLE);
	assert_false(options.wide || options.time || options.timestamp || options.no_header || options.verbose);
	assert_true(options.count == 0 && options.duration == 0 && options.interval == 0 && !options.command);
	assert_int_equal(options.settings.filter.pids.count, 0);
}

static void filters_are_stored(void **state)
{
	const struct filter *filter = &options.settings.filter;

	(void)state;
	parse(&bare, WORDS("-p", "1-5", "--pid=7", "--uid", "root", "--comm", "a*,b", "--lport", "80", "--rport", "0",
			   "--laddr", "10.0.0.0/8", "--raddr", "::1,::2", "--netns", "/proc/self/ns/net", "--cgroup",
			   "1,2,3", "-6"));
	assert_int_equal(filter->pids.count, 2);
	assert_int_equal(filter->pids.item[1].first, 7);
	assert_int_equal(filter->uids.count, 1);
	assert_int_equal(filter->n_comms, 2);
	assert_int_equal(filter->lports.item[0].first, 80);
	assert_int_equal(filter->rports.count, 1);
	assert_int_equal(filter->n_laddrs, 1);
	assert_int_equal(filter->laddrs[0].addr[12], 10);
	assert_int_equal(filter->n_raddrs, 2);
	assert_int_equal(filter->raddrs[1].addr[15], 2);
	assert_int_equal(filter->netns.count, 1);
	assert_int_equal(filter->cgroups.count, 3);
	assert_int_equal(filter->family, 6);
}

static void output_and_run_are_stored(void **state)
{
	(void)state;
	parse(&bare, WORDS("--json", "-wTt", "--no-header", "--duration", "0.5", "--count", "7", "--ready-fd", "2",
			   "--ring-size", "64", "-v"));
	assert_int_equal(options.format, FORMAT_JSON);
	assert_true(options.wide && options.time && options.timestamp && options.no_header && options.verbose);
	assert_true(options.duration == 500000000 && options.count == 7);
	assert_int_equal(options.ready_fd, 2);
	assert_int_equal(options.ring_bytes, 64 << 20);
	parse(&bare, WORDS("--outputs=9", "--csv", "--csv", "-4", "--ipv4"));
	assert_int_equal(options.count, 9);
	assert_int_equal(options.format, FORMAT_CSV);
	assert_int_equal(options.settings.filter.family, 4);
}

static void other_names_of_common_options(void **state)
{
	(void)state;
	parse(&states, WORDS("-L80", "--localport", "81", "--lport=82", "--localp=83", "-D", "1", "-sY", "-u0"));
	assert_int_equal(options.settings.filter.lports.count, 4);
	assert_int_equal(options.settings.filter.rports.count, 1);
	assert_int_equal(options.settings.filter.uids.count, 1);
	assert_int_equal(options.format, FORMAT_CSV);
	assert_true(options.journal);
	assert_refused(&bare, WORDS("--journal"), 2,
		       "bare: error: --journal: no such option (see nettrace help bare)\n");
	assert_refused(&bare, WORDS("-L", "80"), 2, "bare: error: -L: no such option (see nettrace help bare)\n");
}

static void own_options_and_letters(void **state)
{
	(void)state;
	parse(&retrans, WORDS("-st"));
	assert_int_equal(options.settings.flags, SEQUENCE | LOSSPROBE);
	assert_false(options.timestamp);
	parse(&retrans, WORDS("--timestamp", "--codes", "1-3,9", "--codes=5"));
	assert_true(options.timestamp);
	assert_int_equal(own->selected.count, 3);
	assert_int_equal(own->selected.item[0].last, 3);
	assert_refused(&retrans, WORDS("--codes", "10"), 2, "retrans: error: --codes 10: not a number (1-9)\n");
}

static void enums_have_names(void **state)
{
	(void)state;
	parse(&retrans, WORDS("--reason", "no_socket,7,NETFILTER_DROP", "-h3"));
	assert_int_equal(own->selected.count, 4);
	assert_int_equal(own->selected.item[0].first, 3);
	assert_int_equal(own->selected.item[1].first, 7);
	assert_int_equal(own->selected.item[2].last, 12);
	assert_refused(&retrans, WORDS("--reason", "NO_SUCH"), 2,
		       "retrans: error: --reason NO_SUCH: not a name of the kernel's skb_drop_reason\n");
	assert_refused(&retrans, WORDS("-h", "3,NO_SUCH"), 2,
		       "retrans: error: -h 3,NO_SUCH: not a name of the kernel's skb_drop_reason: NO_SUCH\n");
	assert_refused(&retrans, WORDS("--reason=NO_SOCKET,"), 2,
		       "retrans: error: --reason NO_SOCKET,: an item is empty\n");
	assert_refused(&retrans, WORDS("--gone", "X"), 3,
		       "retrans: error: --gone X: the kernel has no enum no_such_enum\n");
}

static void count_is_a_flag_or_a_number(void **state)
{
	(void)state;
	parse(&retrans, WORDS("-c"));
	assert_true(options.settings.flags == COUNTS && options.count == 0);
	parse(&retrans, WORDS("--count"));
	assert_true(options.settings.flags == COUNTS && options.count == 0);
	parse(&retrans, WORDS("--summary", "--interval", "1"));
	assert_true(options.settings.flags == COUNTS && options.interval == 1000000000);
	parse(&retrans, WORDS("--count=5"));
	assert_true(options.settings.flags == 0 && options.count == 5);
	parse(&retrans, WORDS("-cs", "--count=5"));
	assert_true(options.settings.flags == (COUNTS | SEQUENCE) && options.count == 5);
	parse(&retrans, WORDS("-c", "--outputs", "5"));
	assert_true(options.settings.flags == COUNTS && options.count == 5);
	parse(&retrans, WORDS("--count", "5"));
	assert_true(options.settings.flags == 0 && options.count == 5);
	assert_refused(&retrans, WORDS("-c", "5"), 2,
		       "retrans: error: argument 5: not expected; write --count=5 (stop after N rows, or after N "
		       "intervals of totals)\n");
	assert_refused(&retrans, WORDS("--count", "-s", "5"), 2,
		       "retrans: error: argument 5: not expected; a command to run goes after --\n");
	assert_refused(&retrans, WORDS("--count=0"), 2, "retrans: error: --count 0: not a number (1 or more)\n");
	assert_refused(&retrans, WORDS("--interval", "1"), 2,
		       "retrans: error: --interval: only together with --summary\n");
	assert_refused(&bare, WORDS("--interval", "1"), 2,
		       "bare: error: --interval: no such option (see nettrace help bare)\n");
	assert_refused(&bare, WORDS("--summary"), 2,
		       "bare: error: --summary: no such option (see nettrace help bare)\n");
}

/* In bcc's tcpconnlat, --lport is a flag, and the positional argument is a number of milliseconds. */
static void a_shared_name_means_one_thing(void **state)
{
	extern const struct tool tcpconnlat;
	static const char *const names[] = { "--lport", "--localport" };
	const uint32_t *flags = &options.settings.flags;
	uint32_t flag;

	(void)state;
	parse(&tcpconnlat, WORDS("-L"));
	flag = *flags;
	parse(&tcpconnlat, WORDS("-L", "10"));
	assert_true(*flags == flag && options_number(&options, 0) == 10000000);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		parse(&tcpconnlat, WORDS(names[i]));
		assert_true(*flags == flag && !options.settings.filter.lports.count);
		parse(&tcpconnlat, WORDS("10", names[i]));
		assert_true(*flags == flag && options_number(&options, 0) == 10000000);
		parse(&tcpconnlat, WORDS(names[i], "-w", "10"));
		assert_true(*flags == flag && options_number(&options, 0) == 10000000);
		parse(&tcpconnlat, WORDS(names[i], "8077", "10"));
		assert_true(!(*flags & flag) && options.settings.filter.lports.item[0].first == 8077 &&
			    options_number(&options, 0) == 10000000);
		parse(&tcpconnlat, WORDS(names[i], "80,443-445"));
		assert_true(!(*flags & flag) && options.settings.filter.lports.item[1].last == 445);
		assert_refused(&tcpconnlat, WORDS(names[i], "443"), 2,
			       "tcpconnlat: error: argument 443: not expected; write --lport=443 (only these local "
			       "ports: 80,https,8000-8090)\n");
	}
	parse(&tcpconnlat, WORDS("--lport=8077", "10"));
	assert_true(*flags != flag && options.settings.filter.lports.item[0].first == 8077 &&
		    options_number(&options, 0) == 10000000);
}

static void an_interval_unless_told(void **state)
{
	(void)state;
	parse(&top, WORDS());
	assert_true(options.interval == 3000000000 && options.count == 0 && options.rows == 0);
	assert_true(options_totals(&options));
	parse(&top, WORDS("--interval=0.001"));
	assert_true(options.interval == 1000000);
	assert_refused(&top, WORDS("--interval", "0.000999999"), 2,
		       "top: error: --interval 0.000999999: less than a millisecond\n");
	assert_refused(&top, WORDS("0.0001"), 2, "top: error: SECONDS 0.0001: less than a millisecond\n");
	assert_refused(&top, WORDS("--interval", "0"), 2, "top: error: --interval 0: must be more than 0 seconds\n");
	/* Rows, until the user asks for counts. */
	parse(&retrans, WORDS());
	assert_false(options_totals(&options));
	parse(&retrans, WORDS("-c"));
	assert_true(options_totals(&options) && options.interval == 0);
}

static void words_stand_for_options(void **state)
{
	(void)state;
	parse(&top, WORDS("0.5"));
	assert_true(options.interval == 500000000 && options.count == 0);
	parse(&top, WORDS("-N", "2", "--json", "7", "5", "-c", "3"));
	assert_true(options.interval == 2000000000 && options.count == 7 && own->numbers[0] == 5);
	assert_true(options.format == FORMAT_JSON && options.settings.flags == NANOSECONDS);
	assert_int_equal(own->selected.item[0].first, 3);
	assert_refused(&top, WORDS("soon"), 2, "top: error: SECONDS soon: not a time (1, 0.25, 500ms, 10s, 5m, 2h)\n");
	assert_refused(&top, WORDS("1", "0"), 2, "top: error: N 0: not a number (1 or more)\n");
	assert_refused(&top, WORDS("1", "1", "1"), 2, "top: error: N 1: not a number (2-9)\n");
	assert_refused(&top, WORDS("1", "1", "2", "4"), 2,
		       "top: error: argument 4: not expected; a command to run goes after --\n");
	assert_refused(&states, WORDS("1"), 2,
		       "states: error: argument 1: not expected; a command to run goes after --\n");
	parse(&top, WORDS("1", "--", "2"));
	assert_true(options.interval == 1000000000 && options.count == 0);
	assert_string_equal(options.command[0], "2");
}

static void numbers_times_texts_and_picks(void **state)
{
	(void)state;
	parse(&top, WORDS("-l2", "-m", "0.25", "-n", "eth0,,x", "--sort", "rtt", "--ns", "--rows=3", "-T"));
	assert_true(own->numbers[0] == 2 && own->numbers[1] == 250000);
	assert_string_equal(own->text, "eth0,,x"); /* unchanged, for check() */
	assert_int_equal(own->sort, 2);
	assert_true(options.rows == 3 && options.time && options.settings.flags == NANOSECONDS);
	parse(&top, WORDS("-m0", "-sall", "--least=9"));
	assert_true(own->numbers[1] == 0 && own->sort == 0 && own->numbers[0] == 9);
	parse(&top, WORDS());
	assert_null(own->text);
	assert_refused(&top, WORDS("-l", "1"), 2, "top: error: -l 1: not a number (2-9)\n");
	assert_refused(&top, WORDS("-l10"), 2, "top: error: -l 10: not a number (2-9)\n");
	assert_refused(&top, WORDS("--slower", "-1"), 2,
		       "top: error: --slower -1: not a number of milliseconds (10, 0.5)\n");
	assert_refused(&top, WORDS("--slower", "1s"), 2,
		       "top: error: --slower 1s: not a number of milliseconds (10, 0.5)\n");
	assert_refused(&top, WORDS("--sort", "RTT"), 2, "top: error: --sort RTT: not one of all, sent, rtt\n");
	assert_refused(&top, WORDS("--sort="), 2, "top: error: --sort \"\": not one of all, sent, rtt\n");
	assert_refused(&top, WORDS("--rows", "0"), 2, "top: error: --rows 0: not a number (1 or more)\n");
}

static void names_may_be_beginnings(void **state)
{
	(void)state;
	parse(&top, WORDS("--state", "FIN_WAIT2,close"));
	assert_int_equal(own->selected.count, 2);
	assert_true(own->selected.item[0].first == 3 && own->selected.item[1].first == 4);
	parse(&top, WORDS("--state=fin-wait,closed,op"));
	assert_int_equal(own->selected.count, 4);
	assert_true(own->selected.item[0].first == 2 && own->selected.item[1].first == 3);
	assert_true(own->selected.item[2].first == 4 && own->selected.item[3].first == 1);
	assert_refused(&top, WORDS("--state", "xyz"), 2, "top: error: --state xyz: unknown (help lists the names)\n");
}

static void what_makes_no_sense_is_not_offered(void **state)
{
	const char *text;

	(void)state;
	assert_refused(&top, WORDS("--pid=1"), 2, "top: error: --pid: no such option (see nettrace help top)\n");
	assert_refused(&top, WORDS("--netns=1"), 2, "top: error: --netns: no such option (see nettrace help top)\n");
	assert_refused(&top, WORDS("-4"), 2, "top: error: -4: no such option (see nettrace help top)\n");
	assert_refused(&top, WORDS("-t"), 2, "top: error: -t: no such option (see nettrace help top)\n");
	assert_refused(&top, WORDS("--summary"), 2, "top: error: --summary: no such option (see nettrace help top)\n");
	assert_refused(&bare, WORDS("--rows=1"), 2, "bare: error: --rows: no such option (see nettrace help bare)\n");
	assert_refused(&retrans, WORDS("--rows=1"), 2, "retrans: error: --rows: only together with --summary\n");
	text = shown(&top, WORDS("--help"));
	assert_readable(text);
	assert_int_equal(strncmp(text, "Usage: top [OPTION...] [SECONDS [N [N]]] [-- COMMAND ARG...]\n", 61), 0);
	assert_int_equal(times(text, "Filters:") + times(text, "--lport") + times(text, "--uid"), 0);
	assert_int_equal(times(text, "--interval=SECONDS") + times(text, "--rows=N"), 2);
	assert_int_equal(times(text, "-N, --nanoseconds, --ns"), 1);
	assert_int_equal(times(text, "-T, --time, --timestamp"), 1);
}

static void a_flag_shares_its_name(void **state)
{
	const char *text;

	(void)state;
	parse(&tracer, WORDS("--netns"));
	assert_true(options.settings.flags == NETNS && options.settings.filter.netns.count == 0);
	parse(&tracer, WORDS("-N", "-v"));
	assert_true(options.settings.flags == (NETNS | VERBOSE) && !options.verbose);
	parse(&tracer, WORDS("--netns=5", "--show-netns"));
	assert_true(options.settings.flags == NETNS && options.settings.filter.netns.item[0].first == 5);
	assert_refused(&tracer, WORDS("--netns=0"), 2, "tracer: error: --netns 0: not a number (1-4294967295)\n");
	text = shown(&tracer, WORDS("--help"));
	assert_readable(text);
	assert_int_equal(times(text, "--netns[=NETNS]"), 1);
	assert_int_equal(times(text, "-N, --show-netns"), 1);
}

static void debug_is_told_where_verbose_is_taken(void **state)
{
	const char *text;

	(void)state;
	parse(&tracer, WORDS("--debug"));
	assert_true(options.verbose && options.settings.flags == 0);
	text = shown(&tracer, WORDS("--help"));
	assert_int_equal(times(text, "--debug"), 1);
	assert_int_equal(times(text, "--verbose"), 1);
	parse(&states, WORDS("--debug"));
	assert_true(options.verbose);
	assert_int_equal(times(shown(&states, WORDS("--help")), "--debug"), 0);
	assert_int_equal(times(shown(&states, WORDS("--help")), "-v, --verbose"), 1);
}

static void command_after_dashes(void **state)
{
	const char *const *words = WORDS("--lport", "80", "--", "curl", "--json", "--", "-4");

	(void)state;
	parse(&states, words);
	assert_ptr_equal(options.command, &words[4]);
	assert_int_equal(options.format, FORMAT_TABLE);
	assert_refused(&states, WORDS("--"), 2, "states: error: --: no command follows\n");
	assert_refused(&states, WORDS("--lport", "--", "x"), 2,
		       "states: error: --lport: needs an argument: PORTS (see nettrace help states)\n");
}

static void bad_input_is_one_line(void **state)
{
	(void)state;
	assert_refused(&states, WORDS("--lport", "80-70000"), 2,
		       "states: error: --lport 80-70000: not a port (0-65535)\n");
	assert_refused(&states, WORDS("--localport=x"), 2, "states: error: --localport x: not a port (0-65535)\n");
	assert_refused(&states, WORDS("-sLx"), 2, "states: error: -L x: not a port (0-65535)\n");
	assert_refused(&states, WORDS("--lport="), 2, "states: error: --lport \"\": empty\n");
	assert_refused(&states, WORDS("--rport", "1\n2"), 2, "states: error: --rport 1\\x0a2: not a port (0-65535)\n");
	assert_refused(&states, WORDS("--pid", "0"), 2, "states: error: --pid 0: not a pid (1-4194304)\n");
	assert_refused(&states, WORDS("--nonsense"), 2,
		       "states: error: --nonsense: no such option (see nettrace help states)\n");
	assert_refused(&states, WORDS("-Z"), 2, "states: error: -Z: no such option (see nettrace help states)\n");
	assert_refused(&states, WORDS("--wide=1"), 2,
		       "states: error: --wide: takes no argument (see nettrace help states)\n");
	assert_refused(&states, WORDS("--pid"), 2,
		       "states: error: --pid: needs an argument: PIDS (see nettrace help states)\n");
	assert_refused(&states, WORDS("-p"), 2,
		       "states: error: -p: needs an argument: PIDS (see nettrace help states)\n");
	assert_refused(&states, WORDS("curl"), 2,
		       "states: error: argument curl: not expected; a command to run goes after --\n");
	assert_refused(&states, WORDS("-4", "--ipv6"), 2, "states: error: --ipv6: not together with -4\n");
	assert_refused(&states, WORDS("-64"), 2, "states: error: -4: not together with -6\n");
	assert_refused(&states, WORDS("--json", "-s"), 2, "states: error: -s: not together with --json\n");
	assert_refused(&states, WORDS("--csv", "--json"), 2, "states: error: --json: not together with --csv\n");
	assert_refused(&states, WORDS("--ready-fd", "1000"), 2,
		       "states: error: --ready-fd 1000: not an open file descriptor\n");
	assert_refused(&states, WORDS("--ready-fd", "4294967296"), 2,
		       "states: error: --ready-fd 4294967296: not an open file descriptor\n");
	assert_refused(&states, WORDS("--ring-size", "3"), 2,
		       "states: error: --ring-size 3: not a power of two within 1-1024 (MiB)\n");
	assert_refused(&states, WORDS("--ring-size", "2048"), 2,
		       "states: error: --ring-size 2048: not a power of two within 1-1024 (MiB)\n");
	assert_refused(&states, WORDS("--duration", "0"), 2,
		       "states: error: --duration 0: must be more than 0 seconds\n");
}

static void long_input_is_cut(void **state)
{
	char value[3000];
	int status;
	const char *text;

	(void)state;
	memset(value, '1', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	text = parse_in_child(&states, WORDS("--lport", value), STDERR_FILENO, &status);
	assert_int_equal(status, 2);
	assert_true(strlen(text) < 300);
	assert_non_null(strstr(text, "1...: not a port (0-65535)\n"));
}

static void options_that_mean_nothing_together(void **state)
{
	(void)state;
	assert_refused(&retrans, WORDS("-ct"), 2, "retrans: error: -t: not together with -c, which counts\n");
	assert_refused(&retrans, WORDS("--lossprobe", "--count"), 2,
		       "retrans: error: --lossprobe: not together with --count, which counts\n");
	parse(&retrans, WORDS("-t", "--count=5")); /* another option than --count */
	assert_refused(&states, WORDS("--json", "--columns=pid"), 2,
		       "states: error: --columns: not together with --json, which has every key\n");
	assert_refused(&states, WORDS("--columns", "pid", "--json"), 2,
		       "states: error: --columns: not together with --json, which has every key\n");
}

static void the_tool_checks_last(void **state)
{
	(void)state;
	checked = 0;
	parse(&states, WORDS("--wide"));
	assert_int_equal(checked, 1);
	assert_refused(&states, WORDS("--wide", "--json"), 2, "states: error: --wide: no such thing in JSON\n");
}

static void help_is_readable(void **state)
{
	const char *text;

	(void)state;
	text = shown(&states, WORDS("--help"));
	assert_readable(text);
	assert_int_equal(strncmp(text, "Usage: states [OPTION...] [-- COMMAND ARG...]\nShow states.\n", 58), 0);
	assert_int_equal(times(text, " -L, --lport=PORTS, --localport=PORTS\n"), 1);
	assert_int_equal(times(text, " -Y, --journal              log to the journal as well\n"), 1);
	assert_int_equal(times(text, "-u, --uid=USERS"), 1);
	assert_int_equal(times(text, "--csv"), 1);
	assert_int_equal(times(text, "--lport"), 1);
	assert_int_equal(times(text, "--outputs"), 0);
	assert_int_equal(times(text, "--summary") + times(text, "--interval") + times(text, "This tool:"), 0);
	assert_int_equal(times(text, "\n Filters:\n") + times(text, "\n Output:\n") + times(text, "\n Run:\n"), 3);
	assert_int_equal(
		times(text, "Examples:\n  nettrace states -L 80,443\n        what a web server's sockets do\n"), 1);
	text = shown(&bare, WORDS("-h"));
	assert_readable(text);
	assert_int_equal(times(text, "Examples"), 0);
	assert_int_equal(times(shown(&states, WORDS("-?")), "Usage: states"), 1);
	assert_int_equal(times(shown(&states, WORDS("--usage")), "[--lport=PORTS]"), 1);
}

static void help_knows_claimed_letters(void **state)
{
	const char *text;

	(void)state;
	text = shown(&retrans, WORDS("--help"));
	assert_readable(text);
	assert_int_equal(times(text, "\n This tool:\n"), 1);
	assert_int_equal(times(text, "-t, --lossprobe"), 1);
	assert_int_equal(times(text, "-t,"), 1);
	assert_int_equal(times(text, "      --timestamp"), 1);
	assert_int_equal(times(text, "-c, --summary"), 1);
	assert_int_equal(times(text, "      --count[=N]"), 1);
	assert_int_equal(times(text, "-h,"), 1);
	assert_int_equal(times(text, "  -?, --help"), 1);
}

static void version_names_the_tool(void **state)
{
	char version[32], tool[32];

	(void)state;
	assert_int_equal(sscanf(shown(&states, WORDS("-V")), "nettrace %31s (%31[^)])\n", version, tool), 2);
	assert_string_equal(tool, "states");
	assert_int_equal(sscanf(shown(&bare, WORDS("--version")), "nettrace %31s (%31[^)])\n", version, tool), 2);
	assert_string_equal(tool, "bare");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_asked_for),
		cmocka_unit_test(filters_are_stored),
		cmocka_unit_test(output_and_run_are_stored),
		cmocka_unit_test(other_names_of_common_options),
		cmocka_unit_test(own_options_and_letters),
		cmocka_unit_test(enums_have_names),
		cmocka_unit_test(count_is_a_flag_or_a_number),
		cmocka_unit_test(command_after_dashes),
		cmocka_unit_test(a_shared_name_means_one_thing),
		cmocka_unit_test(an_interval_unless_told),
		cmocka_unit_test(words_stand_for_options),
		cmocka_unit_test(numbers_times_texts_and_picks),
		cmocka_unit_test(names_may_be_beginnings),
		cmocka_unit_test(what_makes_no_sense_is_not_offered),
		cmocka_unit_test(a_flag_shares_its_name),
		cmocka_unit_test(debug_is_told_where_verbose_is_taken),
		cmocka_unit_test(bad_input_is_one_line),
		cmocka_unit_test(long_input_is_cut),
		cmocka_unit_test(options_that_mean_nothing_together),
		cmocka_unit_test(the_tool_checks_last),
		cmocka_unit_test(help_is_readable),
		cmocka_unit_test(help_knows_claimed_letters),
		cmocka_unit_test(version_names_the_tool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
