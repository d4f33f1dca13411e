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

/* ---- members: what is in an event; columns: how it is shown ---- */

/* How the bytes of a member become text (core/print/kinds.c has a row for each). "Not known" prints "-" in a table,
 * nothing in CSV, null in JSON. */
enum kind {
	F_NONE,
	F_UINT,     /* 1, 2, 4 or 8 bytes; all bits set: not known */
	F_INT,      /* 4 bytes, signed; the smallest: not known */
	F_ID,       /* as F_UINT, where 0 means not known: pid, tid, netns, cgroup_id */
	F_PORT,     /* 2 bytes; 0 (none yet, or any) is 0 in columns and null in JSON */
	F_HEX,      /* 8 bytes; a JSON string; 0: not known */
	F_TIME,     /* ns of CLOCK_BOOTTIME: HH:MM:SS local time, with .decimals; RFC 3339 with ns, UTC, in JSON */
	F_RELATIVE, /* the same since the first row, in seconds with .decimals; none: in ns. Shown with -t only */
	F_MSEC,     /* ns as ms with .decimals; JSON: ns; NOT_KNOWN */
	F_USEC,     /* the same as whole us */
	F_HUMAN_NS, /* ns in words: "3.20 ms"; 0, NOT_KNOWN: not known. For stories */
	F_KBYTES,   /* bytes as whole KiB; JSON: bytes */
	F_SI,       /* .unit-ths (0: whole ones), with .decimals; in tables from 1024 on in K, from 1024 K on in M */
	F_TEXT,     /* char[.size], escaped; empty: not known */
	F_FAMILY,   /* 1 byte: 4 or 6 */
	F_ADDRESS,  /* 16 bytes, printed by the event's family */
	F_ENDPOINT, /* an address and the port that goes with it: addr:port; in columns only */
	F_ADDR_HASH_PORT, /* the same as [addr]#port */
	F_NAME,           /* an index into .names; beyond: the number; a NULL name: not known */
	F_ENUM,      /* a value of the kernel's enum .btf_enum, named by the running kernel; all bits set: not known */
	F_BOOL,      /* 1 byte: true, but for 0 */
	F_TCPFLAGS,  /* a TCP flag byte: SYN|ACK; two bytes with all bits set: not known */
	F_ERRNO,     /* an errno, negative or not; 0: none (null) */
	F_SYMBOL,    /* a kernel address: symbol+0xoffset; 0: not known */
	F_STACK,     /* u64[.size / 8], up to the first 0: a line a frame below the row; an array in JSON */
	F_CONTAINER, /* 8 bytes, a cgroup's id: what .unit (enum of_container) of it; with --containers only */
	F_COUNT,     /* totals only: how many events the row stands for; with a place: the sum of that number, where it
		      * is not known 1 */
	F_LOG2,      /* totals only: a histogram of a number, over .unit */
	F_HISTOGRAM, /* u64[.size / 8]: such a histogram that the kernel half made (probes/histogram.bpf.h) */
	F_KINDS,
};

enum of_container {
	CONTAINER_LABEL, /* the first digits of its id, or its name; in none: the unit of systemd */
	CONTAINER_ID,
	CONTAINER_POD,
	CONTAINER_PATH, /* of the cgroup */
};

/* A member of a tool's event, declared once. JSON has the members, those of all events first (core/print/fields.c), in
 * their order. Totals have a list of their own: a member without a kind is the event's of this name. */
struct member {
	const char *name; /* JSON key */
	enum kind kind;
	uint16_t off, size;       /* AT() */
	uint16_t port;            /* F_ADDRESS: offset of the port that goes with it; 0: none */
	const char *const *names; /* F_NAME: values that are stable ABI, as tables and CSV print them */
	const char *const *keys;  /* F_NAME: the same for JSON, where they differ */
	uint32_t n_names;
	const char *btf_enum; /* F_ENUM: "skb_drop_reason" */
	uint32_t unit;        /* F_LOG2: its title is this many of the number's unit; F_SI; F_CONTAINER */
	uint8_t decimals;     /* F_SI */
	bool hidden;          /* no JSON key: what totals or recordings need, or only columns show */
	uint32_t flag;        /* of a histogram, which is of one unit: only with these tool flags set ... */
	uint32_t unless;      /* ... and none of these */
	/* In totals: */
	enum merge {
		KEY,    /* rows have one value each; */
		SUM,    /* the values of all events are added up; */
		LATEST, /* that of the latest event */
	} merge;
	uint8_t sorts;    /* bit i: part of what sort i (the tool's --sort) goes by, most first */
	uint8_t groups;   /* bit i: a KEY of group i; all KEYs are of group 0 */
	const char *help; /* its line in the manual, with the unit */
};

