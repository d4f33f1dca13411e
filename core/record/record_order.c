/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record_order.c: numbers between the byte order of recordings and that of this machine. */
#include "core/record/record_order.h"

/* The numbers that the content of an item begins with: those of 8 bytes, then those of 4. */
static const struct {
	uint8_t longs, words;
} numbers[] = {
	[ITEM_CLOCK] = { 1, 0 },  [ITEM_BEGIN] = { 1, 0 }, [ITEM_INTERVAL] = { 1, 1 }, [ITEM_LEDGER] = { 8, 0 },
	[ITEM_SYMBOL] = { 2, 0 }, [ITEM_ENUM] = { 1, 0 },  [ITEM_END] = { 1, 0 },      [ITEM_PLACE] = { 1, 1 },
};

void record_turn(void *numbers_at, size_t size, size_t each)
{
	uint8_t *at = numbers_at;

	for (; size >= each; at += each, size -= each) {
		for (size_t i = 0; i < each / 2; i++) {
			uint8_t byte = at[i];

			at[i] = at[each - 1 - i];
			at[each - 1 - i] = byte;
		}
	}
}

void record_turn_block(struct record_block *block)
{
	record_turn(&block->magic, sizeof(block->magic), 4);
	record_turn(&block->kind, sizeof(block->kind), 2);
	record_turn(&block->codec, sizeof(block->codec), 2);
	record_turn(&block->stored, sizeof(block->stored), 4);
	record_turn(&block->length, sizeof(block->length), 4);
	record_turn(&block->number, sizeof(block->number), 4);
	record_turn(&block->check, sizeof(block->check), 4);
}

void record_turn_item(struct record_item *item, size_t room)
{
	char *content = (char *)(item + 1);
	size_t longs, words;

	record_turn(&item->size, sizeof(item->size), 4);
	if (item->kind >= sizeof(numbers) / sizeof(numbers[0]))
		return;
	longs = numbers[item->kind].longs * 8U;
	words = numbers[item->kind].words * 4U;
	if (longs + words > room)
		return; /* damaged: whoever looks at its size sees that */
	record_turn(content, longs, 8);
	record_turn(content + longs, words, 4);
}
