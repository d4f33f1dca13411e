/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_texts.c: the table of what `nettrace why` can find: code, sentence, remedy. docs/pages/why.txt explains each. */
#include "cmd/why_rules.h"

#include <stdarg.h>
#include <stdio.h>

#define SENTENCE(name) static void name(struct text *text, const struct why_finding *f)

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
	char piece[240];
	va_list values;

	va_start(values, format);
	vsnprintf(piece, sizeof(piece), format, values);
	va_end(values);
	text_string(text, piece);
}

static void put_time(struct text *text, uint64_t ns)
{
	if (ns == WHY_UNKNOWN || !text_human_ns(text, ns))
		text_string(text, "an unknown time");
}

/* "nginx (pid 4711)" */
static void put_process(struct text *text, const struct why_finding *f)
{
	if (*f->who.comm && f->who.pid)
		put(text, "%.16s (pid %u)", f->who.comm, f->who.pid);
	else
		text_string(text, "its process");
}

/* "1 attempt", "3 attempts" */
static void put_count(struct text *text, uint64_t count, const char *what)
{
	put(text, "%llu %s%s", (unsigned long long)count, what, count == 1 ? "" : "s");
}

SENTENCE(accept_queue_full)
{
	put(text, "the accept queue of %s was full", f->subject);
	if (f->limit != UINT32_MAX && f->limit)
		put(text, " (limit %llu)", (unsigned long long)f->limit);
	text_string(text, ": ");
	put_count(text, f->events, "packet");
	text_string(text, " of new connections dropped; ");
	put_process(text, f);
	text_string(text, " does not accept fast enough");
}

SENTENCE(syn_queue_full)
{
	put(text, "the queue of half-open connections of %s was full: ", f->subject);
	put_count(text, f->events, "SYN");
	text_string(text, " dropped");
}

SENTENCE(accept_slow)
{
	put(text, "connections to %s waited up to ", f->subject);
	put_time(text, f->number);
	text_string(text, " until ");
	put_process(text, f);
	text_string(text, " accepted them, or still wait");
}

SENTENCE(connect_refused)
{
	if (f->local)
		put(text, "nobody listens on %s: ", f->subject);
	else
		put(text, "%s refuses: ", f->subject);
	put_count(text, f->connections, "attempt");
	text_string(text, " refused");
	if (!f->local && f->number == f->connections)
		text_string(text, " by RST (nobody listens there, or a firewall rejects)");
	else if (!f->local && !f->limit)
		text_string(text, ", some without a RST, so by ICMP: probably a firewall rejects");
}

SENTENCE(connect_blocked_here)
{
	put(text, "this machine itself blocks connections to %s: ", f->subject);
	put_count(text, f->connections, "attempt");
}

SENTENCE(connect_no_answer)
{
	put(text, "%s does not answer: ", f->subject);
	put_count(text, f->events, "SYN");
	text_string(text, " of ");
	put_count(text, f->connections, "attempt");
	text_string(text, " without an answer");
	if (f->number) {
		text_string(text, ", for up to ");
		put_time(text, f->number);
	}
}

SENTENCE(connect_unreachable)
{
	put(text, "%s is unreachable: ", f->subject);
	put_count(text, f->connections, "attempt");
	text_string(text, " failed");
}

SENTENCE(ports_exhausted)
{
	put(text, "no local port was free for %s: ", f->subject);
	put_count(text, f->connections, "attempt");
	text_string(text, " failed with EADDRNOTAVAIL");
}

SENTENCE(connect_failed)
{
	put(text, "attempts to connect fail at once, to %s: ", f->subject);
	put_count(text, f->connections, "attempt");
}

SENTENCE(name_no_answer)
{
	put(text, "%s: no answer to %llu of %llu DNS queries", f->subject, (unsigned long long)f->number,
	    (unsigned long long)f->limit);
}

SENTENCE(name_failed)
{
	put(text, "%s: %llu of %llu DNS queries failed", f->subject, (unsigned long long)f->number,
	    (unsigned long long)f->limit);
}

SENTENCE(name_slow)
{
	put(text, "%s: %llu of %llu DNS queries were slow, up to ", f->subject, (unsigned long long)f->events,
	    (unsigned long long)f->limit);
	put_time(text, f->number);
}

SENTENCE(peer_gone)
{
	put(text, "%s stopped to acknowledge: ", f->subject);
	put_count(text, f->connections, "connection");
	text_string(text, " ended with ETIMEDOUT");
}

SENTENCE(keepalive_timeout)
{
	put(text, "%s: the peer answered no keepalive probe: ", f->subject);
	put_count(text, f->connections, "connection");
	text_string(text, " ended");
}

SENTENCE(memory_pressure)
{
	put(text, "%s: the kernel ended ", f->subject);
	put_count(text, f->connections, "connection");
	text_string(text, " for want of memory, or because of too many orphans");
}

