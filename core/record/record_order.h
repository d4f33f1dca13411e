/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_order.h: numbers between the byte order of recordings and that of this machine. */
#ifndef NETTRACE_RECORD_RECORD_ORDER_H
#define NETTRACE_RECORD_RECORD_ORDER_H

#include "core/record/block.h"

/* This machine has not the order of files: what is read and written is turned. What follows is the same both ways. */
#define RECORD_TURNED (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* Turns numbers of `each` bytes, one after the other in `size` bytes; what is left behind the last stays as it is. */
void record_turn(void *numbers, size_t size, size_t each);
void record_turn_block(struct record_block *block);
/* The item and the numbers in its content, `room` bytes of which are there; not those of an event, whose order the head
 * tells. */
void record_turn_item(struct record_item *item, size_t room);

#endif
