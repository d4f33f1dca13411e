/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signature.c: the arguments of tracepoints and functions of the running kernel, as C writes their types. */
#include "core/kernel/btf/signature.h"

#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>

#include "core/base/text.h"
#include "core/kernel/btf/kernel_btf.h"

/* Pointers to pointers to ... : deeper than any argument. */
#define DEPTH 8

static const char *keyword(const struct btf_type *type)
{
	if (btf_is_struct(type))
		return "struct ";
	if (btf_is_union(type))
		return "union ";
	if (btf_is_any_enum(type))
		return "enum ";
	if (btf_is_fwd(type))
		return btf_kflag(type) ? "union " : "struct ";
	return "";
}

static void put_type(struct text *text, const struct btf *btf, __u32 id, int depth)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	const char *name = type ? btf__name_by_offset(btf, type->name_off) : NULL;

	if (!type || depth > DEPTH) {
		text_string(text, "?");
	} else if (!id) {
		text_string(text, "void");
	} else if (btf_is_ptr(type)) {
		put_type(text, btf, type->type, depth + 1);
		text_string(text, text->data[text->length - 1] == '*' ? "*" : " *");
	} else if (btf_is_const(type)) {
		text_string(text, "const ");
		put_type(text, btf, type->type, depth + 1);
	} else if (btf_is_volatile(type) || btf_is_restrict(type) || btf_is_type_tag(type)) {
		put_type(text, btf, type->type, depth + 1);
	} else if (btf_is_func_proto(type)) {
		text_string(text, "function");
	} else {
		text_string(text, keyword(type));
		text_string(text, name && *name ? name : "?");
	}
}

/* The prototype of a target, and how many of its first parameters are not arguments. NULL: none. */
static const struct btf_type *prototype_of(const struct btf *btf, const char *section, unsigned int *own)
{
	const char *name = strchr(section, '/') + 1;
	bool tracepoint = !strncmp(section, "tp_btf/", strlen("tp_btf/"));
	const struct btf_type *type;
	char whole[128];
	int id;

	/* A tracepoint's type is a pointer to a function whose first parameter is the tracepoint's own. */
	snprintf(whole, sizeof(whole), "%s%s", tracepoint ? "btf_trace_" : "", name);
	id = btf__find_by_name_kind(btf, whole, tracepoint ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC);
	type = id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);
	if (type && tracepoint)
		type = btf__type_by_id(btf, type->type);
	if (type)
		type = btf__type_by_id(btf, type->type);
	*own = tracepoint;
	return type && btf_is_func_proto(type) ? type : NULL;
}

bool signature_put(struct text *text, const char *section)
{
	static const char *const kinds[] = { "tp_btf/", "fentry/", "fexit/" };
	const struct btf_type *prototype = NULL;
	const struct btf *btf;
	unsigned int own = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(section, kinds[i], strlen(kinds[i])) && (btf = kernel_btf()))
			prototype = prototype_of(btf, section, &own);
	if (!prototype)
		return false;
	for (unsigned int i = own; i < btf_vlen(prototype); i++) {
		text_string(text, i > own ? ", " : "");
		put_type(text, btf, btf_params(prototype)[i].type, 0);
	}
	return true;
}
