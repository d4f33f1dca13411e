/* SPDX-License-Identifier: GPL-2.0-or-later */
/* forget.c: the end of cached names. */
#include "core/names/forget.h"

#include "core/kernel/btf/kernel_btf.h"
#include "core/names/containers.h"
#include "core/names/dns.h"
#include "core/names/enums.h"
#include "core/names/stack.h"
#include "core/names/symbols.h"

void names_forget_run(void)
{
	containers_off();
	dns_forget();
	stack_forget();
}

void names_forget_machine(void)
{
	enums_free(); /* before the types, which own the strings */
	symbols_kernel_free();
	kernel_btf_free();
}
