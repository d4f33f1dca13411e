/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expect.c: the traffic that the doctor makes, and what each tool has to count on it. */
#include "cmd/doctor/expect.h"

#include <stddef.h>
#include <string.h>

/* Prime or at least different numbers, so that one kind is not taken for another. */
const char *const expected_traffic[] = {
	"--connect=11", "--server-first=3", "--refuse=5",     "--reset=2",       "--synack=1", "--overflow=3",
	"--hold=2",     "--fork=1",         "--bad-listen=2", "--unreachable=2", NULL,
};
const char *const expected_drop_traffic[] = { "--retransmit=1", "--syn=1", "--fast=1", "--drop=2", NULL };
const char *const expected_uring_traffic[] = { "--uring-accept=3", "--uring-connect=2", "--uring-unreachable=3", NULL };

#define READS_PACKETS "kfree_cast|kfree_helper"
#define SEES_SYNS     "consume_cast|consume_helper"
#define SEES_CALLS    "connect_cast|connect_helper"
#define SEES_REQUESTS "request_cast|request_helper"
#define SEES_LISTEN   "listen_cast|listen_helper"

#define OTHER_SUBNETS "subnet=10.0.0.0/8|172.16.0.0/12|192.168.0.0/16|0.0.0.0/0|fe80::/10|fc00::/7|::/0"

/* Of the report: `established` are the connections that clients made, `accepted` those that the server took: all but
 * the fillers of the full queue. What was neither reset nor refused was closed in order: accepted-reset. */