/* Where a column is; 0 is all of them. */
enum where {
	IN_TABLE = 1, /* narrow table */
	IN_WIDE = 2,  /* --wide table */
	IN_CSV = 4,
};

/* A view of a member: in tables and CSV a column; in a story some words, in the journal a field of an entry. One with
 * the name of a common column (core/print/fields.c) is like that one, but for what it says itself. */
struct column {
	const char *name;   /* that of the member; "": no member, texts only */
	const char *title;  /* heading; in the journal the name of the field, '%' the family */
	const char *of;     /* the member, where the column has a name of its own */
	enum kind as;       /* another form than the member's kind */
	uint8_t where;      /* enum where */
	int8_t width, wide; /* columns in the narrow and the wide table; negative: right-aligned; wide 0: same */
	uint8_t decimals;
	bool truncate;              /* longer text is cut to the width */
	bool bracketed;             /* table: IPv6 addresses as [address] */
	bool suffix;                /* table: printed as " (value)" in the column before, when known */
	bool bad;                   /* of a story: where it is known, something is wrong */
	const char *fallback;       /* table: the member printed in its column when this one is not known */
	uint32_t flag;              /* only with these tool flags set ... */
	uint32_t unless;            /* ... and none of these */
	const char *before, *after; /* text before it ("-> "), text after it (">"); not in CSV */
	const char *const *names;   /* other names than the member's */
	uint32_t n_names;
	uint32_t unit;    /* with .as: its unit (F_SI, F_CONTAINER) */
	const char *help; /* its line in the manual, where it is not the member's */
};

/* off and size of a member: { "seq", F_UINT, AT(struct tcpretrans_event, seq), ... } */
#define AT(type, member) .off = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define NAMES(array)     .names = (array), .n_names = sizeof(array) / sizeof((array)[0])

/* ---- options ---- */

/* What an option's argument is; each is checked in core/base/values.c before anything is attached. */
enum opt_type {
	O_ALIAS,    /* another name and letter for the option .alias_of, the tool's own or a common one; its help stays,
		      unless    given here */
	O_FLAG,     /* sets the bits .flag in settings.flags */
	O_LIST,     /* numbers and ranges into a struct list at .off, within .min ... .max */
	O_ENUM,     /* names of the kernel's enum .btf_enum into a struct list at .off */
	O_PIDNETNS, /* a process, whose network namespace is added to those of --netns */
	O_NUMBER,   /* a number within .min ... .max, 8 bytes at .off */
	O_MSEC,     /* milliseconds with a fraction: ns, 8 bytes at .off */
	O_TEXT,     /* the argument as it is: a const char * at .off, for check() to look at */
	O_CHOICE,   /* one of .names: its index, 4 bytes at .off */
	O_TRUE,     /* sets the bool at .off */
	O_COMMON,   /* core/cli/parse.c knows what to do */
};

struct opt {
	const char *name; /* long name without dashes */
	char key;         /* letter, or 0 */
	enum opt_type type;
	const char *arg; /* name of the argument in help; NULL: takes none */
	const char *alias_of;
	uint32_t flag;
	uint16_t off; /* in the tool's own options (options.own) */
	uint64_t min, max;
	const char *btf_enum;
	const char *const *names; /* O_CHOICE; ends with NULL */
	const char *help;
	int8_t group; /* of a helper's: they stand together in --help, in this order (core/cli/helper.h) */
};

/* ---- hooks ---- */

/* A place in the kernel, and the programs of the tool's BPF object that can serve it, best first. The section name of a
 * program tells its rung (tp_btf, fentry, fexit, kprobe, kretprobe, tp, iter). Where the object has a program
 * NAME_nested beside NAME, that one is attached too (probes/lib/pair.bpf.h). The index of a hook is that of
 * settings.arguments. */
struct hook {
	const char *name; /* as --verbose and doctor print it; a tracepoint's own name where it is one */
	const char *alts[4];
	const char *optional; /* optional hook: what is missing without it ("the accepting process"); NULL: required */
	enum {
		ATTACH,          /* loaded and attached */
		RUN_AT_START,    /* an iterator, run once when everything is attached */
		RUN_AT_INTERVAL, /* an iterator, run when everything is attached, at each interval and before the end;
				    it writes its events with event_write() of probes/lib/iterate.bpf.h */
		RUN_AT_END,      /* an iterator, run once before the end */
	} use;
	uint32_t flag;         /* only with these tool flags set ... */
	uint32_t unless;       /* ... and none of these */
	const char *lacks[4];  /* what is missing where this one of its alts serves; NULL: nothing */
	uint8_t unusable_args; /* a target with this number of arguments lacks what the programs need; 0: no such target
				*/
	bool rerun_each_interval; /* RUN_AT_START: and before the iterators of an interval, see core/bpf/iterators.c */
	bool misses_harmless;     /* what it misses is no lost row: it makes none, or only misses what is none */
};

