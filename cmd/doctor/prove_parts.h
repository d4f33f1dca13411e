/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prove_parts.h: declarations shared by the source files of `nettrace doctor --prove`. */
#ifndef NETTRACE_DOCTOR_PROVE_PARTS_H
#define NETTRACE_DOCTOR_PROVE_PARTS_H

#include <sys/types.h>

#include "cmd/doctor/expect.h"
#include "cmd/doctor/parts.h"

#define PROVE_FAMILIES 2  /* 0: IPv4, 1: IPv6 */
#define PROVE_REPORTS  3  /* of both families' traffic, and of the kernel */
#define PROVE_COUNTS   64 /* of one tool */
#define PROVE_PORTS    3  /* of a traffic server: accepting, refusing, overflowing */

/* Where the traffic is made, and of what. */
struct sandbox {
	bool own_namespace; /* else shared with whatever else goes on here */
	bool drops, uring;  /* by socket filters; through io_uring */
	bool families[PROVE_FAMILIES];
	uint16_t ports[PROVE_FAMILIES]; /* the first of PROVE_PORTS */
};

/* A program of ours with its output in memory. */
struct child {
	pid_t pid;      /* 0: none, or ended */
	int ready;      /* gets a byte when a tool is attached; -1: none */
	int out, err;   /* files in memory */
	int status;     /* when it has ended, as a shell tells it */
	char *output;   /* the same; NUL-terminated */
	char *messages; /* of stderr */
};

enum verdict { PROVED, PARTLY, FALSE, CANNOT, NO_PROOF };

struct count {
	const struct expectation *row;
	int family; /* 4, 6; BY_KERNEL */
	uint64_t expected, seen;
	bool excused; /* the kernel does not give what it needs */
	bool wrong;
};

struct proof {
	const struct tool *tool;
	struct child child;
	enum verdict verdict;
	uint64_t wrong_owners; /* rows with a wrong process, or none where one is known */
	uint64_t unmade;       /* rows of the traffic's processes that nothing of the traffic explains */
	uint64_t lost;
	uint64_t missed; /* calls that the kernel did not run a program for: of the whole machine, maybe of no event */
	size_t n_counts;
	struct count counts[PROVE_COUNTS];
	char wrong[256]; /* what is, besides counts; "" */
	char first[512]; /* what was wrong at the first try, beside other tools; "": this is the first */
};

/* cmd/doctor/sandbox.c: a network namespace of its own, if that is allowed. Ends the program where nothing can be sent.
 */
void sandbox_find(struct sandbox *sandbox);

/* cmd/doctor/child.c: runs /proc/self/exe with these arguments (argv[0] included, ends with NULL). With `ready`,
 * "--ready-fd" and its number are put behind argv[1]. */
void child_start(struct child *child, char *const *argv, bool ready);
/* Waits until it is attached. False: it ended before, or takes too long. */
bool child_wait_attached(struct child *child);
/* Waits for its end, after a signal to it unless 0; reads what it wrote. */
void child_end(struct child *child, int signal);

/* cmd/doctor/evidence.c: a report of how much the counters of TCP of this namespace have grown since it was new, in the
 * form of `nettrace traffic --json`. */
const char *evidence_kernel_report(void);

/* What the tool said of itself (--debug). */

/* None of these programs ("a|b") serves, and the kernel or --rung is why. */
bool evidence_is_refused(const char *messages, const char *programs);
/* Puts the program that serves each hook into a list, as objects with these keys. */
void evidence_hooks_json(struct json_object *list, const struct proof *proof);
extern const struct json_key evidence_hook_keys[];
/* Its notes, with "; " between: what it cannot tell on this kernel or with these privileges. "": none. */
void evidence_notes(char *text, size_t size, const struct proof *proof);

/* cmd/doctor/verdict.c: counts the rows of a tool that has ended. reports: NULL where there is none. */
void verdict_reach(struct proof *proof, const struct sandbox *sandbox, const char *const reports[PROVE_REPORTS]);
/* Something of it was counted wrong. */
bool verdict_is_wrong(const struct proof *proof);

/* cmd/doctor/report.c: what its lines of JSON have, and how they are printed. */
extern const struct json_key proof_traffic_keys[], proof_keys[];
void proof_sandbox_print(const struct sandbox *sandbox, const char *const reports[PROVE_REPORTS],
			 const struct doctor *doctor);
/* Everything that is to be said of it, in a line. */
void proof_describe(char *line, size_t size, const struct proof *proof, bool verbose);
void proof_print(const struct proof *proof, const struct doctor *doctor);

#endif
