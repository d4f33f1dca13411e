/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tool.h: the declaration of a tool, from which everything else is derived. Read this header first. */
#ifndef NETTRACE_TOOL_H
#define NETTRACE_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/wire.h"

struct expectation;
struct options;
struct tool;

/* ---- members: the content of an event; columns: its presentation ---- */

/* How the bytes of a member become text (core/print/kinds.c has a row for each). An unknown value prints "-" in a
 * table, nothing in CSV, null in JSON. */
enum kind {
	F_NONE,
	F_UINT,     /* 1, 2, 4 or 8 bytes; all bits set: unknown */
	F_INT,      /* 4 bytes, signed; INT32_MIN: unknown */
	F_ID,       /* as F_UINT, where 0 means unknown: pid, tid, netns, cgroup_id */
	F_PORT,     /* 2 bytes; 0 (none yet, or any) is 0 in columns and null in JSON */
	F_HEX,      /* 8 bytes; a JSON string; 0: unknown */
	F_TIME,     /* ns of CLOCK_BOOTTIME: HH:MM:SS local time, with .decimals; RFC 3339 with ns, UTC, in JSON */
	F_RELATIVE, /* the same since the first row, in seconds with .decimals or else in ns. With -t only */
	F_MSEC,     /* ns as ms with .decimals; JSON: ns; NOT_KNOWN */
	F_USEC,     /* the same as whole us */
	F_HUMAN_NS, /* ns in a readable unit: "3.20 ms"; 0, NOT_KNOWN: unknown. For stories */
	F_KBYTES,   /* bytes as whole KiB; JSON: bytes */
	F_SI,      /* .unit-ths (0: whole ones), with .decimals; in tables with K from 1024 on, with M from 1024 K on */
	F_TEXT,    /* char[.size], escaped; empty: unknown */
	F_FAMILY,  /* 1 byte: 4 or 6 */
	F_ADDRESS, /* 16 bytes, printed by the event's family */
	F_ENDPOINT,       /* an address and its port: addr:port; in columns only */
	F_ADDR_HASH_PORT, /* the same as [addr]#port */
	F_NAME,           /* an index into .names; beyond: the number; a NULL name: unknown */
	F_ENUM,        /* a value of the kernel's enum .btf_enum, named by the running kernel; all bits set: unknown */
	F_EXPLANATION, /* the same bytes: what the value means, and where to look (core/names/reasons.h) */
	F_VALUES,      /* the same bytes: the values of this drop that belong to it, from .values and .stack */
	F_BOOL,        /* 1 byte: false is 0; all bits set: unknown */
	F_TCPFLAGS,    /* a TCP flag byte: SYN|ACK; two bytes with all bits set: unknown */
	F_ERRNO,       /* an errno, negative or not; 0: none (null) */
	F_SYMBOL,      /* a kernel address: symbol+0xoffset; 0: unknown */
	F_STACK,       /* u64[.size / 8], up to the first 0: one line per frame below the row; an array in JSON */
	F_CONTAINER,   /* 8 bytes, a cgroup id: its property .unit (enum of_container); with --containers only */
	F_COUNT,       /* totals only: the number of events in the row; with an offset: the sum of that member, 1 where
			  unknown */
	F_RATE,  /* totals only: a number per second of the interval: the member at .off, or (no .size) the count; in
		    tables over .unit (0: 1) */
	F_PER_S, /* totals only: thousandths per second, which the tool computed; unknown as F_UINT */
	F_LOG2,  /* totals only: a histogram of a number, over .unit */
	F_HISTOGRAM, /* u64[.size / 8]: such a histogram from the kernel half (probes/histogram.bpf.h) */
	F_KINDS,
};

enum of_container {
	CONTAINER_LABEL, /* the first digits of its id, or its name; outside a container: the systemd unit */
	CONTAINER_ID,
	CONTAINER_POD,
	CONTAINER_PATH, /* of the cgroup */
	CONTAINER_UNIT, /* the systemd unit, also of a container */
};

