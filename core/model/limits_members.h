/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits_members.h: what limits a TCP connection (probes/tcp/limits.h), as members of tools that show it. */
#ifndef NETTRACE_MODEL_LIMITS_MEMBERS_H
#define NETTRACE_MODEL_LIMITS_MEMBERS_H

#include "core/tool.h"

/* FLAG: the tool's flag that asks for them; OF(member): the AT() of a member of the event's struct limits. The tool
 * includes core/names/tcp.h, too. */
/* clang-format off */
#define LIMITS_MEMBERS(FLAG, OF)                                                                                       \
	{ "limit", F_NAME, OF(word), LIMIT_NAMES, .merge = LATEST, .flag = (FLAG),                                     \
	  .help = "what took more than half of the time: network (acknowledgements), peer (its receive window), "      \
		  "sndbuf (the own send buffer), reader (the own process, which does not read), idle; else mixed" },   \
	{ "network_percent", F_UINT, OF(network_share), .merge = LATEST, .flag = (FLAG),                               \
	  .help = "share of the time in which data waited for acknowledgements" },                                     \
	{ "peer_percent", F_UINT, OF(peer_share), .merge = LATEST, .flag = (FLAG),                                     \
	  .help = "share of the time in which the peer's receive window held data up" },                               \
	{ "sndbuf_percent", F_UINT, OF(sndbuf_share), .merge = LATEST, .flag = (FLAG),                                 \
	  .help = "share of the time in which the own send buffer held data up" },                                     \
	{ "idle_percent", F_UINT, OF(idle_share), .merge = LATEST, .flag = (FLAG),                                     \
	  .help = "share of the time without data to send" },                                                          \
	{ "busy_ns", F_MSEC, OF(busy), .merge = SUM, .flag = (FLAG),                                                   \
	  .help = "time with data to send or unacknowledged" },                                                        \
	{ "rwnd_limited_ns", F_MSEC, OF(rwnd), .merge = SUM, .flag = (FLAG),                                           \
	  .help = "the part of it that the peer's receive window held up" },                                           \
	{ "sndbuf_limited_ns", F_MSEC, OF(sndbuf), .merge = SUM, .flag = (FLAG),                                       \
	  .help = "the part of it that the own send buffer held up" },                                                 \
	{ "unread_bytes", F_UINT, OF(unread), .merge = LATEST, .flag = (FLAG),                                         \
	  .help = "received payload that no process has read" },                                                       \
	{ "unread_ns", F_MSEC, OF(unread_ns), .merge = LATEST, .flag = (FLAG),                                         \
	  .help = "how long it waits at least: time since the latest data arrived; 0: nothing is unread" },            \
	{ "rcv_window_bytes", F_UINT, OF(window), .merge = LATEST, .flag = (FLAG),                                     \
	  .help = "the own receive window: bytes that the peer may still send" },                                      \
	{ "window_closed", F_BOOL, OF(closed), .merge = LATEST, .flag = (FLAG),                                        \
	  .help = "whether that window is smaller than a segment of the peer" },                                       \
	{ "first_byte_ns", F_MSEC, OF(first_byte), .merge = LATEST, .flag = (FLAG),                                    \
	  .help = "time from established to the first received data; unknown if more than one segment has arrived" },  \
	{ "min_rtt_us", F_UINT, OF(min_rtt_us), .merge = LATEST, .flag = (FLAG),                                       \
	  .help = "smallest round-trip time" },                                                                        \
	{ "lost_segs", F_UINT, OF(lost), .merge = LATEST, .flag = (FLAG),                                              \
	  .help = "segments that TCP took for lost" },                                                                 \
	{ "dsacks", F_UINT, OF(dsacks), .merge = LATEST, .flag = (FLAG),                                               \
	  .help = "duplicates that the peer reported (DSACK)" },                                                       \
	{ "reorders", F_UINT, OF(reordered), .merge = LATEST, .flag = (FLAG),                                          \
	  .help = "times that sent segments were reordered" },                                                         \
	{ "ooo_segs", F_UINT, OF(out_of_order), .merge = LATEST, .flag = (FLAG),                                       \
	  .help = "segments received out of order" },                                                                  \
	{ "delivered_ce", F_UINT, OF(ce), .merge = LATEST, .flag = (FLAG),                                             \
	  .help = "sent segments that arrived with a congestion mark (CE)" },                                          \
	{ "rtos", F_UINT, OF(timeouts), .merge = LATEST, .flag = (FLAG),                                               \
	  .help = "retransmission timeouts; unknown before 6.7" },                                                     \
	{ "rto_time_ns", F_MSEC, OF(timeouts_ns), .merge = LATEST, .flag = (FLAG),                                     \
	  .help = "time in recovery from timeouts; unknown before 6.7" },                                              \
	{ "delivery_bytes_per_s", F_UINT, OF(delivery_rate), .merge = LATEST, .flag = (FLAG),                          \
	  .help = "latest delivery rate" },                                                                            \
	{ "app_limited", F_BOOL, OF(app_limited), .merge = LATEST, .flag = (FLAG),                                     \
	  .help = "that rate was limited by the process" },                                                            \
	{ "cc", F_TEXT, OF(cc), .merge = LATEST, .flag = (FLAG), .help = "congestion control" },                       \
	{ "tick_ns", F_ID, OF(tick_ns), .merge = LATEST, .flag = (FLAG), .help = "resolution of these times" }

/* Shown with the tool's flag. */
#define LIMITS_COLUMNS(FLAG)                                                                                           \
	{ "network_percent", "NET%", .width = -4, .flag = (FLAG) },                                                    \
	{ "peer_percent", "PEER%", .width = -5, .flag = (FLAG) },                                                      \
	{ "sndbuf_percent", "SNDBUF%", .width = -7, .flag = (FLAG) },                                                  \
	{ "idle_percent", "IDLE%", .width = -5, .flag = (FLAG) },                                                      \
	{ "limit", "LIMIT", .width = 7, .flag = (FLAG) }
/* clang-format on */

#endif