SENTENCE(reset_middlebox)
{
	put(text, "%s: ", f->subject);
	put_count(text, f->connections, "connection");
	text_string(text, " reset by somebody between: the RST has another hop limit than the peer");
}

SENTENCE(reset_by_peer)
{
	put(text, "%s: the peer reset ", f->subject);
	put_count(text, f->connections, "connection");
	text_string(text, " in use");
}

SENTENCE(reset_by_us_unread)
{
	put(text, "%s closed ", f->subject);
	put_count(text, f->connections, "connection");
	text_string(text, " with unread data, so the kernel sent RST; ");
	put_count(text, f->number, "byte");
	text_string(text, " unread");
}

SENTENCE(reset_by_us_killed)
{
	put(text, "%s: a signal ended the process, which reset ", f->subject);
	put_count(text, f->connections, "connection");
}

SENTENCE(reset_by_us_unaccepted)
{
	put(text, "%s: the listener was closed with ", f->subject);
	put_count(text, f->connections, "connection");
	text_string(text, " in its queue, which were reset");
}

SENTENCE(reset_by_us_aborted)
{
	put(text, "%s: another process ended ", f->subject);
	put_count(text, f->connections, "connection");
	text_string(text, " (ss -K, or a BPF program)");
}

SENTENCE(reset_by_us)
{
	put(text, "%s reset ", f->subject);
	put_count(text, f->connections, "connection");
	text_string(text, " on this machine's own account");
}

SENTENCE(we_read_slowly)
{
	put(text, "%s does not read: ", f->subject);
	put_count(text, f->limit, "byte");
	text_string(text, " unread for up to ");
	put_time(text, f->number);
	text_string(text, ", and the receive window is closed");
}

static void put_held(struct text *text, const struct why_finding *f, const char *what)
{
	put(text, "%s: %s held up ", f->subject, what);
	put_count(text, f->connections, "connection");
	text_string(text, " for up to ");
	put_time(text, f->number);
	text_string(text, " of ");
	put_time(text, f->limit);
}

SENTENCE(peer_reads_slowly)
{
	put_held(text, f, "the peer's receive window");
}

SENTENCE(own_sndbuf)
{
	put_held(text, f, "the own send buffer");
}

SENTENCE(loss_here)
{
	put(text, "packets to or from %s are dropped on this machine: ", f->subject);
	put_count(text, f->limit, "drop");
	text_string(text, ", ");
	put_count(text, f->number, "segment");
	text_string(text, " retransmitted");
}

SENTENCE(loss_beyond)
{
	put(text, "packets to or from %s are lost: ", f->subject);
	put_count(text, f->number, "segment");
	text_string(text, " of ");
	put_count(text, f->connections, "connection");
	text_string(text, " retransmitted, none dropped on this machine");
}

SENTENCE(connect_slow)
{
	put(text, "connecting to %s is slow, up to ", f->subject);
	put_time(text, f->number);
	if (f->limit == f->connections)
		text_string(text, ": no answer to the first SYN");
	else if (!f->limit)
		text_string(text, ": the peer answers the SYN late");
}