/* A member of a tool's event, declared once. JSON has the members of all events first (core/print/fields.c), then
 * these, in order. Totals have a list of their own; a member without a kind copies the event's member of this name. */
struct member {
	const char *name; /* JSON key */
	enum kind kind;
	uint16_t off, size;       /* AT() */
	uint16_t port;            /* F_ADDRESS: offset of its port; 0: none */
	uint16_t values, stack;   /* F_VALUES: offsets of a struct drop_values, and of the drop's stack */
	const char *const *names; /* F_NAME: stable ABI values, as in tables and CSV */
	const char *const *keys;  /* F_NAME: the same for JSON, if different */
	uint32_t n_names;
	const char *btf_enum; /* F_ENUM: "skb_drop_reason" */
	uint32_t unit;        /* F_LOG2: slots count this many of the number's unit; F_SI; F_CONTAINER */
	uint8_t decimals;     /* F_SI */
	bool hidden;          /* no JSON key: for totals, recordings or columns only */
	uint32_t flag;        /* has a key in JSON only with these tool flags set ... */
	uint32_t unless;      /* ... and none of these */
	/* In totals: */
	enum merge {
		KEY,    /* each row has one value; */
		SUM,    /* the sum over all events; */
		LATEST, /* the value of the latest event */
	} merge;
	uint16_t sorts;   /* bit i: part of the order of sort i (the tool's --sort), largest first */
	uint8_t groups;   /* bit i: a KEY of group i; all KEYs are in group 0 */
	const char *help; /* its line in the manual, with the unit */
};

/* The tables of a column; 0: all. */
enum where {
	IN_TABLE = 1, /* narrow table */
	IN_WIDE = 2,  /* --wide table */
	IN_CSV = 4,
};

/* A view of a member: a column in tables and CSV, words in a story, a field of a journal entry. A view with the name of
 * a common column (core/print/fields.c) inherits its properties, except those it sets. */
struct column {
	const char *name;   /* the member's name; "": no member, texts only */
	const char *title;  /* heading; in the journal the name of the field, '%' stands for the family */
	const char *of;     /* the member, if the column has another name */
	enum kind as;       /* another kind than the member's */
	uint8_t where;      /* enum where */
	int8_t width, wide; /* columns in the narrow and the wide table; negative: right-aligned; wide 0: same */
	uint8_t decimals;
	bool truncate;              /* longer text is truncated to the width */
	bool bracketed;             /* table: IPv6 addresses as [address] */
	bool portless;              /* F_ENDPOINT: without the port if it is 0 */
	bool once;                  /* table and CSV of totals: in the first row with the value, unknown in others */
	bool suffix;                /* table: printed as " (value)" in the previous column, if known */
	bool bad;                   /* of a story: a known value is an alarm */
	const char *fallback;       /* table: the member to print if this one is unknown */
	uint32_t flag;              /* only with these tool flags set ... */
	uint32_t unless;            /* ... and none of these */
	const char *before, *after; /* text before it ("-> "), text after it (">"); not in CSV */
	const char *const *names;   /* other names than the member's */
	uint32_t n_names;
	uint32_t unit;    /* with .as: its unit (F_SI, F_CONTAINER) */
	const char *help; /* its line in the manual, if not the member's */
};

/* off and size of a member: { "seq", F_UINT, AT(struct tcpretrans_event, seq), ... } */
#define AT(type, member) .off = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define NAMES(array)     .names = (array), .n_names = sizeof(array) / sizeof((array)[0])

/* ---- options ---- */