/* clang-format off */
const struct expectation expectations[] = {
	{ "netqtop", "packets out", "direction=tx device=lo", "3*established+3*accepted", .sum = "packets", AT_LEAST,
	  .family = 4, .options = "-n lo" },
	{ "netqtop", "packets in", "direction=rx device=lo", "3*established+3*accepted", .sum = "packets", AT_LEAST,
	  .family = 4 },
	{ "netqtop", "tx packets", "direction=tx", "lo_tx_packets", .sum = "packets", .family = BY_KERNEL },
	{ "netqtop", "rx packets", "direction=rx", "lo_rx_packets", .sum = "packets", .family = BY_KERNEL },
	/* Loopback counts them without their MAC headers. */
	{ "netqtop", "tx bytes", "direction=tx", "lo_tx_bytes+14*lo_tx_packets", .sum = "bytes", .family = BY_KERNEL },

	{ "softirqs", "net_rx", "softirq=net_rx", "connects", .sum = "count", AT_LEAST, .family = 4 },
	{ "softirqs", "net_rx, ns", "softirq=net_rx", "1", .sum = "total_ns", AT_LEAST, .family = 4 },

	{ "solisten", "listen", "ret=0 error=null pid=@server_pid", "listeners" },
	{ "solisten", "backlog 4096", "ret=0 backlog_effective=4096 lport=@server_port", "1" },
	{ "solisten", "backlog 1", "ret=0 backlog_effective=1 lport=@overflow_port", "1" },
	{ "solisten", "in vain", "error=EINVAL pid=@server_pid lport=@server_port", "bad_listen", .needs = SEES_LISTEN },
	{ "solisten", "all rows", "", "listeners+bad_listen", .needs = SEES_LISTEN },

	{ "tcpaccept", "accepted", "pid=@server_pid lport=@server_port owner=exact", "accepted" },
	{ "tcpaccept", "queue", "queue_limit=4096", "accepted" },
	{ "tcpaccept", "no wait", "wait_ns=null", "0" },
	{ "tcpaccept", "all rows", "", "accepted" },

	{ "tcpconnect", "ok", "result=ok error=null pid=@client_pid", "established" },
	{ "tcpconnect", "refused", "result=refused error=ECONNREFUSED pid=@client_pid", "refuse" },
	{ "tcpconnect", "abandoned", "result=abandoned pid=@client_pid rport=@overflow_port", "overflow" },
	{ "tcpconnect", "unreachable", "result=unreachable error=ENETUNREACH pid=@client_pid rport=@server_port",
	  "unreachable", .needs = SEES_CALLS },
	{ "tcpconnect", "by io_uring", "result=unreachable error=ENETUNREACH pid=@client_pid rport=@refused_port",
	  "uring_unreachable", .needs = SEES_REQUESTS },
	{ "tcpconnect", "without a SYN", "result=unreachable", NULL, .how = MEASURE },
	{ "tcpconnect", "all rows", "", "connects+without a SYN" },
	{ "tcpconnect", "ActiveOpens", "result=ok|refused|abandoned", "ActiveOpens", .family = BY_KERNEL },

	{ "tcpconnlat", "ok", "result=ok pid=@client_pid", "established" },
	{ "tcpconnlat", "refused", "result=refused error=ECONNREFUSED", "refuse" },
	{ "tcpconnlat", "abandoned", "result=abandoned", "overflow" },
	{ "tcpconnlat", "two SYNs", "result=ok syns=2", "syn" },
	{ "tcpconnlat", "unknown", "latency_ns=null", "0" },
	{ "tcpconnlat", "all rows", "", "connects" },

	/* A listener that defers lets the ACK of a handshake go; so does a client the second SYN-ACK. */
	{ "tcpdrop", "deferred", "flags=ACK dport=@server_port", NULL, .how = MEASURE,
	  .options = "--no-stack" },
	{ "tcpdrop", "again", "sport=@server_port", NULL, .how = MEASURE },
	/* Of such a packet kernels before 6.11 do not tell the socket: nobody's is the truth there, and no state. */
	{ "tcpdrop", "again, of nobody", "pid=null state=null sport=@server_port", NULL, .how = MEASURE },
	{ "tcpdrop", "NO_SOCKET", "reason=NO_SOCKET pid=null dport=@refused_port flags=SYN", "refuse",
	  .needs = READS_PACKETS, .reason = "NO_SOCKET" },
	{ "tcpdrop", "no listener", "pid=null dport=@refused_port flags=SYN", "refuse", .needs = READS_PACKETS },
	{ "tcpdrop", "SOCKET_FILTER", "reason=SOCKET_FILTER pid=@server_pid dport=@server_port", "filter_drops",
	  .needs = READS_PACKETS, .reason = "SOCKET_FILTER" },
	{ "tcpdrop", "at the accepting port", "pid=@server_pid dport=@server_port", "filter_drops+deferred",
	  .needs = READS_PACKETS },
	{ "tcpdrop", "LISTEN_OVERFLOW", "reason=LISTEN_OVERFLOW pid=@server_pid dport=@overflow_port state=LISTEN",
	  "listen_drops", .needs = SEES_SYNS },
	{ "tcpdrop", "ListenOverflows", "reason=LISTEN_OVERFLOW", "ListenOverflows", .family = BY_KERNEL,
	  .needs = SEES_SYNS },
	{ "tcpdrop", "all rows", "", "refuse+filter_drops+listen_drops+deferred+again", .needs = READS_PACKETS },

	{ "tcplife", "clients", "role=client", "connects" },
	{ "tcplife", "servers", "role=server", "established" },
	{ "tcplife", "refused", "error=ECONNREFUSED pid=@client_pid", "refuse" },
	{ "tcplife", "reset by the client", "error=ECONNRESET pid=@server_pid lport=@server_port", "reset" },
	{ "tcplife", "forked", "comm=nt-forked role=client", "fork" },
	{ "tcplife", "bytes of clients", "role=client", "bytes_client", .sum = "tx_bytes" },
	{ "tcplife", "bytes of servers", "role=server", "bytes_server", .sum = "tx_bytes" },
	{ "tcplife", "all rows", "", "connects+established" },

	/* The reports know of what was sent again before a close, and not for what is never accepted. */
	{ "tcpretrans", "client", "pid=@client_pid", "retransmits_client", .how = AT_LEAST },
	{ "tcpretrans", "server", "pid=@server_pid", "retransmits_server", .how = AT_LEAST },
	{ "tcpretrans", "SYN-ACK", "cause=SYN-ACK kind=S pid=@server_pid", "synack", .how = AT_LEAST },
	{ "tcpretrans", "SYN", "cause=SYN state=SYN_SENT pid=@client_pid", "syn", .how = AT_LEAST },
	{ "tcpretrans", "FAST", "cause=FAST", "fast", .how = AT_LEAST },
	{ "tcpretrans", "RTO", "cause=RTO", "retransmit", .how = AT_LEAST },
	{ "tcpretrans", "TLP", "cause=TLP", "retransmit", .how = AT_LEAST },
	{ "tcpretrans", "all rows", "", "retransmits_client+retransmits_server", .how = AT_LEAST },
	{ "tcpretrans", "RetransSegs", "", "RetransSegs-TCPRetransFail", .sum = "segments", .family = BY_KERNEL },
	{ "tcpretrans", "TCPTimeouts", "cause=RTO|SYN|SYN-ACK", "TCPTimeouts", .family = BY_KERNEL },
	{ "tcpretrans", "TCPLossProbes", "cause=TLP", "TCPLossProbes", .family = BY_KERNEL },
	{ "tcpretrans", "TCPFastRetrans", "cause=FAST", "TCPFastRetrans", .sum = "segments", .family = BY_KERNEL },
	{ "tcpretrans", "TCPSlowStartRetrans", "cause=SLOWSTART|PMTU|TFO", "TCPSlowStartRetrans", .sum = "segments",
	  .family = BY_KERNEL },

	/* On two CPUs the kernel may make two children of one connection, and drop one of them. */
	{ "tcpstates", "twins", "oldstate=SYN_RECV newstate=CLOSE", NULL, .how = MEASURE },
	{ "tcpstates", "listen", "oldstate=CLOSE newstate=LISTEN pid=@server_pid", "listeners" },
	{ "tcpstates", "listen no more", "oldstate=LISTEN newstate=CLOSE pid=@server_pid", "listeners" },
	{ "tcpstates", "SYN_SENT", "oldstate=CLOSE newstate=SYN_SENT pid=@client_pid", "connects" },
	{ "tcpstates", "connected", "oldstate=SYN_SENT newstate=ESTABLISHED pid=@client_pid", "established" },
	{ "tcpstates", "in vain", "oldstate=SYN_SENT newstate=CLOSE pid=@client_pid", "connects-established" },
	{ "tcpstates", "SYN_RECV", "oldstate=LISTEN newstate=SYN_RECV pid=@server_pid", "established+twins" },
	{ "tcpstates", "FIN_WAIT1", "oldstate=ESTABLISHED newstate=FIN_WAIT1", "accepted-reset" },
	{ "tcpstates", "FIN_WAIT2", "oldstate=FIN_WAIT1 newstate=FIN_WAIT2", "accepted-reset" },
	{ "tcpstates", "LAST_ACK", "oldstate=CLOSE_WAIT newstate=LAST_ACK", "accepted-reset" },
	{ "tcpstates", "reset", "oldstate=ESTABLISHED newstate=CLOSE", "2*reset+2*established-2*accepted" },
	{ "tcpstates", "ActiveOpens", "oldstate=CLOSE newstate=SYN_SENT", "ActiveOpens", .family = BY_KERNEL },
	{ "tcpstates", "PassiveOpens", "oldstate=LISTEN newstate=SYN_RECV", "PassiveOpens", .family = BY_KERNEL },
	{ "tcpstates", "all rows", "", "2*listeners+2*connects+4*established+4*accepted-4*reset+2*twins" },

	/* Both ends are ours: each sends what the other receives. */
	{ "tcpsubnet", "sent to 127.0.0.1", "subnet=127.0.0.1/32", "bytes_client+bytes_server", .sum = "tx_bytes",
	  .family = 4, .options = "--rx --comm nt-*" },
	{ "tcpsubnet", "received from it", "subnet=127.0.0.1/32", "bytes_client+bytes_server", .sum = "rx_bytes",
	  .family = 4 },
	{ "tcpsubnet", "sent to ::1", "subnet=::1/128", "bytes_client+bytes_server", .sum = "tx_bytes", .family = 6 },
	{ "tcpsubnet", "received from it", "subnet=::1/128", "bytes_client+bytes_server", .sum = "rx_bytes",
	  .family = 6 },
	{ "tcpsubnet", "sent elsewhere", OTHER_SUBNETS, "0", .sum = "tx_bytes", .family = 4 },
	{ "tcpsubnet", "received from elsewhere", OTHER_SUBNETS, "0", .sum = "rx_bytes", .family = 4 },

	/* A full listener's connections carry nothing, but SYNs and SYN-ACKs are sent again. */
	{ "tcptop", "at the full listener", "lport=@overflow_port", NULL, .how = MEASURE },
	{ "tcptop", "to the full listener", "rport=@overflow_port", NULL, .how = MEASURE },
	{ "tcptop", "sent by clients", "rport=@server_port", "bytes_client", .sum = "tx_bytes" },
	{ "tcptop", "received by clients", "rport=@server_port", "bytes_server", .sum = "rx_bytes" },
	{ "tcptop", "sent by servers", "lport=@server_port pid=@server_pid", "bytes_server", .sum = "tx_bytes" },
	{ "tcptop", "received by servers", "lport=@server_port pid=@server_pid", "bytes_client", .sum = "rx_bytes" },

	{ "tcptracer", "C", "type=connect pid=@client_pid", "established" },
	{ "tcptracer", "A", "type=accept pid=@server_pid lport=@server_port", "accepted" },
	{ "tcptracer", "X of clients", "type=close rport=@server_port|@overflow_port", "established" },
	{ "tcptracer", "X of servers", "type=close pid=@server_pid lport=@server_port", "accepted" },
	{ "tcptracer", "X of a fork", "type=close comm=nt-forked", "fork" },
	{ "tcptracer", "bytes of clients", "type=close rport=@server_port", "bytes_client", .sum = "tx_bytes" },
	{ "tcptracer", "bytes of servers", "type=close lport=@server_port", "bytes_server", .sum = "tx_bytes" },
	{ "tcptracer", "all rows", "", "2*established+2*accepted" },
	{},
};
/* clang-format on */

const struct expectation *expectations_of(const char *tool)
{
	for (const struct expectation *row = expectations; row->tool; row++)
		if (!strcmp(row->tool, tool))
			return row;
	return NULL;
}
