/* SPDX-License-Identifier: GPL-2.0-or-later */
/* histogram.h: power-of-two histograms. Slot 0 counts 0 and 1, slot i counts 2^i ... 2^(i+1)-1. */
#ifndef NETTRACE_BASE_HISTOGRAM_H
#define NETTRACE_BASE_HISTOGRAM_H

#include "core/base/text.h"

#define HISTOGRAM_SLOTS 64

unsigned int histogram_slot(uint64_t value);
/* Appends a heading with `label` (the unit; NULL: no heading), then a line with a bar for each slot up to the last
 * nonzero one. Bars are shorter where lines would be longer than `cells` (0: of any length). */
void histogram_lines(struct text *text, const uint64_t *slots, size_t n, const char *label, size_t cells);
/* [{"from":4,"to":7,"count":12},...]: the nonzero slots. */
void histogram_json(struct text *text, const uint64_t *slots, size_t n);
/* "4-7:12 8-15:40": the nonzero slots. */
void histogram_words(struct text *text, const uint64_t *slots, size_t n);

#endif