/* Kinds of option arguments; core/base/values.c checks each argument before anything is attached. */
enum opt_type {
	O_ALIAS, /* another name and letter of option .alias_of, the tool's own or common; inherits the help, unless set
		    here */
	O_FLAG,  /* sets the bits .flag in settings.flags */
	O_LIST,  /* numbers and ranges into a struct list at .off, within .min ... .max */
	O_ENUM,  /* names of the kernel's enum .btf_enum into a struct list at .off */
	O_PIDNETNS, /* a process, whose network namespace is added to --netns */
	O_NUMBER,   /* a number within .min ... .max, 8 bytes at .off */
	O_MSEC,     /* milliseconds with a fraction: as ns, 8 bytes at .off */
	O_TEXT,     /* the argument unchanged: a const char * at .off, for check() */
	O_CHOICE,   /* one of .names: its index, 4 bytes at .off */
	O_NAMES,    /* some of .names, or beginnings of them: the indices from .min on, into a struct list at .off */
	O_TRUE,     /* sets the bool at .off */
	O_COMMON,   /* handled by core/cli/parse.c */
};

struct opt {
	const char *name; /* long name without dashes */
	char key;         /* letter, or 0 */
	enum opt_type type;
	const char *arg; /* name of the argument in help; NULL: no argument */
	const char *alias_of;
	uint32_t flag;
	uint16_t off; /* in the tool's own options (options.own) */
	uint64_t min, max;
	const char *btf_enum;
	const char *const *names; /* O_CHOICE, O_NAMES, and O_COMMON with a choice (NULL: none); ends with NULL */
	const char *help;
	int8_t group; /* of a helper: its section of --help, in this order (core/cli/helper.h) */
};

/* Options that mean nothing together: the parser refuses `options` with any of `others`. */
struct apart {
	const char *options, *others; /* long names, separated by commas */
	const char *why;              /* about the others: "which counts flows"; NULL: plain */
};

/* ---- hooks ---- */

/* A place in the kernel, and the programs of the tool's BPF object that can serve it, best first. The section name of a
 * program is its rung (tp_btf, fentry, fexit, kprobe, kretprobe, tp, iter). Where the object has a program NAME_nested
 * besides NAME, that one is attached too (probes/lib/pair.bpf.h). A hook has the same index in settings.arguments. */
struct hook {
	const char *name; /* name in --verbose and doctor; for a tracepoint, its own name */
	const char *alts[4];
	const char *optional; /* optional hook: what is missing without it ("the accepting process"); NULL: required */
	enum {
		ATTACH,          /* loaded and attached */
		RUN_AT_START,    /* an iterator, runs once when everything is attached */
		RUN_AT_INTERVAL, /* an iterator, runs when everything is attached, at each interval and before the end;
				    writes its events with event_write() of probes/lib/iterate.bpf.h */
		RUN_AT_END,      /* an iterator, runs once before the end */
	} use;
	uint32_t flag;            /* only with these tool flags set ... */
	uint32_t unless;          /* ... and none of these */
	uint32_t at_end_unless;   /* an iterator: without these tool flags it runs at the end only; 0: never */
	const char *lacks[4];     /* what is missing where this one of its alts serves; NULL: nothing */
	uint8_t unusable_args;    /* a target with this number of arguments is unusable for the programs; 0: none */
	bool each_netns;          /* an iterator that shows the network namespace it is opened in: run in each
				     (core/bpf/netns_walk.h) */
	bool rerun_each_interval; /* RUN_AT_START: also before the iterators of an interval, see core/bpf/iterators.c */
	bool where_refused;       /* an iterator: runs only if some sockets take no tag (struct walk) */
	bool misses_harmless;     /* recursion misses of this hook are not counted as losses */
};

/* ---- intervals ---- */

/* The layout of an interval's totals in a table. CSV and JSON have their rows only. */
struct block {
	const char
		*stamp; /* the line above: a format of strftime(); NULL: an empty line, except above the first block */
	uint32_t loadavg_unless; /* not 0: a line with the time and /proc/loadavg above it, unless this tool flag is set
				  */
	const char *split;       /* a KEY: one table for each value; NULL: one table */
	const char *const *captions; /* the line above each of these tables, by value; NULL: none */
	const struct column *second; /* columns with another title and width in the table of second_value (IPv6) */
	uint64_t second_value;
	const char *above; /* a text KEY: if there are several values, each stands above its first table */
	bool total;        /* a last row with the sums, titled Total */
	bool rule;         /* a rule of dashes below everything, as wide as the heading */
	bool no_header;
};

