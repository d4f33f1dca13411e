/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prove_parts.h: declarations shared by the source files of `nettrace doctor --prove`. */
#ifndef NETTRACE_DOCTOR_PROVE_PARTS_H
#define NETTRACE_DOCTOR_PROVE_PARTS_H

#include <sys/types.h>

#include "cmd/doctor/expect.h"
#include "cmd/doctor/parts.h"

#define PROVE_FAMILIES 2  /* 0: IPv4, 1: IPv6 */
#define PROVE_REPORTS  3  /* of each family's traffic, and of the kernel */
#define PROVE_COUNTS   64 /* of one tool */
#define PROVE_PORTS    3  /* of a traffic server: accepting, refusing, overflowing */

/* The place and kinds of the traffic. */
struct sandbox {
	bool own_namespace; /* false: shared with other traffic */
	bool drops, uring;  /* socket filters can drop segments; io_uring is available */
	bool families[PROVE_FAMILIES];
	uint16_t ports[PROVE_FAMILIES]; /* the first of PROVE_PORTS consecutive ones */
};

/* A child process of this program with its output in memory. */
struct child {
	pid_t pid;      /* 0: none, or ended */
	int ready;      /* readable when the tool is attached; -1: none */
	int out, err;   /* memfds */
	int status;     /* after its end, in the form of a shell */
	char *output;   /* stdout after its end; NUL-terminated */
	char *messages; /* stderr after its end */
};

enum verdict { PROVED, PARTLY, FALSE, CANNOT, NO_PROOF };

struct count {
	const struct expectation *row;
	int family; /* 4, 6; BY_KERNEL */
	uint64_t expected, seen;
	bool excused; /* the kernel lacks what it needs */
	bool wrong;
};

struct proof {
	const struct tool *tool;
	struct child child;
	enum verdict verdict;
	uint64_t wrong_owners; /* rows with a wrong process, or without the known one */
	uint64_t unmade;       /* rows of the traffic's processes that no expectation matches */
	uint64_t lost;
	uint64_t missed; /* recursion misses on the whole machine, perhaps without any event */
	size_t n_counts;
	struct count counts[PROVE_COUNTS];
	char wrong[256]; /* other faults; "": none */
	char first[512]; /* the fault of a first run together with other tools; "": this is the first run */
};

/* cmd/doctor/sandbox.c: creates a network namespace if permitted, else uses the current one. Exits if neither family
 * can send. */
void sandbox_find(struct sandbox *sandbox);

/* cmd/doctor/child.c: runs /proc/self/exe with these arguments (argv[0] included, ends with NULL). With `ready`,
 * inserts "--ready-fd" and its number after argv[1]. */
void child_start(struct child *child, char *const *argv, bool ready);
/* Waits until the child is attached. False: it ended before, or timed out. */
bool child_wait_attached(struct child *child);
/* Sends a signal (0: none), waits for the child's end, and reads its output. */
void child_end(struct child *child, int signal);

/* cmd/doctor/evidence.c: the growth of this namespace's TCP counters since its creation, in the format of `nettrace
 * traffic --json`. */
const char *evidence_kernel_report(void);

/* From the tool's messages (--debug): */

/* Whether the kernel or --rung is the reason that a need is not met: needs are separated by commas, and each is met by
 * one of its programs ("a|b,c"). */
bool evidence_is_refused(const char *messages, const char *programs);
/* Appends the program of each hook to a list, as objects with these keys. */
void evidence_hooks_json(struct json_object *list, const struct proof *proof);
extern const struct json_key evidence_hook_keys[];
/* The tool's notes about what this kernel or these privileges lack, separated by "; ". "": none. */
void evidence_notes(char *text, size_t size, const struct proof *proof);

/* cmd/doctor/verdict.c: counts the rows of a tool that has ended. reports: NULL for missing ones. */
void verdict_reach(struct proof *proof, const struct sandbox *sandbox, const char *const reports[PROVE_REPORTS]);
/* Whether a count is wrong. */
bool verdict_is_wrong(const struct proof *proof);

/* cmd/doctor/report.c: keys of the JSON lines, and their output. */
extern const struct json_key proof_traffic_keys[], proof_keys[];
void proof_sandbox_print(const struct sandbox *sandbox, const char *const reports[PROVE_REPORTS],
			 const struct doctor *doctor);
/* Describes the whole result in a line. */
void proof_describe(char *line, size_t size, const struct proof *proof, bool verbose);
void proof_print(const struct proof *proof, const struct doctor *doctor);

#endif
