/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcpdrop_judge.bpf.h: the rules of tcpdrop_rules.h, applied to a packet. */
#ifndef NETTRACE_PROBES_TCPDROP_JUDGE_BPF_H
#define NETTRACE_PROBES_TCPDROP_JUDGE_BPF_H

#include "probes/lib/ring.bpf.h"
#include "probes/tcpdrop.h"

static __always_inline bool at(__u64 location, __u32 symbol)
{
	return location >= settings.symbols[symbol].start && location < settings.symbols[symbol].end;
}

static __always_inline bool places_known(void)
{
	return settings.symbols[PLACE_RCV_STATE_PROCESS].start != 0;
}

/* Which of DROP_PLACES an address is in; PLACE_ANY: none of them. A global function, like the next: the verifier walks
 * it once. */
__noinline int place_of(__u64 location)
{
#define AT_PLACE_OF(name, symbol)                                                                                      \
	if (at(location, PLACE_##name))                                                                                \
		return PLACE_##name;
	DROP_PLACES(AT_PLACE_OF)
#undef AT_PLACE_OF
	return PLACE_ANY;
}

/* The kernel has no such reason: no rule for it can fit. A kernel without any gives none (all bits set) where others
 * say NOT_SPECIFIED. */
static __always_inline bool is_reason(__u32 reason, __u32 value)
{
	if (value == VALUE_NOT_SPECIFIED)
		return reason == settings.values[value];
	return settings.values[value] != ~0U && reason == settings.values[value];
}

/* enum drop_kind of a packet with these traits. */
__noinline int drop_kind(__u32 reason, __u32 place, __u32 traits)
{
#define APPLY(reason_, place_, all, none, kind, source)                                                                \
	if ((VALUE_##reason_ == VALUE_ANY || is_reason(reason, VALUE_##reason_)) &&                                    \
	    (PLACE_##place_ == PLACE_ANY || !places_known() || place == PLACE_##place_) &&                             \
	    (traits & (all)) == (all) && !(traits & (none)))                                                           \
		return KIND_##kind;
	DROP_RULES(APPLY)
#undef APPLY
	return KIND_NEEDED;
}

#endif