/* ---- the live screen ---- */

/* The action of a key on the tool's live screen. Every tool has the keys of core/totals/live.c, and those of --by where
 * its rows can form the groups (core/totals/live_keys.c). */
struct live_key {
	char key;
	enum { LIVE_SORT, LIVE_GROUP, LIVE_SHOW } what;
	uint8_t index;    /* of the sort, or of the group (struct member) */
	const char *name; /* of the sort or group, as options name it, or JSON keys; of group 0: of a row */
	uint32_t flag;    /* LIVE_SHOW: the tool flag of more columns of rows, which the key shows and hides */
};

/* On a terminal totals are redrawn in place, in one table, and keys sort and group them. The table of a group has the
 * columns of its KEYs, of what is added up, and of the sort. */
struct live {
	struct live_key keys[12]; /* ends with an empty key */
	const char *added[3];     /* columns of CSV that the table has, too, because the tool's own tables show their
				     values elsewhere (struct block) */
};

/* ---- totals ---- */

struct counter;

/* Sums of events instead of one row for each. */
struct totals {
	const struct member *members; /* keys and sums; ends with a NULL name */
	const struct column *columns; /* ends with a NULL name */
	/* Of a tool with rows: the flag that replaces rows by totals (some members are keys, and one is F_COUNT). 0: an
	 * interval tool, which has totals only: the members and columns are the tool's. */
	uint32_t flag;
	bool of_rows;              /* of a tool with rows, whatever its flags (--by) */
	uint32_t compares;         /* with these tool flags a row compares two walks (RUN_AT_INTERVAL): one more of
				      them, whose events belong to the rows, at the beginning; 0: never */
	uint64_t every;            /* an interval tool's default interval in ns; 0: once at the end */
	bool of_states;            /* a row is a state, no sum: the tool has no --summary, --rate, --min-ms */
	const struct block *block; /* NULL: a heading and rows */
	const struct live *live;   /* NULL: the live screen has no sorts and groups of the tool's own */
	/* Optional, of an interval tool whose programs count in an array (BPF_F_MMAPABLE): `totals`, or `totals_by_cpu`
	 * with one value per CPU. Called for each value at each interval (core/model/counter.h). Fills an event,
	 * initially zero, from the counter's growth; the caller fills time and tool. False: nothing to report. */
	bool (*read_counter)(const struct options *options, const struct counter *counter, struct event *event);
	/* Optional, called for each row each time before it is printed: fills members that follow from the sums; with
	 * options->rate hidden ones as F_PER_S. False: the row is omitted. */
	bool (*finish)(const struct options *options, struct event *event, uint64_t interval);
	size_t row_size; /* bytes of a row, if it has more than the tool's event; 0: image.event_size */
};

/* ---- rows of several events ---- */

/* A tool whose rows have several events, such as a question and its answer, or end by time. It keeps the unfinished
 * ones, in a state for each run or replay. A row has the size of the tool's event and is valid until the next call. */
struct join {
	void *(*start)(const struct options *options);
	void (*stop)(void *state);
	/* Takes an event of the kernel half. Returns the row that it completes, or NULL. *left_out: it repeats an
	 * earlier one and becomes no row. */
	const struct event *(*take)(void *state, const struct event *event, size_t size, bool *left_out);
	/* The next row whose time is over at `now` (CLOCK_BOOTTIME, ns), in the order of time; or NULL. UINT64_MAX:
	 * tracing has ended, and every row is due. */
	const struct event *(*due)(void *state, uint64_t now);
	/* Whether the tool's own options select the row. */
	bool (*selects)(const struct options *options, const struct event *row);
};

