/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mutate.c: libFuzzer mutations of a recording by its structure: lines and words of the head, items of the stream and
 * their fields. Lengths stay valid, so that readers reach the changes; sometimes any byte changes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/record/block.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);

static const char *const words[] = { "",
				     "0",
				     "-1",
				     "1",
				     "255",
				     "65535",
				     "4294967295",
				     "18446744073709551615",
				     "9223372036854775807",
				     "tcpstates",
				     "tcplife",
				     "tcpdrop",
				     "netqtop",
				     "tool",
				     "field",
				     "enum",
				     "flags",
				     "interval",
				     "part",
				     "parts",
				     "order",
				     "big",
				     "text",
				     "uint",
				     "skaddr",
				     "q\",\"forged\":\"1",
				     "\x1b[2J",
				     "\xc2\x9b",
				     "%s%n" };
static const uint64_t numbers[] = { 0,
				    1,
				    2,
				    7,
				    8,
				    0x7f,
				    0x80,
				    0xff,
				    0xffff,
				    INT32_MAX,
				    (uint64_t)INT32_MAX + 1,
				    UINT32_MAX,
				    INT64_MAX,
				    (uint64_t)INT64_MAX + 1,
				    UINT64_MAX - 1,
				    UINT64_MAX };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned int state;

static unsigned int random_below(size_t bound)
{
	state = state * 1103515245 + 12345;
	return bound ? (unsigned int)((state >> 8) % bound) : 0;
}

/* Replaces `old` bytes at `at` by `length` others, if they fit. Returns the new size. */
static size_t replace(uint8_t *data, size_t size, size_t most, size_t at, size_t old, const void *bytes, size_t length)
{
	if (size - old + length > most)
		return size;
	memmove(data + at + length, data + at + old, size - at - old);
	memcpy(data + at, bytes, length);
	return size - old + length;
}

/* Changes a word of a line, or duplicates or deletes a line. */
static size_t change_head(uint8_t *content, size_t size, size_t most)
{
	size_t at = random_below(size), from = at, to = at;
	const char *word = words[random_below(COUNT(words))];
	bool line = random_below(4) == 0;
	uint8_t copy[512];

	while (from && content[from - 1] != '\n' && (line || content[from - 1] != ' '))
		from--;
	while (to < size && content[to] != '\n' && (line || content[to] != ' '))
		to++;
	if (!line)
		return replace(content, size, most, from, to - from, word, strlen(word));
	to += to < size;
	if (random_below(2) || to - from > sizeof(copy))
		return replace(content, size, most, from, to - from, "", 0);
	memcpy(copy, content + from, to - from);
	return replace(content, size, most, from, 0, copy, to - from);
}

static void change_number(uint8_t *content, size_t size)
{
	size_t width = (size_t)1 << random_below(4), at;
	uint64_t number = random_below(2) ? numbers[random_below(COUNT(numbers))] : 1ULL << random_below(64);

	if (size < width)
		return;
	at = random_below(size / width) * width;
	memcpy(content + at, &number, width);
}

/* The offset of a random item; *end: its end. SIZE_MAX: no item. */
static size_t find_item(const uint8_t *content, size_t size, size_t *end)
{
	size_t wanted = random_below(size / sizeof(struct record_item)), found = SIZE_MAX;
	struct record_item item;

	for (size_t at = 0, n = 0; n <= wanted && at + sizeof(item) <= size; n++) {
		memcpy(&item, content + at, sizeof(item));
		if (item.size > size || record_item_room(item.size) > size - at)
			break;
		found = at;
		*end = at + record_item_room(item.size);
		at = *end < size ? *end : 0;
	}
	return found;
}

static size_t change_item(uint8_t *content, size_t size, size_t most)
{
	size_t end = 0, at = find_item(content, size, &end), length;
	struct record_item item;
	uint8_t copy[4096];

	if (at == SIZE_MAX)
		return size;
	length = end - at;
	memcpy(&item, content + at, sizeof(item));
	switch (random_below(8)) {
	case 0:
		item.kind = (__u8)random_below(ITEM_CGROUP + 2);
		break;
	case 1:
		item.tool = (__u8)random_below(16);
		break;
	case 2: /* shorter: zeroes follow up to the next item */
		item.size = (__u32)(length - sizeof(item) > 7 ? length - sizeof(item) - random_below(8) : 0);
		break;
	case 3:
		return replace(content, size, most, at, length, "", 0);
	case 4:
		if (length > sizeof(copy))
			return size;
		memcpy(copy, content + at, length);
		return replace(content, size, most, at, 0, copy, length);
	default:
		change_number(content + at + sizeof(item), length - sizeof(item));
		return size;
	}
	memcpy(content + at, &item, sizeof(item));
	return size;
}

/* Block number `wanted` of a file of uncompressed blocks; 0: no such block. */
static size_t find_block(const uint8_t *data, size_t size, unsigned int wanted, struct record_block *block)
{
	size_t found = 0;

	for (size_t at = sizeof(struct record_start); at + sizeof(*block) < size && wanted-- + 1;) {
		memcpy(block, data + at, sizeof(*block));
		if (block->magic != RECORD_BLOCK_MAGIC || block->codec != CODEC_NONE ||
		    block->stored > size - at - sizeof(*block))
			break;
		found = at;
		at += sizeof(*block) + block->stored;
	}
	if (found)
		memcpy(block, data + found, sizeof(*block));
	return found;
}

static size_t change_content(uint8_t *content, size_t size, size_t most, int kind)
{
	return kind == BLOCK_HEAD ? change_head(content, size, most) : change_item(content, size, most);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
	struct record_block block;
	size_t at, length, behind, now;

	state = seed;
	at = find_block(data, size, random_below(6), &block);
	if (!at || random_below(16) == 0)
		return LLVMFuzzerMutate(data, size, most);
	for (unsigned int times = 1 + random_below(4); times; times--) {
		uint8_t *content = data + at + sizeof(block);

		length = block.stored;
		behind = size - at - sizeof(block) - length;
		/* The bytes after the block must stay after it. */
		uint8_t *rest = malloc(behind + 1);

		if (!rest)
			return size;
		memcpy(rest, content + length, behind);
		now = change_content(content, length, most - at - sizeof(block) - behind, block.kind);
		memcpy(content + now, rest, behind);
		free(rest);
		size = size - length + now;
		block.stored = block.length = (__u32)now;
		memcpy(data + at, &block, sizeof(block));
		if (!now)
			break;
	}
	return size;
}
