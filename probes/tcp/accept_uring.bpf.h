/* SPDX-License-Identifier: GPL-2.0-or-later */
/* accept_uring.bpf.h: the hooks of accept.bpf.h for accepts through io_uring. */
#ifndef NETTRACE_PROBES_TCP_ACCEPT_URING_BPF_H
#define NETTRACE_PROBES_TCP_ACCEPT_URING_BPF_H

#include "probes/tcp/accept.bpf.h"

#define IORING_OP_ACCEPT 13 /* include/uapi/linux/io_uring.h */

/* Whether the request was an accept, and its result is a descriptor instead of a slot of the ring's own table. */
static __always_inline bool is_accept(__u64 request, const int rung)
{
	if (!request || KREAD(rung, KPTR(rung, request, io_kiocb), opcode) != IORING_OP_ACCEPT)
		return false;
	return !bpf_core_field_exists(struct io_accept, file_slot) ||
	       !KREAD(rung, KPTR(rung, request, io_accept), file_slot);
}

static __always_inline struct sock *uring_listener(__u64 request, const int rung)
{
	struct file *file = KPTR(rung, KREAD(rung, KPTR(rung, request, io_kiocb), file), file);

	return tcp_behind(file_sock(file, rung), rung);
}

/* (ctx, user_data, res, flags) until 5.16; (ctx, request, user_data, res, flags ...) until 6.12; (ctx, request, cqe)
 * since. A multishot request is not visible: but if a result is the descriptor of a waiting connection, the connection
 * has just been accepted. Context: the submitting task, or a worker thread of io_uring. */
static __always_inline int uring_ended(__u64 *ctx, const int rung)
{
	const __u32 arguments = settings.arguments[ACCEPT_URING_HOOK];
	struct sock *sk, *listener = NULL;
	__u64 request = 0, key;
	struct handed h;
	bool accepts;
	long result;

	if (arguments == 3) {
		struct io_uring_cqe *cqe = (void *)ctx[2];

		request = ctx[1];
		result = cqe->res;
	} else if (arguments == 4) {
		result = (int)ctx[2];
		barrier_var(result);
	} else {
		request = ctx[1];
		result = (int)ctx[3];
	}
	sk = tcp_descriptor(result, rung);
	key = (__u64)sk;
	if (!sk || !bpf_map_delete_elem(&reported, &key))
		return 0;
	accepts = is_accept(request, rung);
	if (!accepts && !is_not_handed(key))
		return 0;
	if (accepts)
		listener = uring_listener(request, rung);
	event_init(&h.head, bpf_ktime_get_boot_ns());
	event_from_fd(&h.head, sk, rung);
	event_current(&h.head);
	event_of_worker(&h.head);
	handed_queue(&h, sk, listener, rung);
	hand_over(&h, sk);
	accept_row(&h, rung == RUNG_CAST ? sk : NULL);
	return 0;
}

SEC("tp_btf/io_uring_complete")
int accept_uring_cast(__u64 *ctx)
{
	return uring_ended(ctx, RUNG_CAST);
}

SEC("tp_btf/io_uring_complete")
int accept_uring_helper(__u64 *ctx)
{
	return uring_ended(ctx, RUNG_PROBE_READ);
}

#endif
