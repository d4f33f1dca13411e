/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.h: declarations shared by the source files and the two processes of `nettrace traffic`. */
#ifndef NETTRACE_TRAFFIC_PARTS_H
#define NETTRACE_TRAFFIC_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#define TRAFFIC_NAME   "nettrace traffic"
#define PATIENCE_MS    20000 /* for anything that the other process or the kernel must do */
#define FAMILIES       2     /* 0: IPv4, 1: IPv6 */
#define CHURN_PER_PORT 5000

/* In the order in which they run, except HOLD (first) and RELEASE (last). */
enum action_id {
	CONNECT,
	SERVER_FIRST,
	REFUSE,
	RESET,
	RETRANSMIT,
	SYN,
	SYNACK,
	FAST,
	DROP,
	OVERFLOW,
	CHURN,
	HOLD,
	FORK,
	URING_ACCEPT,
	URING_MULTISHOT,
	URING_CONNECT,
	URING_LISTEN,
	BAD_LISTEN,
	UNREAD,
	KILLED,
	LATE,
	DISCONNECT,
	SLOW_READER,
	SMALL_SNDBUF,
	IDLE,
	UNREACHABLE,
	URING_UNREACHABLE,
	DNS,
	DNS_FAIL,
	DNS_SILENT,
	UDP_REFUSE,
	UDP_FULL,
	ACTIONS, /* actions with an option */
	RELEASE = ACTIONS,
	STEPS,
};

/* Server ports, relative to the first. */
enum slot {
	SLOT_ACCEPTING,
	SLOT_REFUSING, /* bound, so that no other process binds it, and never listening */
	SLOT_OVERFLOWING,
	SLOT_CHURNING, /* the first of as many ports as churning needs */
};

enum side {
	CLIENT,
	SERVER,
};

/* In memory shared by both processes. Only the process of a side writes the members indexed by it. Only the server
 * writes `accepted`; the client reads it so as not to fill the accept queue. */
struct traffic_totals {
	uint16_t port; /* of SLOT_ACCEPTING */
	uint64_t listeners, connects, established, accepted;
	uint64_t bytes[2], retransmits[2];
	uint64_t filter_drops, listen_drops, buffer_drops;
};

struct traffic {
	/* From the command line. */
	uint64_t counts[STEPS];
	uint64_t bytes, port, client_port;
	bool families[FAMILIES], verbose, json, until_stdin;
	/* In each process: */
	enum side side;
	int control; /* the other process */
	int family;  /* of the current step */
	pid_t client, server;
	struct traffic_totals *totals;
	size_t n_slots, n_client_ports; /* n_client_ports: with client_port only */
	int *kept[FAMILIES];            /* this process's ends of the held connections */
	struct uring *ring;             /* accept and connect through io_uring; NULL: through system calls */
	/* In the client: */
	uint64_t to_accept; /* connections that the server will accept or has accepted */
	uint64_t next_client_port;
	pid_t *fork_pids;
	size_t n_fork_pids;
	double churn_seconds;
	/* In the server: a socket for each used slot, else -1. */
	int *slots[FAMILIES];
};

struct action {
	const char *name; /* of the option */
	const char *help, *story;
	uint64_t usual;                              /* the default number */
	enum slot slot;                              /* destination port of its connections */
	size_t at_once;                              /* size of the parts in which it runs; 0: unlimited */
	void (*client)(struct traffic *t, size_t n); /* NULL: no part of the client */
	void (*server)(struct traffic *t, size_t n); /* NULL: no part of the server */
};

/* cmd/traffic/options.c: exits on bad input. */
void traffic_parse_options(struct traffic *t, int argc, char **argv);

/* cmd/traffic/json.c */
void traffic_print_json(const struct traffic *t);
/* Prints a line on stdout, unbuffered. */
void traffic_print_line(const char *line);

/* cmd/traffic/actions.c, with the actions on one connection at a time */
extern const struct action traffic_actions[STEPS];
/* cmd/traffic/many.c */
void traffic_client_is_dropped(struct traffic *t, size_t n);
void traffic_server_drops(struct traffic *t, size_t n);
void traffic_server_drops_for_long(struct traffic *t, size_t n);
void traffic_client_retransmits_fast(struct traffic *t, size_t n);
void traffic_server_drops_the_first(struct traffic *t, size_t n);
void traffic_client_sends_syn_again(struct traffic *t, size_t n);
void traffic_server_drops_syn(struct traffic *t, size_t n);
void traffic_client_waits_for_accept(struct traffic *t, size_t n);
void traffic_server_sends_synack_again(struct traffic *t, size_t n);
void traffic_client_holds(struct traffic *t, size_t n);
void traffic_server_holds(struct traffic *t, size_t n);
void traffic_client_releases(struct traffic *t, size_t n);
void traffic_server_releases(struct traffic *t, size_t n);

