/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subset.h: a builder of a small BTF from selected types of a large one. */
#ifndef NETTRACE_KERNEL_BTF_SUBSET_H
#define NETTRACE_KERNEL_BTF_SUBSET_H

#include "core/kernel/btf/find.h"

struct btf_subset {
	char *bytes; /* in the format of a BTF file */
	uint32_t size;
	uint32_t *ids; /* id in the large BTF of type i + 1 */
	uint32_t count;
};

/* Frees *subset and builds it anew from the BTF at `path`: every type with a wanted name, and the types that these
 * consist of; of structs only the wanted members. False: errno. */
bool btf_subset_make(struct btf_subset *subset, const char *path, struct wanted *wanted);
void btf_subset_free(struct btf_subset *subset);

#endif
