/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iterate.bpf.h: events that an iterator writes (RUN_AT_INTERVAL), without the ring, so that none is lost. */
#ifndef NETTRACE_PROBES_LIB_ITERATE_BPF_H
#define NETTRACE_PROBES_LIB_ITERATE_BPF_H

#include "probes/lib/ring.bpf.h"

/* False: the reader's buffer is full. The kernel then calls the program again with the same element, so the caller must
 * undo all effects of this event. */
static __always_inline bool event_write(struct bpf_iter_meta *meta, const void *event, __u32 size)
{
	if (bpf_seq_write(meta->seq, event, size))
		return false;
	COUNT(sent);
	return true;
}

#endif