/* The words of each finding, in the order of enum why_code. A name never changes: scripts know it. */
const struct why_text why_texts[WHY_CODES] = {
	[WHY_ACCEPT_QUEUE_FULL] = { "accept_queue_full",
				    "See what the process waits for (its threads, its own limits), or start more of "
				    "it. A "
				    "longer queue helps with bursts only: its listen() backlog, up to "
				    "net.core.somaxconn.",
				    accept_queue_full },
	[WHY_SYN_QUEUE_FULL] = { "syn_queue_full",
				 "Raise the listen() backlog and net.ipv4.tcp_max_syn_backlog, or set "
				 "net.ipv4.tcp_syncookies to 1. Many half-open connections of many peers: a SYN flood.",
				 syn_queue_full },
	[WHY_ACCEPT_SLOW] = { "accept_slow",
			      "See what the process does instead of accept(): nettrace sockets -l, and a stack of its "
			      "threads.",
			      accept_slow },
	[WHY_CONNECT_REFUSED] = { "connect_refused",
				  "Start the service, or correct address and port: nettrace sockets -l there shows "
				  "where it listens, and in which network namespace.",
				  connect_refused },
	[WHY_CONNECT_BLOCKED_HERE] = { "connect_blocked_here",
				       "See the rules of this machine: nft list ruleset, iptables-save -c.",
				       connect_blocked_here },
	[WHY_CONNECT_NO_ANSWER] = { "connect_no_answer",
				    "Check that the address is right and its machine up, then the firewalls between: "
				    "one "
				    "that drops gives no answer.",
				    connect_no_answer },
	[WHY_CONNECT_UNREACHABLE] = { "connect_unreachable",
				      "See the route and the neighbour: ip route get ADDRESS, ip neigh.",
				      connect_unreachable },
	[WHY_PORTS_EXHAUSTED] = { "ports_exhausted",
				  "Keep connections open instead of one for each request; widen "
				  "net.ipv4.ip_local_port_range, set net.ipv4.tcp_tw_reuse to 1. Or the program asks "
				  "for a "
				  "local address that this machine lacks.",
				  ports_exhausted },
	[WHY_CONNECT_FAILED] = { "connect_failed",
				 "The error names the cause: EPERM and EACCES come from a firewall, a security module "
				 "or a BPF "
				 "program here.",
				 connect_failed },
	[WHY_NAME_NO_ANSWER] = { "name_no_answer",
				 "Check the name server and the way to it; /etc/resolv.conf has the servers and their "
				 "timeout. nettrace dns shows each query.",
				 name_no_answer },
	[WHY_NAME_FAILED] = { "name_failed",
			      "See the log of the name server: SERVFAIL (2) is its own trouble or that of the servers "
			      "behind it, REFUSED (5) its policy. nettrace dns --fail shows each.",
			      name_failed },
	[WHY_PEER_GONE] = { "peer_gone",
			    "See whether the peer, or a firewall or NAT between, has lost the connection. "
			    "net.ipv4.tcp_retries2 and TCP_USER_TIMEOUT set the time until the error.",
			    peer_gone },
	[WHY_KEEPALIVE_TIMEOUT] = { "keepalive_timeout",
				    "See whether the peer is up; a firewall or NAT between may have forgotten the idle "
				    "connection: shorten net.ipv4.tcp_keepalive_time below its time-out.",
				    keepalive_timeout },
	[WHY_MEMORY_PRESSURE] = { "memory_pressure",
				  "Compare /proc/net/sockstat with net.ipv4.tcp_mem and net.ipv4.tcp_max_orphans.",
				  memory_pressure },
	[WHY_RESET_MIDDLEBOX] = { "reset_middlebox",
				  "Look for a firewall, proxy or load balancer on the path that ends connections.",
				  reset_middlebox },
	[WHY_RESET_BY_PEER] = { "reset_by_peer",
				"The cause is at the peer: run nettrace why there, or see the log of its service.",
				reset_by_peer },
	[WHY_RESET_BY_US_UNREAD] = { "reset_by_us_unread",
				     "The process gave up on the request: see its log. To close without RST, it reads "
				     "to the end, "
				     "or calls shutdown(SHUT_WR) and then reads.",
				     reset_by_us_unread },
	[WHY_RESET_BY_US_KILLED] = { "reset_by_us_killed",
				     "See dmesg (oom-kill, segfault), coredumpctl, and who sent the signal.",
				     reset_by_us_killed },
	[WHY_RESET_BY_US_UNACCEPTED] = { "reset_by_us_unaccepted",
					 "The service stopped or restarted with clients in its queue: see its log.",
					 reset_by_us_unaccepted },
	[WHY_RESET_BY_US_ABORTED] = { "reset_by_us_aborted",
				      "See who runs ss -K, or which BPF program destroys sockets.",
				      reset_by_us_aborted },
	[WHY_RESET_BY_US] = { "reset_by_us",
			      "Often meant so (health checks, SO_LINGER 0). nettrace tcprst --explain has each.",
			      reset_by_us },
	[WHY_WE_READ_SLOWLY] = { "we_read_slowly",
				 "See what the process does instead of reading: a stack of its threads, its CPU, its "
				 "disk.",
				 we_read_slowly },
	[WHY_PEER_READS_SLOWLY] = { "peer_reads_slowly",
				    "The peer reads too slowly, or its receive buffer is too small: run nettrace why "
				    "there. "
				    "Nothing here makes it faster.",
				    peer_reads_slowly },
	[WHY_OWN_SNDBUF] = { "own_sndbuf",
			     "Remove SO_SNDBUF from the program, or raise net.ipv4.tcp_wmem (third number).",
			     own_sndbuf },
	[WHY_LOSS_HERE] = { "loss_here", "The reason names the rule or queue: nettrace tcpdrop --explain has more.",
			    loss_here },
	[WHY_LOSS_BEYOND] = { "loss_beyond",
			      "Look at the network card (ip -s -s link, ethtool -S), then along the path: mtr, and "
			      "nettrace "
			      "why at the peer.",
			      loss_beyond },
	[WHY_CONNECT_SLOW] = { "connect_slow",
			       "A SYN was retransmitted: it, or its answer, was lost, or the peer's queue was full: "
			       "run nettrace "
			       "why there.",
			       connect_slow },
	[WHY_NAME_SLOW] = { "name_slow",
			    "Check the name server and those behind it. nettrace dns --slow 1000 shows each.",
			    name_slow },
};