/* cmd/traffic/resets.c */
void traffic_client_sends_in_vain(struct traffic *t, size_t n);
void traffic_server_reads_nothing(struct traffic *t, size_t n);
void traffic_server_is_killed(struct traffic *t, size_t n);
void traffic_client_closes_too_early(struct traffic *t, size_t n);
void traffic_server_answers_too_late(struct traffic *t, size_t n);
void traffic_client_disconnects(struct traffic *t, size_t n);

/* cmd/traffic/limits.c */
void traffic_client_outruns_reader(struct traffic *t, size_t n);
void traffic_server_reads_late(struct traffic *t, size_t n);
void traffic_client_has_small_buffer(struct traffic *t, size_t n);
void traffic_server_acknowledges_late(struct traffic *t, size_t n);
void traffic_client_thinks(struct traffic *t, size_t n);

/* cmd/traffic/dns.c */
void traffic_client_asks(struct traffic *t, size_t n);
void traffic_client_asks_in_vain(struct traffic *t, size_t n);
void traffic_server_answers(struct traffic *t, size_t n);
void traffic_server_knows_no_name(struct traffic *t, size_t n);
void traffic_server_is_silent(struct traffic *t, size_t n);

/* cmd/traffic/datagrams.c */
void traffic_client_sends_to_nobody(struct traffic *t, size_t n);
void traffic_client_fills_buffer(struct traffic *t, size_t n);
void traffic_server_does_not_read(struct traffic *t, size_t n);

/* cmd/traffic/uring.c */
void traffic_client_waits_for_ring(struct traffic *t, size_t n);
void traffic_server_accepts_by_ring(struct traffic *t, size_t n);
void traffic_server_accepts_by_one_request(struct traffic *t, size_t n);
void traffic_client_connects_by_ring(struct traffic *t, size_t n);
void traffic_server_accepts_empty(struct traffic *t, size_t n);
void traffic_server_listens_by_ring(struct traffic *t, size_t n);
void traffic_client_has_no_way_by_ring(struct traffic *t, size_t n);

/* Each function below ends the process with a message and exit code 1 on failure or timeout. */

/* cmd/traffic/process.c */
__attribute__((noreturn, format(printf, 1, 2))) void traffic_fail(const char *format, ...);
int traffic_check(int result, const char *what);
void *traffic_allocate(size_t n, size_t size);
void traffic_pause_ms(long ms);
double traffic_seconds_now(void);
/* Calls done(fd, n) every millisecond until it returns true. */
void traffic_wait_until(bool (*done)(int fd, uint32_t n), int fd, uint32_t n, const char *what);
/* The processes alternate: traffic_notify() ends the other's traffic_wait_notified(). */
void traffic_notify(const struct traffic *t);
void traffic_wait_notified(const struct traffic *t);
void traffic_send_control(const struct traffic *t, const void *message, size_t size);
/* False: the other process has ended. */
bool traffic_receive_control(const struct traffic *t, void *message, size_t size);

/* cmd/traffic/ports.c: opens the server's ports. */
void traffic_open_slots(struct traffic *t);
int traffic_server_socket(const struct traffic *t, size_t slot);

/* cmd/traffic/socket.c */
socklen_t traffic_loopback(struct sockaddr_storage *storage, int family, uint64_t port);
int traffic_new_socket(int family, int flags);
void traffic_limit_waiting(int fd);
int traffic_accept_client(struct traffic *t, size_t slot);
/* Connects to a multicast address, which fails at once (ENETUNREACH) and sends nothing. */
void traffic_open_nowhere(struct traffic *t, size_t slot);
/* Connects to the server's port `slot`, expecting `result`: 0 or an errno. EINPROGRESS: does not wait. */
int traffic_open_client(struct traffic *t, size_t slot, int result);
void traffic_wait_connected(struct traffic *t, int fd);
void traffic_send_bytes(struct traffic *t, int fd, uint64_t n);
void traffic_receive_bytes(int fd, uint64_t n);
/* Waits for the other side to end the connection: 0 by FIN, ECONNRESET by RST. */
void traffic_wait_end(int fd, int error);
void traffic_wait_acked(int fd);
void traffic_finish(struct traffic *t, int fd);
/* Waits until the listener's accept queue has n connections. */
void traffic_wait_queued(int fd, uint32_t n);

/* cmd/traffic/uring.c: only while t->ring is set. */
int traffic_uring_accept(struct traffic *t, int listener);
/* Returns 0 or an errno. */
int traffic_uring_connect(struct traffic *t, int fd, const struct sockaddr *to, socklen_t length);

/* Lets the kernel drop all packets for this socket, until traffic_stop_discarding(). */
void traffic_discard(int fd);
void traffic_stop_discarding(int fd);
uint32_t traffic_drops_of(int fd);
/* Waits until the socket has dropped n segments; returns the number dropped. */
uint32_t traffic_wait_drops(int fd, uint32_t n);

/* cmd/traffic/settle.c: waits until every connection of the server's ports is in CLOSED or TIME_WAIT. */
void traffic_wait_settled(const struct traffic *t);

#endif