/* ---- intervals ---- */

/* How the totals of an interval stand in a table. CSV and JSON have their rows only. */
struct block {
	const char *stamp; /* the line above: a form of strftime(); NULL: an empty line, but for the first block */
	uint32_t loadavg_unless;     /* not 0: above that the time and /proc/loadavg, unless this tool flag is set */
	const char *split;           /* a KEY: a table for each of its values; NULL: one table */
	const char *const *captions; /* the line above each of those, by value; NULL: none */
	const struct column *second; /* columns that have another title and width in the table of second_value (IPv6) */
	uint64_t second_value;
	const char *above; /* a KEY of text: where there are several values, above the first table of each */
	bool total;        /* a last row with the sums, called Total */
	bool rule;         /* a line below everything: dashes, as wide as the heading */
	bool no_header;
};

/* ---- the live screen ---- */

/* What a key of the tool's live screen does. Space, '?' and 'q' are everybody's; 'h' too where the tool has no use for
 * it. */
struct live_key {
	char key;
	enum { LIVE_SORT, LIVE_GROUP } what;
	uint8_t index;    /* of the sort, or of the group (struct member) */
	const char *name; /* of what is sorted or grouped by, for people: "tx" */
};

/* On a terminal the totals of an interval tool stand in one place, and keys sort and group them. The table of a group
 * has the columns of its KEYs, of all SUMs, and what is sorted by. */
struct live {
	uint32_t unless;          /* with this tool flag blocks stand one after the other, as they do in a pipe */
	struct live_key keys[16]; /* ends with no key */
};

/* ---- totals ---- */

struct counter;

/* Sums of events, instead of a row for each. */
struct totals {
	const struct member *members; /* what makes a key, and what is summed up; ends with a NULL name */
	const struct column *columns; /* ends with a NULL name */
	/* Of a tool that has rows: totals instead of them when this flag asks for them (the members make a key, and one
	 * is F_COUNT). 0: an interval tool, which has nothing else: they are the same as the tool's. */
	uint32_t flag;
	uint64_t every;            /* an interval tool's default interval in ns; 0: only at the end */
	const struct block *block; /* NULL: a heading and rows */
	const struct live *live;   /* of an interval tool; NULL: always one block after the other */
	/* Optional, of an interval tool whose programs count in an array (BPF_F_MMAPABLE), `totals`, or `totals_by_cpu`
	 * with as many more values as there are CPUs: called for each value at each interval (core/model/counter.h).
	 * Makes an event, all zero until then, of what it has grown by; time and tool are filled in. False: nothing to
	 * report. */
	bool (*read_counter)(const struct options *options, const struct counter *counter, struct event *event);
	/* Optional, called for each row before it is printed, and each time: fills members that follow from the sums.
	 * False: the row is left out. */
	bool (*finish)(const struct options *options, struct event *event, uint64_t interval);
};

/* ---- the timeline ---- */

/* How a row of the tool reads among those of others (nettrace trace). */
struct story {
	/* What happened: every member that is known, between its before and its after, which have the spaces. Ends with
	 * a NULL name. */
	const struct column *words;
	uint32_t flags;    /* tool flags that tables of a timeline set: of what its rows tell, or need not */
	uint16_t duration; /* offset of 8 bytes: ns from event.ts to what the row tells of; 0: there is none */
	uint16_t socket;   /* offset of 8 bytes: the address of the socket; 0: there is none */
	uint16_t end;      /* offset of a byte: ... */
	uint32_t ends;     /* ... with these values (bits) the connection is over; 0: the tool does not tell */
	uint16_t begin;    /* offset of a byte: ... */
	uint32_t begins;   /* ... with these values (bits), where it does not end, a socket begins; 0: not told */
};

/* ---- the journal ---- */

/* How a row reads as an entry of the systemd journal (-Y). */
struct journal {
	const struct column *fields;  /* of the entry: titles are their names, '%' the family; ends with a NULL name */
	const struct column *message; /* what MESSAGE is made of; the same */
};

/* ---- look-ups ---- */

