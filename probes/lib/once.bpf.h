/* SPDX-License-Identifier: GPL-2.0-or-later */
/* once.bpf.h: two programs see each event, so that a skipped one costs no row; one of them reports it. */
#ifndef NETTRACE_PROBES_LIB_ONCE_BPF_H
#define NETTRACE_PROBES_LIB_ONCE_BPF_H

#include "probes/lib/reading.bpf.h"

/* Whether this program reports the event with this key, because the other program has not. notes: a hash from __u64 to
 * __u8, of the programs that have reported an event that the other has not seen yet.
 *
 * The order of the two does not matter, as it depends on how each is attached (a program of one system call and one of
 * all system calls) and on other tools. A note of this program itself is of an earlier event, at which the other one
 * was skipped. When the map is full, the late program reports. Context: any in which the two do not interrupt each
 * other. */
static __always_inline bool reports(void *notes, __u64 key, const bool late)
{
	__u8 own = late ? 2 : 1, *noted = bpf_map_lookup_elem(notes, &key);

	if (noted && *noted != own) {
		bpf_map_delete_elem(notes, &key);
		return false;
	}
	return !bpf_map_update_elem(notes, &key, &own, BPF_ANY) || late;
}

#endif
