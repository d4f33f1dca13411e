/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tag.bpf.h: the tag of a TCP socket: its owner and its life. tag_store.bpf.h stores it.
 *
 * Most TCP events run in softirq, where current is an interrupted bystander. sk_lock.owned distinguishes: it is 1 only
 * while a task holds the socket lock, and then current is that task.
 *
 * Of several tools in a process, one keeps the tags, and sees each event before the others (TAGS_BORROWED,
 * core/bpf/sessions.c). */
#ifndef NETTRACE_PROBES_TCP_TAG_BPF_H
#define NETTRACE_PROBES_TCP_TAG_BPF_H

#include "probes/owner/owner.bpf.h"

/* See sockmap.bpf.h. */
enum sockmap_seen {
	SOCKMAP_UNCERTAIN,
	SOCKMAP_NOT_SEEN,
	SOCKMAP_SEEN,
};

/* The life of a TCP socket, as its state changes show it. */
struct tcp_life {
	__u8 role;  /* enum role */
	__u8 state; /* the latest new state; 0: no change seen */
	__u8 has_isn;
	__u8 pad;
	__u32 isn;            /* first sequence number: differs between lives */
	__u64 created_at;     /* time of the first state change; 0: before tracing */
	__u64 established_at; /* entered its last state before closing: ESTABLISHED, SYN_SENT, SYN_RECV; 0: unknown */
	__u64 state_since;    /* entered the current state; 0: unknown */
	__u64 prev_state_ns;  /* time in the previous state, ns; as in struct transition */
};

struct tag {
	struct owner owner;
	struct tcp_life life;
	__u64 reported_by;      /* bit N: tool N of this process (settings.tool) has sent the one row of this life */
	__u8 peer_ttl, rst_ttl; /* tcprst: hop limits of the peer's segments and of its reset; 0: none seen */
	__u8 sockmap;           /* enum sockmap_seen */
	__u8 pad[5];
	__u64 syn_at; /* tcpconnlat: when the first SYN of this life left, if later than the beginning; else an earlier
			 time */
#ifdef TAG_BYTE_COUNTERS
	struct reported_bytes reported;
	struct holders holders;
#endif
};

/* The tools of a process share their tags, and two of them may be instances of one tool: each has a bit of its own. */
static __always_inline bool tag_is_reported(const struct tag *tag)
{
	return tag->reported_by & 1ULL << (settings.tool & 63);
}

static __always_inline void tag_set_reported(struct tag *tag, bool reported)
{
	__u64 bit = 1ULL << (settings.tool & 63);

	tag->reported_by = reported ? tag->reported_by | bit : tag->reported_by & ~bit;
}

/* See owner_set_current(). */
static __always_inline void tag_set_current(struct tag *tag, bool begins)
{
	owner_set_current(&tag->owner, begins);
}

#endif
