/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_text_kernel.c: the kernel of record_text: replacements (--wrap) for the functions with which core reads the
 * running kernel. */
#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "core/names/enums.h"
#include "core/kernel/kernel.h"
#include "core/names/symbols.h"
#include "test/golden/record_text.h"

struct btf *__wrap_kernel_btf(void);
const struct symbols *__wrap_symbols_kernel(void);

const struct symbols *__wrap_symbols_kernel(void)
{
	static struct symbols *symbols;

	if (!symbols)
		symbols = symbols_open("kernel.symbols");
	return symbols;
}

/* Reads kernel.enums: a line "TYPE NAME VALUE" for each value. */
static struct btf *read_enums(void)
{
	FILE *in = open_text("kernel.enums");
	char last[64] = "", type[64], name[128];
	struct btf *btf = btf__new_empty();
	const char *line;
	long long value;

	btf__add_int(btf, "unsigned int", 4, 0);
	while ((line = next_line(in))) {
		if (sscanf(line, "%63s %127s %lli", type, name, &value) != 3)
			refuse("not TYPE NAME VALUE");
		if (strcmp(last, type) && btf__add_enum(btf, type, 4) < 0)
			refuse("not an enum");
		if (btf__add_enum_value(btf, name, value))
			refuse("not a value");
		strcpy(last, type);
	}
	return btf;
}

struct btf *__wrap_kernel_btf(void)
{
	static struct btf *btf;

	if (!btf)
		btf = read_enums();
	return btf;
}

const char *__wrap_devices_find(struct list *list, const char *names, unsigned int most);
const char *__wrap_value_own_netns(struct list *list);

/* Accepts every name as a device. */
const char *__wrap_devices_find(struct list *list, const char *names, unsigned int most)
{
	(void)list, (void)names, (void)most;
	return NULL;
}

/* No namespace: an emulator does not support the query. */
const char *__wrap_value_own_netns(struct list *list)
{
	(void)list;
	return NULL;
}
