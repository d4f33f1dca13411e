/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udpexample.bpf.c: an event for each UDP datagram that a process sends. */
#define OWNER_PROTOCOL IPPROTO_UDP
#include "probes/owner/sockets.bpf.h"
#include "probes/udpexample.h"

char LICENSE[] SEC("license") = "GPL";

/* (struct sock *, int ret, int flags). Context: the sending task. */
SEC("tp_btf/sock_send_length")
int datagram_sent(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct udpexample_event *e;
	struct event head;
	int bytes = (int)ctx[1];

	if (bytes < 0 || !is_followed(sk))
		return 0;
	event_of_socket(&head, sk);
	if (!event_wanted(&head, sk))
		return 0;
	e = ring_reserve(sizeof(*e), &head);
	if (!e)
		return 0;
	e->bytes = (__u32)bytes;
	*(__u32 *)e->pad = 0;
	ring_submit(e);
	return 0;
}