/* What the programs, or names of the tool's own, need to know about the running kernel. */
struct lookup {
	/* Kernel functions whose addresses the programs need: settings.symbols. Who prints F_SYMBOL or F_STACK names at
	 * least one: without privileges, kallsyms has no addresses. */
	const char *symbols[SYMBOL_ITEMS];
	struct {
		const char *type, *name;
	} values[VALUE_ITEMS];                /* values of kernel enums that they need: settings.values */
	const struct enum_extra *extra_names; /* values of its own beside a kernel's enum (core/names/enums.h) */
	bool derives_enums; /* its programs derive values where the kernel lacks an enum; extra_names has their names */
	bool listeners;     /* its programs look listeners up (probes/tcp/listener.bpf.h) */
};

/* ---- recordings ---- */

/* What a replay does with a recorded event. */
enum replayed {
	REPLAY_EXCLUDED,   /* the kernel half would not have sent it with these options */
	REPLAY_FILTERED,   /* it would, if the common filters let it */
	REPLAY_SIDE_EVENT, /* it is no row: the filters are not asked */
};

/* Events of a tool, made of the recorded ones of another where it was not recorded itself. */
struct synthesis {
	const struct tool *from;
	const char *loses; /* what cannot be known of them */
	/* Takes each event of the other tool, of its full size, in order. True: *made, all unknown until then, is an
	 * event. *state, NULL at first, is what it knows of those before. */
	bool (*event)(void **state, const struct event *event, struct event *made);
	void (*free_state)(void *state); /* there are no more */
};

/* How a replay of its events differs from a run. */
struct replay_rules {
	uint32_t fixed_flags; /* by which the kernel half reports something else: a replay has those of the recording */
	uint32_t wider_flags; /* by which it reports more: the recording may be without */
	uint32_t record_flags; /* that nettrace record sets, so that a replay can ask for most */
	/* Optional, called for each recorded event: what the programs do by the tool's own options. It may change the
	 * event, which is a copy, and make *size less. */
	enum replayed (*filter)(const struct options *options, struct event *event, size_t *size);
	const struct synthesis *synthesize; /* NULL: only of its own recordings */
};

/* ---- the tool ---- */

struct error;

/* What its rows are about. The filters and common options that it has follow from it. */
enum subject {
	TCP_SOCKETS,
	UDP_SOCKETS,
	SOCKETS, /* of any protocol */
	NONE,    /* no sockets: no owners, and no filters for them */
};

/* Its BPF ELF file, embedded and packed. */
struct bpf_image {
	const void *object, *object_end; /* NULL: it has none */
	size_t event_size;               /* of the events that it sends; they start with struct event */
};

struct tool {
	const char *name;
	const char *summary;         /* one line */
	const char *const *examples; /* "tcpstates -L 80,443", "what it shows", ..., NULL */
	struct bpf_image image;      /* see OBJECT */
	enum subject subject;
	const struct member *members; /* of its own; of an interval tool: what its rows have. Ends with a NULL name */
	const struct column *columns; /* in the order of the table; ends with a NULL name */
	const struct opt *opts;       /* ends with a row of no name */
	/* Of the struct that they are stored in, one for each instance (options.own), zeroes at first. Where its
	 * programs have `own` (OWN_OPTIONS of probes/lib/ring.bpf.h) it begins with a copy of that. */
	size_t options_size;
	const char *const *positional; /* options that words without dashes stand for, in order; NULL: none */
	const struct hook *hooks;      /* ends with a NULL name */
	/* What more it can do; NULL: not that. */
	const struct totals *totals;
	const struct story *story; /* it has a part in timelines */
	const struct replay_rules *recording;
	const struct journal *journal;
	const struct lookup *lookup;
	/* What it has to count on the doctor's traffic (core/model/expectation.h); a unit test asks for it. */
	const struct expectation *proof;
	/* Called once after parsing: what tables cannot say. False: bad input, see *error. */
	bool (*check)(struct options *options, struct error *error);
	/* Called for each event before anything else looks at it: fills members that only the user half can know.
	 * False: it makes no row by itself. */
	bool (*derive)(const struct options *options, struct event *event, size_t size);
};

/* The members and columns of its totals; NULL: it has none. */
static inline const struct member *tool_totals_members(const struct tool *tool)
{
	return tool->totals ? tool->totals->members : NULL;
}

static inline const struct column *tool_totals_columns(const struct tool *tool)
{
	return tool->totals ? tool->totals->columns : NULL;
}

/* The flag that asks for totals of a tool that has rows; 0: it has no such flag. */
static inline uint32_t tool_summary_flag(const struct tool *tool)
{
	return tool->totals ? tool->totals->flag : 0;
}

/* How its events can be made of another tool's; NULL: they cannot. */
static inline const struct synthesis *tool_synthesis(const struct tool *tool)
{
	return tool->recording ? tool->recording->synthesize : NULL;
}

/* Totals are all that it has. */
static inline bool is_interval_tool(const struct tool *tool)
{
	return tool->totals && !tool->totals->flag;
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
