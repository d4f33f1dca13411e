/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subset.h: a builder of a small BTF from selected types of a large one. */
#ifndef NETTRACE_KERNEL_BTF_SUBSET_H
#define NETTRACE_KERNEL_BTF_SUBSET_H

#include "core/kernel/btf/find.h"

struct btf_subset {
	char *bytes; /* as in a file */
	uint32_t size;
	uint32_t *ids; /* of type i + 1 the number in the large one */
	uint32_t count;
};

/* Makes *brief of the BTF at `path`, after freeing what it was: every type with a wanted name, and what those are made
 * of; of structs only the wanted members. False: errno. */
bool btf_subset_make(struct btf_subset *subset, const char *path, struct wanted *wanted);
void btf_subset_free(struct btf_subset *subset);

#endif
