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

/* The index in DROP_PLACES of an address; PLACE_ANY: none. A global function, like the next: the verifier checks it
 * once. */
__noinline int place_of(__u64 location)
{
#define AT_PLACE_OF(name, symbol)                                                                                      \
	if (at(location, PLACE_##name))                                                                                \
		return PLACE_##name;
	DROP_PLACES(AT_PLACE_OF)
#undef AT_PLACE_OF
	return PLACE_ANY;
}

/* Bits without branches: the verifier checks everything after a branch twice. */
static __always_inline __u32 bit_if_zero(__u64 number, __u32 bit)
{
	barrier_var(number);
	return (__u32)((~number & (number - 1)) >> 63) * bit;
}

static __always_inline __u32 bit_unless_zero(__u64 number, __u32 bit)
{
	return bit ^ bit_if_zero(number, bit);
}

/* 0: it is this reason, one of DROP_REASONS. If the kernel lacks the reason, no packet has it. On a kernel without
 * reasons the value has all bits set, which stands for NOT_SPECIFIED. */
static __always_inline __u64 other_reason(__u32 reason, __u32 value)
{
	__u64 missing = value == VALUE_NOT_SPECIFIED ? 0 : ((__u64)settings.values[value] + 1) >> 32;

	return (reason ^ settings.values[value]) | missing;
}

/* A rule, within a function that has reason, place, traits, places (all bits, if places are known) and differs. */
#define APPLY_RULE(reason_, place_, all, none, kind, source)                                                           \
	differs = (traits & ((all) | (none))) ^ (all);                                                                 \
	if (VALUE_##reason_ != VALUE_ANY)                                                                              \
		differs |= other_reason(reason, VALUE_##reason_);                                                      \
	if (PLACE_##place_ != PLACE_ANY)                                                                               \
		differs |= (place ^ PLACE_##place_) & places;                                                          \
	barrier_var(differs);                                                                                          \
	if (!differs)                                                                                                  \
		return KIND_##kind;

/* The enum drop_kind of a packet with these traits. */
__noinline int drop_kind(__u32 reason, __u32 place, __u32 traits)
{
	__u32 places = places_known() ? ~0U : 0;
	__u64 differs;

	DROP_RULES(APPLY_RULE)
	return KIND_NEEDED;
}

#endif
