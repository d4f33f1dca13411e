/* SPDX-License-Identifier: GPL-2.0-or-later */
/* connect_call.bpf.h: calls of connect() that fail before a SYN is sent: no route, no free port, not permitted ... They
 * cause no state change, so only the end of the call shows them. */
#ifndef NETTRACE_PROBES_TCP_CONNECT_CALL_BPF_H
#define NETTRACE_PROBES_TCP_CONNECT_CALL_BPF_H

#include "probes/tcp/attempt.bpf.h"

/* A connect request of io_uring, at the start of struct io_kiocb. */
struct io_connect {
	struct sockaddr *addr;
} __attribute__((preserve_access_index));

#define IORING_OP_CONNECT 16 /* include/uapi/linux/io_uring.h */

/* Sockets whose state change has reported a failed attempt. The call that returns the same error (this call, if it
 * blocks; else the next one) is no attempt of its own. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, __u32);
} failed SEC(".maps");

static __always_inline void failed_add(struct sock *sk)
{
	__u64 key = (__u64)sk;
	__u32 yes = 1;

	if (bpf_map_update_elem(&failed, &key, &yes, BPF_ANY))
		COUNT(lost_map);
}

/* False: no entry. */
static __always_inline bool failed_delete(struct sock *sk)
{
	__u64 key = (__u64)sk;

	return !bpf_map_delete_elem(&failed, &key);
}

/* Errors of calls that are no attempts, or that do not end one. */
static __always_inline bool is_no_end(__s32 error)
{
	switch (error) {
	case EINTR:
	case EBADF:
	case EFAULT:
	case ENOTSOCK:
	case ECONNABORTED: /* an earlier attempt: SO_ERROR has read its error, or shutdown() ended it */
	case ECONNRESET:
	case EISCONN:
	case EALREADY:
	case EINPROGRESS:
	case ECANCELED: /* of an io_uring request, not of the attempt */
		return true;
	default:
		return error >= ERESTARTSYS && error <= ERESTART_RESTARTBLOCK;
	}
}

/* Reads the address argument of connect() from user memory. False: no internet address. */
static __always_inline bool destination_read(struct event *e, const void *address)
{
	struct {
		__u16 family;
		__be16 port;
		__be32 v4;
		__u32 v6[4];
	} to = {};

	if (bpf_probe_read_user(&to, 8, address))
		return false;
	e->rport = bpf_ntohs(to.port);
	if (to.family == AF_INET) {
		address_v4(e->raddr, to.v4);
		return true;
	}
	if (to.family != AF_INET6 || bpf_probe_read_user(&to, sizeof(to), address))
		return false;
	__builtin_memcpy(e->raddr, to.v6, sizeof(to.v6));
	return true;
}

/* Fills an event for a call that returned this error (positive) without a SYN. False: no such event. sk: found by its
 * descriptor, for KREAD() only. Context: the connecting task. */
static __always_inline bool call_read(struct event *e, struct sock *sk, const void *address, const int rung)
{
	__u16 family;

	if (!sk || failed_delete(sk) || KREAD(rung, sk, sk_protocol) != IPPROTO_TCP)
		return false;
	family = KREAD(rung, sk, __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return false;
	event_init(e, bpf_ktime_get_boot_ns());
	event_from_fd(e, sk, rung);
	e->lport =
		KREAD(rung, sk, __sk_common.skc_num); /* unlike inet_sport, it does not remain from an earlier life */
	event_current(e);
	event_of_worker(e);
	return destination_read(e, address);
}

#endif
