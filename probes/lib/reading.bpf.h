/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reading.bpf.h: reads of kernel memory without BTF types: packets, descriptor tables. */
#ifndef NETTRACE_PROBES_LIB_READING_BPF_H
#define NETTRACE_PROBES_LIB_READING_BPF_H

#include "probes/lib/ring.bpf.h"

/* Two rungs: a read-only cast (kfunc, new in 6.2; also under lockdown), or the probe_read helper (all other kernels).
 * Always a constant, so that the verifier sees one of them. */
enum reading {
	RUNG_CAST,
	RUNG_PROBE_READ,
};

/* The address as a pointer to a kernel type, for KREAD() only. */
#define KPTR(rung, address, type)                                                                                      \
	((rung) == RUNG_CAST ? (struct type *)bpf_rdonly_cast((void *)(address), settings.casts[CAST_##type])          \
			     : (struct type *)(address))
#define KREAD(rung, pointer, member) ((rung) == RUNG_CAST ? (pointer)->member : BPF_CORE_READ(pointer, member))

#endif
