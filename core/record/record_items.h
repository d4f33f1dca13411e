/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_items.h: what the items of a recording say of names and time. */
#ifndef NETTRACE_RECORD_RECORD_ITEMS_H
#define NETTRACE_RECORD_RECORD_ITEMS_H

#include "core/record/block.h"

/* Looks at an item, all of which is there, and acts on what it says of names and of the clock. False: it is too short
 * for its kind, or makes no sense. */
bool record_item_learn(const struct record_item *item);

#endif
