/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reasons.c: the meaning of each reason for a drop (enum skb_drop_reason, Linux 5.17 to 7.2) and a reset (enum
 * sk_rst_reason): the only list of these texts. --explain, `nettrace help reasons` and docs/reasons.md show them. */
#include "core/names/reasons.h"

#include <stdbool.h>
#include <string.h>

/* clang-format off */
static const struct reason reasons[] = {
	/* Those of nettrace: the kernel counts these drops, and names no reason (probes/tcpdrop.h). */
	{ "LISTEN_OVERFLOW,TCP_LISTEN_OVERFLOW",
	  "The accept queue of the listener is full: its process does not call accept() fast enough. The client retries "
	  "after a second or more. See the process, and ss -ltn: Recv-Q is the queue, Send-Q its limit. The limit is the "
	  "backlog of listen(), at most net.core.somaxconn.", SHOWS_ACCEPT_QUEUE },
	{ "SYN_QUEUE_FULL",
	  "The listener has too many half-open connections, and sends no SYN cookie. Often: a SYN flood, or clients that "
	  "do not receive the SYN-ACK. See ss -tn state syn-recv, net.ipv4.tcp_max_syn_backlog, net.ipv4.tcp_syncookies.",
	  SHOWS_SYN_QUEUE },
	{ "LISTEN_NO_ROUTE",
	  "The listener has no route back to the client. See ip route get CLIENT in the network namespace of the listener." },
	{ "LISTEN_DROP",
	  "The listener dropped a SYN, or the last ACK of a handshake. Often: no memory, a security module, or a SYN to a "
	  "broadcast address. See dmesg, ausearch -m avc, nstat TcpExtListenDrops.", SHOWS_ACCEPT_QUEUE },

	{ "NOT_DROPPED_YET", "No reason: the kernel had not decided yet. See the kernel location and the stack." },
	{ "CONSUMED", "No drop: the packet has done its work." },
	{ "NOT_SPECIFIED",
	  "The kernel names no reason. Often: queues of devices and tunnels, or code without reasons yet. The kernel "
	  "location and the stack show the place." },
	{ "NO_SOCKET",
	  "No socket wants the packet: no process listens on that address and port, or the connection has ended. Often: a "
	  "service is down, or a peer uses an old connection. See ss -tlnup in the network namespace of the packet." },
	{ "SOCKET_CLOSE",
	  "The packet was in the receive queue of a socket when its process closed it. Often: the process ended without "
	  "reading everything. See tcprst for the reset that follows." },
	{ "SOCKET_FILTER",
	  "A filter of the socket refused the packet: SO_ATTACH_FILTER, SO_ATTACH_BPF, a BPF program of its cgroup, or a "
	  "security module. See ss -b, bpftool cgroup tree." },
	{ "SOCKET_RCVBUFF",
	  "The receive buffer of the socket is full: its process reads too slowly, or not at all. See the process, and ss "
	  "-m (r of rb). A larger buffer needs SO_RCVBUF within net.core.rmem_max, or net.ipv4.tcp_rmem.",
	  SHOWS_RECEIVE_BUFFER },
	{ "UNIX_DISCONNECT", "A UNIX socket was disconnected with the datagram in its queue." },
	{ "UNIX_SKIP_OOB", "A reader of a UNIX socket skipped the out-of-band byte." },
	{ "PKT_TOO_SMALL",
	  "The packet is shorter than its headers require. Often: truncated on the way, or a faulty sender. See ip -s link "
	  "for errors.", SHOWS_DEVICE },
	{ "TCP_CSUM,UDP_CSUM,IP_CSUM,ICMP_CSUM",
	  "The checksum is wrong: the packet changed on the way. Often: faulty hardware, or checksum offload in a tunnel or "
	  "virtual machine. See nstat for InCsumErrors, ethtool -k for offloads." },
	{ "NETFILTER_DROP",
	  "Netfilter of this machine dropped the packet: a rule of nftables or iptables, or conntrack. See the counters of "
	  "nft list ruleset and iptables -vnL in the network namespace of the packet, and conntrack -S.", SHOWS_HOOK },
	{ "OTHERHOST",
	  "The Ethernet address is that of another host. Often: a promiscuous device (tcpdump, bridge), or a switch that "
	  "floods." },
	{ "IP_INHDR",
	  "The IP header is invalid, or its hop limit is used up. Often: a routing loop, or a faulty sender. See nstat "
	  "IpInHdrErrors, traceroute." },
	{ "IP_RPFILTER",
	  "Reverse path filter: the route to the source does not lead through the device that received the packet. Often: "
	  "asymmetric routing, or a forged source. See ip route get SOURCE. The larger rp_filter of all and the device "
	  "counts: 1 is strict, 2 loose.", SHOWS_RPFILTER },
	{ "UNICAST_IN_L2_MULTICAST",
	  "The Ethernet address is for multicast or broadcast, the IP address is not. Often: a cluster in multicast mode. "
	  "See net.ipv4.conf.*.drop_unicast_in_l2_multicast.", SHOWS_DEVICE },
	{ "XFRM_POLICY",
	  "IPsec forbids the packet: unencrypted, or by another security association. See ip xfrm policy, ip xfrm state, "
	  "/proc/net/xfrm_stat." },
	{ "IP_NOPROTO",
	  "The kernel has no handler for this IP protocol. Often: a module is not loaded. See nstat IpInUnknownProtos." },
	{ "PROTO_MEM",
	  "All sockets of the protocol have used up its memory, or the cgroup's limit is reached. Often: many sockets with "
	  "full queues. See net.ipv4.tcp_mem or udp_mem (pages) against mem in /proc/net/sockstat, and ss -m.",
	  SHOWS_MEMORY },
	{ "TCP_AUTH_HDR", "The signature options of TCP are malformed, or the segment has both MD5 and AO." },
	{ "TCP_MD5NOTFOUND,TCP_AONOTFOUND",
	  "The socket requires a signature (TCP_MD5SIG, TCP_AO), and the segment has none. Often: a BGP neighbour without "
	  "the key. See dmesg, and the keys of both ends." },
	{ "TCP_MD5UNEXPECTED,TCP_AOUNEXPECTED",
	  "The segment has a signature, and the socket has no key for this peer. Often: the key is missing here. See dmesg, "
	  "and the keys of both ends." },
	{ "TCP_MD5FAILURE,TCP_AOFAILURE",
	  "The signature is wrong. Often: the keys differ, or NAT changes addresses. See dmesg, and the keys of both ends." },
	{ "TCP_AOKEYNOTFOUND",
	  "The socket has no key with the ID in the segment. Often: one end has switched keys. See the keys of both ends." },
	{ "SOCKET_BACKLOG",
	  "A process was using the socket, and the backlog for packets that wait meanwhile is full. Often: large reads or "
	  "writes with a small buffer, or a CPU that is too busy. See ss -m (bl), nstat TcpExtTCPBacklogDrop.",
	  SHOWS_BACKLOG },
	{ "TCP_FLAGS",
	  "The TCP flags do not fit the state: no ACK, SYN with FIN, or an ACK to a listener without that connection. "
	  "Often: port scans, or a peer of a forgotten connection, which gets a reset." },
	{ "TCP_ABORT_ON_DATA",
	  "Data came after the process had closed the socket, and the peer gets a reset. Often: a time-out of the process "
	  "here. See tcprst." },
	{ "TCP_ZEROWINDOW",
	  "Data came although the receive window is closed: the process does not read. The peer probes until the window "
	  "opens. See ss -tm (Recv-Q).", SHOWS_RECEIVE_BUFFER },
	{ "TCP_OLD_DATA",
	  "The socket has all of this data already. Often: a retransmission because an ACK was late or lost. See tcpretrans "
	  "at the sender." },
	{ "TCP_OVERWINDOW",
	  "The data lies beyond the receive window. Often: a sender that ignores the window, or a device that removes the "
	  "window scale.", SHOWS_RECEIVE_BUFFER },
	{ "TCP_OFOMERGE", "The out-of-order queue has this data already: an unnecessary retransmission." },
	{ "TCP_RFC7323_PAWS",
	  "The timestamp is older than the latest one (PAWS): an old duplicate. Often: reordering, or several clients "
	  "behind one address of NAT. See nstat TcpExtPAWSEstab." },
	{ "TCP_RFC7323_PAWS_ACK", "An ACK with an old timestamp: a later one overtook it. See nstat TcpExtPAWSOldAck." },
	{ "TCP_RFC7323_TW_PAWS",
	  "A packet with an old timestamp for a connection in TIME_WAIT. Often: a client, or its NAT, reuses the port at "
	  "once. See nstat for TcpExtPAWS and TcpExtTW counters." },
	{ "TCP_RFC7323_TSECR",
	  "The echoed timestamp was never sent from here. Often: a forged packet, or one of an earlier connection." },
	{ "TCP_OLD_SEQUENCE",
	  "The segment ends before the receive window. Often: a keepalive probe, a window probe, or a duplicate." },
	{ "TCP_INVALID_SEQUENCE",
	  "The sequence number is outside of the receive window. Often: a duplicate, a packet of an earlier connection, or "
	  "a device that changes numbers. Before Linux 6.6 also probes.", SHOWS_RECEIVE_BUFFER },
	{ "TCP_INVALID_END_SEQUENCE", "The segment ends beyond the receive window. Often: a sender that ignores the window.",
	  SHOWS_RECEIVE_BUFFER },
	{ "TCP_INVALID_ACK_SEQUENCE",
	  "In SYN_SENT, the packet acknowledges something else than the SYN. Often: the peer still has an earlier "
	  "connection with these ports." },
	{ "TCP_RESET",
	  "A reset. TCP obeyed it, or its number did not fit and a challenge ACK answered (RFC 5961). See tcprst." },
	{ "TCP_INVALID_SYN,INVALID_SYN",
	  "A SYN for an existing connection. Often: its sender has restarted, or NAT reuses the port. A challenge ACK "
	  "answers. See nstat TcpExtTCPSYNChallenge." },
	{ "TCP_CLOSE", "The connection of the socket has ended: a late packet." },
	{ "TCP_FASTOPEN", "A connection of TCP Fast Open cannot use the packet before its handshake ends." },
	{ "TCP_OLD_ACK", "The ACK is older than the latest one. Often: reordering." },
	{ "TCP_TOO_OLD_ACK",
	  "The ACK is far too old, and a challenge ACK answers (RFC 5961). Often: a forged or very late packet." },
	{ "TCP_ACK_UNSENT_DATA",
	  "The ACK acknowledges data that was never sent. Often: an earlier connection with these ports, or a device that "
	  "changes numbers." },
	{ "TCP_OFO_QUEUE_PRUNE",
	  "TCP dropped data that had come out of order, because memory is short. The peer retransmits it. See ss -tm, nstat "
	  "TcpExtOfoPruned, net.ipv4.tcp_rmem.", SHOWS_RECEIVE_BUFFER },
	{ "TCP_OFO_DROP", "The data has come in order meanwhile: an unnecessary retransmission." },
	{ "IP_OUTNOROUTES",
	  "This machine has no route for a packet that it sends. See ip route get DESTINATION, ip rule, nstat "
	  "IpOutNoRoutes." },
	{ "BPF_CGROUP_EGRESS",
	  "A BPF program of the sender's cgroup forbids the packet. Often: IPAddressDeny= of systemd, or a container "
	  "network. See bpftool cgroup tree." },
	{ "IPV6DISABLED", "IPv6 is disabled on the device. See net.ipv6.conf.*.disable_ipv6.", SHOWS_DEVICE },
	{ "NEIGH_CREATEFAIL",
	  "The kernel cannot add a neighbour. Often: the table is full. See ip neigh, net.ipv4.neigh.default.gc_thresh3 "
	  "(net.ipv6 too), dmesg.", SHOWS_NEXT_HOP },
	{ "NEIGH_FAILED",
	  "The next hop does not answer ARP or neighbour solicitations. Often: it is down, in another VLAN, or the netmask "
	  "is wrong. See ip neigh show, arping.", SHOWS_NEXT_HOP },
	{ "NEIGH_QUEUEFULL",
	  "Too many packets wait for the link address of the next hop. Often: it does not answer. See ip neigh show, "
	  "net.ipv4.neigh.*.unres_qlen_bytes.", SHOWS_NEXT_HOP },
	{ "NEIGH_DEAD", "The neighbour was deleted while the packet waited. Often: the device went down.", SHOWS_NEXT_HOP },
	{ "NEIGH_HH_FILLFAIL",
	  "The kernel cannot write the link header for the next hop. Often: the device changed meanwhile.", SHOWS_NEXT_HOP },
	{ "TC_EGRESS,TC_INGRESS",
	  "A filter of tc, or a BPF program of the device (tcx, a container network), dropped the packet. See tc -s filter "
	  "show dev DEVICE ingress, or egress, and bpftool net.", SHOWS_DEVICE },
	{ "SECURITY_HOOK",
	  "A security module (SELinux, AppArmor, Smack, BPF) forbids the packet. See ausearch -m avc, dmesg." },
	{ "QDISC_DROP,GENERIC",
	  "The queueing discipline of the device dropped the packet. Often: the queue is full, because the machine sends "
	  "faster than the device or shaper. See tc -s qdisc show dev DEVICE.", SHOWS_QDISC },
	{ "QDISC_OVERLIMIT,OVERLIMIT",
	  "The queue of the device's queueing discipline is full. Often: the machine sends faster than the device or "
	  "shaper. See tc -s qdisc show dev DEVICE, and its limit.", SHOWS_QDISC },
	{ "QDISC_CONGESTED,CONGESTED",
	  "Packets wait too long in the queueing discipline, and it dropped one to slow the sender (CoDel, RED, PIE). See "
	  "tc -s qdisc show dev DEVICE.", SHOWS_QDISC },
	{ "QDISC_BURST_DROP",
	  "Too many packets wait for the lock of the queueing discipline. See net.core.qdisc_max_burst, tc -s qdisc show "
	  "dev DEVICE.", SHOWS_QDISC },
	{ "MAXFLOWS", "The queueing discipline has more flows than it can follow. See tc -s qdisc show dev DEVICE.",
	  SHOWS_QDISC },
	{ "CAKE_FLOOD,FLOOD_PROTECTION",
	  "The flood protection of the queueing discipline dropped a packet of a flow that does not slow down. See tc -s "
	  "qdisc show dev DEVICE.", SHOWS_QDISC },
	{ "FQ_BAND_LIMIT,BAND_LIMIT",
	  "The band of the queueing discipline fq has as many packets as its limit. See tc -s qdisc show dev DEVICE.",
	  SHOWS_QDISC },
	{ "FQ_HORIZON_LIMIT,HORIZON_LIMIT",
	  "The departure time of the packet is too far ahead for the queueing discipline fq. Often: a very low pacing rate. "
	  "See horizon in tc qdisc show dev DEVICE.", SHOWS_QDISC },
	{ "FQ_FLOW_LIMIT,FLOW_LIMIT",
	  "One flow has as many packets in the queueing discipline fq as its flow_limit. Often: UDP without pacing. See tc "
	  "-s qdisc show dev DEVICE.", SHOWS_QDISC },
	{ "DUALPI2_STEP_DROP,L4S_STEP_NON_ECN",
	  "A packet in the low-latency queue waited too long, and its flow cannot be slowed by ECN. See tc -s qdisc show "
	  "dev DEVICE.", SHOWS_QDISC },
	{ "CPU_BACKLOG",
	  "The queue of received packets of one CPU is full (loopback, veth, tunnels, RPS). Often: one CPU receives "
	  "everything. See net.core.netdev_max_backlog, /proc/net/softnet_stat, softirqs --per-cpu.", SHOWS_CPU_QUEUE },
	{ "MACVLAN_BROADCAST_BACKLOG",
	  "The broadcast queue of a macvlan device is full. See bcqueuelen of ip -d link show.", SHOWS_DEVICE },
	{ "IPVLAN_MULTICAST_BACKLOG", "The multicast queue of an ipvlan device is full.", SHOWS_DEVICE },
	{ "XDP",
	  "An XDP program of the device dropped the packet. See ip link show, bpftool net, and the program's own counters.",
	  SHOWS_DEVICE },
	{ "UNHANDLED_PROTO,PTYPE_ABSENT",
	  "The kernel has no handler for this Ethernet type. Often: LLDP, spanning tree, or a VLAN without a device. See "
	  "tcpdump -e.", SHOWS_DEVICE },
	{ "SKB_CSUM", "The kernel cannot compute the checksum of a packet to be sent. Often: a malformed packet of a tunnel "
	  "or virtual machine. See ethtool -k.", SHOWS_DEVICE },
	{ "SKB_GSO_SEG,SKB_BAD_GSO",
	  "The kernel cannot split a large packet into segments. Often: a malformed packet of a tunnel or virtual machine. "
	  "See ethtool -k for tso and gso.", SHOWS_DEVICE },
	{ "SKB_UCOPY_FAULT", "The kernel cannot copy the packet from the memory of a process. Often: a packet of a tun device "
	  "or of zero-copy sending." },
	{ "DEV_HDR", "The header that belongs to the device is invalid. Often: a virtual machine or VPN with another offload "
	  "setting.", SHOWS_DEVICE },
	{ "DEV_READY", "The device is down, or not ready. See ip link show.", SHOWS_DEVICE },
	{ "FULL_RING",
	  "The ring of a tun or tap device is full: its process (a VPN, a virtual machine) reads too slowly. See ip -s link "
	  "show, and txqueuelen.", SHOWS_DEVICE },
	{ "NOMEM", "The kernel has no memory for the packet. See dmesg, free." },
	{ "HDR_TRUNC", "The packet ends within a header. Often: a faulty sender." },
	{ "TAP_FILTER", "A BPF filter of the tun or tap device refused the packet.", SHOWS_DEVICE },
	{ "TAP_TXFILTER", "The address filter of the tap device refused the packet (TUNSETTXFILTER).", SHOWS_DEVICE },
	{ "INVALID_PROTO", "The protocol forbids such a packet, as an ICMP timestamp request to a broadcast address." },
	{ "IP_INADDRERRORS",
	  "The destination is not an address of this machine, and the machine does not forward. See ip addr, "
	  "net.ipv4.ip_forward, net.ipv4.conf.*.forwarding.", SHOWS_DEVICE },
	{ "IP_INNOROUTES",
	  "This machine has no route for a packet that it should forward. See ip route get DESTINATION, ip rule.",
	  SHOWS_DEVICE },
	{ "IP_LOCAL_SOURCE",
	  "A packet came from outside with an address of this machine as its source. Often: a loop, a duplicate address, or "
	  "a forged source. See net.ipv4.conf.*.accept_local.", SHOWS_DEVICE },
	{ "IP_INVALID_SOURCE", "The source address is multicast, broadcast or zero. Often: a forged or faulty packet.",
	  SHOWS_DEVICE },
	{ "IP_LOCALNET",
	  "A packet of 127.0.0.0/8 came through a device that is not the loopback. See net.ipv4.conf.*.route_localnet.",
	  SHOWS_DEVICE },
	{ "IP_INVALID_DEST", "The destination address is invalid here: zero, or a broadcast that is not for this machine.",
	  SHOWS_DEVICE },
	{ "PKT_TOO_BIG",
	  "The packet is larger than the MTU of its way out, and must not be fragmented. Often: a tunnel with a smaller "
	  "MTU, with ICMP blocked. See ip link show, tracepath.", SHOWS_DEVICE },
	{ "DUP_FRAG", "A fragment that has arrived before." },
	{ "FRAG_REASM_TIMEOUT",
	  "Fragments were missing when the time for reassembly ended. Often: loss on the way, or a firewall that drops "
	  "fragments. See net.ipv4.ipfrag_time, nstat IpReasmTimeout." },
	{ "FRAG_TOO_FAR",
	  "Too many other packets of this sender came between the fragments. See net.ipv4.ipfrag_max_dist." },
	{ "TCP_MINTTL",
	  "The hop limit is below the minimum that the socket requires (IP_MINTTL, IPV6_MINHOPCOUNT). Often: BGP with TTL "
	  "security over more hops than expected." },
	{ "IPV6_BAD_EXTHDR,IPV6_TOO_MANY_EXTHDRS",
	  "The extension headers of IPv6 are invalid, or more than the kernel accepts. Often: a faulty or forged packet." },
	{ "IPV6_NDISC_FRAG",
	  "Neighbour discovery in fragments, which is refused. See net.ipv6.conf.*.suppress_frag_ndisc.", SHOWS_DEVICE },
	{ "IPV6_NDISC_HOP_LIMIT",
	  "Neighbour discovery with a hop limit below 255: it came from beyond this link. Often: forged.", SHOWS_DEVICE },
	{ "IPV6_NDISC_BAD_CODE,IPV6_NDISC_BAD_OPTIONS",
	  "A malformed message of neighbour discovery. Often: a faulty router.", SHOWS_DEVICE },
	{ "IPV6_NDISC_NS_OTHERHOST", "A neighbour solicitation for another host.", SHOWS_DEVICE },
	{ "QUEUE_PURGE",
	  "A queue was emptied with the packet in it. Often: a socket was closed, a device went down, or a queueing "
	  "discipline was replaced. STACK shows which." },
	{ "TC_COOKIE_ERROR,TC_ERROR", "tc could not store its state for the packet. Often: no memory. See dmesg.",
	  SHOWS_DEVICE },
	{ "TC_CHAIN_NOTFOUND", "A rule of tc refers to a chain that does not exist. See tc filter show dev DEVICE.",
	  SHOWS_DEVICE },
	{ "TC_RECLASSIFY_LOOP", "The rules of tc classify the packet again without end. See tc filter show dev DEVICE.",
	  SHOWS_DEVICE },
	{ "PACKET_SOCK_ERROR",
	  "A packet socket, as of tcpdump, did not get its copy. Often: its buffer is full. The packet itself is not lost." },
	{ "VXLAN_INVALID_HDR", "The VXLAN header is invalid. Often: the ends differ in extensions (GPE, GBP).", SHOWS_DEVICE },
	{ "VXLAN_VNI_NOT_FOUND",
	  "No VXLAN device here has the network identifier of the packet. See ip -d link show type vxlan.", SHOWS_DEVICE },
	{ "MAC_INVALID_SOURCE", "The source Ethernet address is invalid: multicast, zero, or that of the device itself.",
	  SHOWS_DEVICE },
	{ "VXLAN_ENTRY_EXISTS",
	  "The address of the sender is a permanent entry of VXLAN with another end. See bridge fdb show dev DEVICE.",
	  SHOWS_DEVICE },
	{ "NO_TX_TARGET", "The device has no destination to send to. Often: VXLAN without a remote address for the packet. See "
	  "bridge fdb show dev DEVICE.", SHOWS_DEVICE },
	{ "IP_TUNNEL_ECN",
	  "The congestion bits of the outer and inner header of a tunnel contradict each other (RFC 6040).", SHOWS_DEVICE },
	{ "TUNNEL_TXINFO",
	  "The packet has no description of the tunnel that it should enter. Often: a tunnel in external mode without "
	  "rules of tc or Open vSwitch.", SHOWS_DEVICE },
	{ "LOCAL_MAC", "The source Ethernet address is that of this device: its own packet came back. Often: a loop.",
	  SHOWS_DEVICE },
	{ "ARP_PVLAN_DISABLE", "ARP within a private VLAN is disabled. See net.ipv4.conf.*.proxy_arp_pvlan.", SHOWS_DEVICE },
	{ "MAC_IEEE_MAC_CONTROL", "A control frame of the link, as a pause frame, which a bridge does not forward.",
	  SHOWS_DEVICE },
	{ "BRIDGE_INGRESS_STP_STATE",
	  "The port of the bridge does not forward in its state of spanning tree. See bridge link show.", SHOWS_DEVICE },
	{ "CAN_RX_INVALID_FRAME,CANFD_RX_INVALID_FRAME,CANXL_RX_INVALID_FRAME", "A malformed frame of a CAN bus.",
	  SHOWS_DEVICE },
	{ "PFMEMALLOC",
	  "Memory is short: the packet lies in the reserve for swapping over the network, and its socket is not for that. "
	  "See dmesg, free." },
	{ "PSP_INPUT,PSP_OUTPUT",
	  "Encryption by PSP does not fit the socket: an unencrypted packet, or another key. See the PSP state of both "
	  "ends." },
	{ "RECURSION_LIMIT",
	  "The packet passed through too many devices within one another. Often: tunnels or virtual switches in a loop.",
	  SHOWS_DEVICE },
	{ "LAST_ACTION,ACTION_ERROR,EXPLICIT,EXPLICIT_WITH_ERROR,METER,DEFERRED_LIMIT,FRAG_L2_TOO_LONG,FRAG_INVALID_PROTO,"
	  "CONNTRACK,IP_TTL",
	  "Open vSwitch dropped the packet: by a rule, a meter, or an action that failed. See ovs-appctl "
	  "dpctl/dump-flows, ovs-appctl coverage/show.", SHOWS_DEVICE },

	/* Of resets alone. */
	{ "TCP_ABORT_ON_CLOSE", "The process closed the socket with unread data. BY of tcprst says whether it was killed." },
	{ "TCP_ABORT_ON_LINGER", "The process closed the socket with TCP_LINGER2 below 0." },
	{ "TCP_ABORT_ON_MEMORY", "Too many orphaned sockets, or too much memory of TCP: net.ipv4.tcp_max_orphans, tcp_mem." },
	{ "TCP_STATE", "The process ended the connection in a state that requires a reset. BY of tcprst has the cause." },
	{ "TCP_KEEPALIVE_TIMEOUT", "The peer answered no keepalive probe." },
	{ "TCP_DISCONNECT_WITH_DATA", "The process disconnected the socket with data that was not sent or not read." },
	{ "TCP_TIMEWAIT_SOCKET", "The packet does not fit a connection in TIME_WAIT." },
	{ "MPTCP_RST_*", "MPTCP reset a subflow; its connection may continue. See nstat for MPTcpExt counters." },
	{ "ERROR", "The kernel passed an invalid reason." },
};
/* clang-format on */

const struct reason *reason_at(size_t i)
{
	return i < sizeof(reasons) / sizeof(reasons[0]) ? &reasons[i] : NULL;
}

/* Whether the list of names has this one. */
static bool has_name(const char *names, const char *name)
{
	for (size_t length; *names; names += length + (names[length] == ',')) {
		length = strcspn(names, ",");
		if (names[length - 1] == '*' ? !strncmp(names, name, length - 1)
					     : strlen(name) == length && !memcmp(names, name, length))
			return true;
	}
	return false;
}

const struct reason *reason_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (has_name(reasons[i].names, name))
			return &reasons[i];
	return NULL;
}

const char *reason_text(const char *name)
{
	const struct reason *reason = reason_find(name);

	return reason ? reason->text : "No explanation yet. The kernel location and the stack show the place.";
}
