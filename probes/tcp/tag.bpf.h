/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tag.bpf.h: what is known of a TCP socket: its owner and its life. tag_store.bpf.h keeps it.
 *
 * Most TCP events run in softirq, where current is whoever was interrupted. sk_lock.owned tells: 1 only while a task
 * holds the socket, and then current is that task.
 *
 * Of several tools in a process one keeps the tags, and sees each event before the others (TAGS_BORROWED,
 * core/bpf/sessions.c).
 */
#ifndef NETTRACE_PROBES_TCP_TAG_BPF_H
#define NETTRACE_PROBES_TCP_TAG_BPF_H

#include "probes/owner/owner.bpf.h"

/* The life of a TCP socket, as its state changes tell it. */
struct tcp_life {
	__u8 role;  /* enum role */
	__u8 state; /* that it changed to last; 0: no change seen */
	__u8 pad[6];
	__u64 created_at;     /* first state change seen; 0: before tracing */
	__u64 established_at; /* entered its last state before closing began: ESTABLISHED, SYN_SENT, SYN_RECV; 0: not
			       * known */
	__u64 state_since;    /* entered the present state; 0: not known */
	__u64 prev_state_ns;  /* in the state before, ns; as struct transition has it */
};

struct tag {
	struct owner owner;
	struct tcp_life life;
	/* Notes of one tool each: tools of a process share their tags. */
	__u8 attempt_reported;  /* tcpconnect: its row was sent */
	__u8 end_reported;      /* tcptracer: the same */
	__u8 reported_open;     /* tcplife --open: its row was written */
	__u8 peer_ttl, rst_ttl; /* tcprst: hop limits of the peer's segments and of its reset; 0: not seen */
	__u8 pad[3];
	__u64 syn_at; /* tcpconnlat: when the first SYN of this life left, if not at its beginning; else before that */
#ifdef TAG_BYTE_COUNTERS
	struct reported_bytes reported;
	struct holders holders;
#endif
};

/* See owner_set_current(). */
static __always_inline void tag_set_current(struct tag *tag, bool begins)
{
	owner_set_current(&tag->owner, begins);
}

#endif