/* ---- the timeline ---- */

/* The form of a tool's row among those of other tools (nettrace trace). */
struct story {
	/* The event in words: every known member, between its .before and .after, which include the spaces. Ends with a
	 * NULL name. */
	const struct column *words;
	uint32_t flags;    /* tool flags that a timeline sets, for members that it shows or omits */
	uint16_t duration; /* offset of 8 bytes: ns from event.ts to the reported moment; 0: none */
	uint16_t socket;   /* offset of 8 bytes: the address of the socket; 0: none */
	uint16_t end;      /* offset of a byte: ... */
	uint32_t ends;     /* ... with these values (bits) the connection ends; 0: unknown to the tool */
	uint16_t begin;    /* offset of a byte: ... */
	uint32_t begins; /* ... with these values (bits), if it does not end, a socket begins; 0: unknown to the tool */
};

/* ---- the journal ---- */

/* The form of a row as an entry of the systemd journal (-Y). */
struct journal {
	const struct column *
		fields; /* of the entry: titles are the field names, '%' stands for the family; ends with a NULL name */
	const struct column *message; /* the words of MESSAGE; ends with a NULL name */
};

/* ---- look-ups ---- */

/* What the programs, or the tool's names, need to know about the running kernel. */
struct lookup {
	/* Kernel functions whose addresses the programs need: settings.symbols. A tool that prints F_SYMBOL or F_STACK
	 * names at least one, because kallsyms shows no addresses without privileges. */
	const char *symbols[SYMBOL_ITEMS];
	struct {
		const char *type, *name;
	} values[VALUE_ITEMS];                /* values of kernel enums for the programs: settings.values */
	const struct enum_extra *extra_names; /* the tool's own values besides a kernel enum's (core/names/enums.h) */
	bool derives_enums; /* the programs derive values where the kernel lacks an enum; extra_names names them */
	bool listeners;     /* its programs look up listeners (probes/tcp/listener.bpf.h) */
};

/* ---- recordings ---- */

/* The verdict of a replay on a recorded event. */
enum replayed {
	REPLAY_EXCLUDED,   /* the kernel half would not have sent it with these options */
	REPLAY_FILTERED,   /* the kernel half would have sent it, if the common filters match */
	REPLAY_SIDE_EVENT, /* a side event, no row: no filter applies */
};

/* Events of a tool, reconstructed from another tool's where this tool was not recorded. */
struct synthesis {
	const struct tool *from;
	const char *loses; /* what is unknown about them */
	/* Gets each event of the other tool, at its full size, in order. Returns true if it filled *made, initially all
	 * unknown. *state, initially NULL, holds what it remembers of earlier events. */
	bool (*event)(void **state, const struct event *event, struct event *made);
	void (*free_state)(void *state); /* called after the last event */
};

/* The differences between a replay and a run. */
struct replay_rules {
	uint32_t fixed_flags;  /* change what the kernel half reports: a replay has those of the recording */
	uint32_t wider_flags;  /* extend what the kernel half reports: the recording may lack the rest */
	uint32_t record_flags; /* set by nettrace record, so that a replay can offer the most */
	/* Optional, called for each recorded event: applies the tool's own options as the programs would. It may change
	 * the event, which is a copy, and reduce *size. */
	enum replayed (*filter)(const struct options *options, struct event *event, size_t *size);
	const struct synthesis *synthesize; /* NULL: no reconstruction */
};

/* ---- the tool ---- */

struct error;

/* The subject of a tool's rows. Its common filters and options follow from it. */
enum subject {
	TCP_SOCKETS,
	UDP_SOCKETS,
	SOCKETS, /* of any protocol */
	NONE,    /* no sockets: no owners, and no filters for owners */
};

/* The tool's BPF ELF file, embedded and packed. */
struct bpf_image {
	const void *object, *object_end; /* NULL: no programs */
	size_t event_size;               /* of its events, which begin with struct event */
};

struct tool {
	const char *name;
	const char *summary;         /* one line */
	const char *const *examples; /* "tcpstates -L 80,443", "what it shows", ..., NULL */
	struct bpf_image image;      /* see OBJECT */
	enum subject subject;
	const struct member *members; /* of its own; of an interval tool: of its rows. Ends with a NULL name */
	const struct column *columns; /* in the order of the table; ends with a NULL name */
	const struct opt *opts;       /* ends with an option without a name */
	/* Size of the struct of the tool's options, one for each instance (options.own), initially zeroes. If the
	 * programs have `own` (OWN_OPTIONS of probes/lib/ring.bpf.h), the struct begins with a copy of it. */
	size_t options_size;
	const char *first[3];          /* the first options of --help; fewer: NULL */
	uint32_t quiet;                /* tool flag: no output, and exit status 1 without a row; 0: no such flag */
	const char *tally;             /* an F_NAME member: tables end with the number of rows of each value; or NULL */
	const char *const *positional; /* options that positional arguments set, in order; NULL: none */
	const struct hook *hooks;      /* ends with a NULL name */
	/* Optional capabilities; NULL: none. */
	const struct totals *totals;
	const struct join *join;
	const struct story *story; /* the tool takes part in timelines */
	const struct replay_rules *recording;
	const struct journal *journal;
	const struct lookup *lookup;
	/* Expected counts on the doctor's traffic (core/model/expectation.h); a unit test requires it. */
	const struct expectation *proof;
	const struct apart *apart; /* ends with NULL options */
	/* Optional, called once after parsing: checks what the tables cannot express. False: bad input, see *error. */
	bool (*check)(struct options *options, struct error *error);
	/* Optional, called for each event before any other use: fills members that only the user half knows. False: the
	 * event becomes no row of its own. */
	bool (*derive)(const struct options *options, struct event *event, size_t size);
	/* Optional, called after derive(): whether the event passes those of the tool's own filters that only the user
	 * half can apply. */
	bool (*wanted)(const struct options *options, const struct event *event);
};

/* The members of the tool's totals, or NULL. */
static inline const struct member *tool_totals_members(const struct tool *tool)
{
	return tool->totals ? tool->totals->members : NULL;
}

static inline const struct column *tool_totals_columns(const struct tool *tool)
{
	return tool->totals ? tool->totals->columns : NULL;
}

/* The bytes of a row of totals. */
static inline size_t tool_row_size(const struct tool *tool)
{
	return tool->totals && tool->totals->row_size ? tool->totals->row_size : tool->image.event_size;
}

/* Whether an event has the member: rows of totals may have more (tool_row_size). */
static inline bool tool_sends(const struct tool *tool, const struct member *member)
{
	return (size_t)member->off + member->size <= tool->image.event_size;
}

/* The flag that asks a tool with rows for totals; 0: none. */
static inline uint32_t tool_summary_flag(const struct tool *tool)
{
	return tool->totals ? tool->totals->flag : 0;
}

/* How to reconstruct the tool's events from another tool's; NULL: impossible. */
static inline const struct synthesis *tool_synthesis(const struct tool *tool)
{
	return tool->recording ? tool->recording->synthesize : NULL;
}

/* Whether the tool has totals only. */
static inline bool is_interval_tool(const struct tool *tool)
{
	return tool->totals && !tool->totals->flag && !tool->totals->of_rows;
}

static inline bool is_about_sockets(const struct tool *tool)
{
	return tool->subject != NONE;
}

/* The embedded BPF object of a tool. */
#define OBJECT(tool)                                                                                                   \
	extern const char tool##_object[], tool##_object_end[];                                                        \
	_Static_assert(sizeof(struct tool##_event) >= sizeof(struct event), "an event starts with struct event")
#define OBJECT_OF(tool) .image = { tool##_object, tool##_object_end, sizeof(struct tool##_event) }

#endif
