/* SPDX-License-Identifier: GPL-2.0-or-later */
/* block.c: blocks of a recording, to and from a file. */
#include "core/record/block.h"

#include <endian.h>
#include <errno.h>
#include <lz4.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

_Static_assert(sizeof(struct record_start) == 16 && sizeof(struct record_block) == 24 &&
		       sizeof(struct record_item) == 8 && sizeof(struct record_ledger) == 64,
	       "the format of recordings");

/* No check: a fuzzer could not satisfy it. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
static const bool is_checked = false;
#else
static const bool is_checked = true;
#endif

static uint32_t checksum(struct record_block block, const void *stored)
{
	uint32_t length = block.stored;
	uLong sum;

	block.check = 0;
	if (RECORD_SWAPPED)
		record_swap_block(&block);
	sum = crc32(0, (const Bytef *)&block, sizeof(block));
	return (uint32_t)crc32(sum, stored, length);
}

void record_block_make(struct text *block, int kind, uint32_t number, const void *content, size_t length)
{
	struct record_block head = { RECORD_BLOCK_MAGIC, (__u16)kind, CODEC_LZ4, 0, (__u32)length, number, 0 };
	int bound = LZ4_compressBound((int)length), packed;
	char *to;

	block->length = 0;
	to = text_room(block, sizeof(head) + (size_t)bound);
	packed = LZ4_compress_default(content, to + sizeof(head), (int)length, bound);
	if (packed <= 0 || (size_t)packed >= length) {
		head.codec = CODEC_NONE;
		packed = (int)length;
		memcpy(to + sizeof(head), content, length);
	}
	head.stored = (__u32)packed;
	head.check = checksum(head, to + sizeof(head));
	block->length = sizeof(head) + head.stored;
	if (RECORD_SWAPPED)
		record_swap_block(&head);
	memcpy(to, &head, sizeof(head));
}

/* Returns the number of bytes read, up to `length`; fewer: end of file, or a read error. */
static size_t read_bytes(struct record_reader *reader, void *to, size_t length)
{
	size_t got = 0;

	while (got < length) {
		ssize_t more = read(reader->fd, (char *)to + got, length - got);

		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0 && errno == EAGAIN) { /* another process made a shared pipe non-blocking */
			poll(&(struct pollfd){ .fd = reader->fd, .events = POLLIN }, 1, -1);
			continue;
		}
		if (more < 0)
			reader->problem = strerror(errno);
		if (more <= 0)
			break;
		got += (size_t)more;
	}
	reader->at += got;
	return got;
}

bool record_reader_start(struct record_reader *reader, int fd)
{
	struct record_start start;
	size_t got;

	*reader = (struct record_reader){ .fd = fd };
	got = read_bytes(reader, &start, sizeof(start));
	if (reader->problem)
		return false;
	if (memcmp(start.magic, RECORD_MAGIC, got < sizeof(start.magic) ? got : sizeof(start.magic)) != 0)
		reader->problem = "not a recording of nettrace";
	else if (got < sizeof(start))
		reader->problem = "it ends before its first block";
	else if (le32toh(start.version) != RECORD_VERSION || start.pad)
		reader->problem = "made by a newer nettrace: this one cannot read it";
	return !reader->problem;
}

static bool unpack(struct record_reader *reader, const struct record_block *head)
{
	char *to;

	if (head->codec == CODEC_NONE && head->stored != head->length)
		return false;
	reader->content.length = 0;
	to = text_room(&reader->content, head->length);
	if (head->codec == CODEC_NONE)
		memcpy(to, reader->stored.data, head->length);
	else if (head->codec != CODEC_LZ4 || LZ4_decompress_safe(reader->stored.data, to, (int)head->stored,
								 (int)head->length) != (int)head->length)
		return false;
	reader->content.length = head->length;
	return true;
}

enum record_read record_reader_next(struct record_reader *reader)
{
	struct record_block head;
	size_t got;

	reader->problem = NULL;
	reader->block = reader->at;
	got = read_bytes(reader, &head, sizeof(head));
	if (!got && !reader->problem)
		return RECORD_OVER;
	if (reader->problem)
		return RECORD_STOP;
	reader->problem = "it ends inside a block";
	if (got < sizeof(head))
		return RECORD_STOP;
	if (RECORD_SWAPPED)
		record_swap_block(&head);
	if (head.magic != RECORD_BLOCK_MAGIC || head.stored > RECORD_BLOCK_MOST || head.length > RECORD_BLOCK_MOST ||
	    !head.stored || !head.length) {
		reader->problem = "no block begins here";
		return RECORD_STOP;
	}
	reader->stored.length = 0;
	if (read_bytes(reader, text_room(&reader->stored, head.stored), head.stored) < head.stored)
		return RECORD_STOP;
	reader->number++;
	reader->problem = "the checksum of the block is wrong";
	if (is_checked && checksum(head, reader->stored.data) != head.check)
		return RECORD_BAD;
	reader->problem = "the block cannot be unpacked";
	if (!unpack(reader, &head))
		return RECORD_BAD;
	reader->kind = head.kind;
	reader->problem = head.number + 1 == reader->number ? NULL : "blocks are missing before this one";
	reader->number = head.number + 1;
	return RECORD_READ;
}

void record_reader_free(struct record_reader *reader)
{
	text_free(&reader->stored);
	text_free(&reader->content);
}

/* ---- numbers between the byte order of recordings and that of this machine ---- */

/* The numbers at the start of an item's content: first those of 8 bytes, then those of 4. */
static const struct {
	uint8_t longs, words;
} numbers[] = {
	[ITEM_CLOCK] = { 1, 0 },  [ITEM_BEGIN] = { 1, 0 }, [ITEM_INTERVAL] = { 1, 1 }, [ITEM_LEDGER] = { 8, 0 },
	[ITEM_SYMBOL] = { 2, 0 }, [ITEM_ENUM] = { 1, 0 },  [ITEM_END] = { 1, 0 },      [ITEM_CGROUP] = { 1, 1 },
};

void record_swap(void *numbers_at, size_t size, size_t each)
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

void record_swap_block(struct record_block *block)
{
	record_swap(&block->magic, sizeof(block->magic), 4);
	record_swap(&block->kind, sizeof(block->kind), 2);
	record_swap(&block->codec, sizeof(block->codec), 2);
	record_swap(&block->stored, sizeof(block->stored), 4);
	record_swap(&block->length, sizeof(block->length), 4);
	record_swap(&block->number, sizeof(block->number), 4);
	record_swap(&block->check, sizeof(block->check), 4);
}

void record_swap_item(struct record_item *item, size_t room)
{
	char *content = (char *)(item + 1);
	size_t longs, words;

	record_swap(&item->size, sizeof(item->size), 4);
	if (item->kind >= sizeof(numbers) / sizeof(numbers[0]))
		return;
	longs = numbers[item->kind].longs * 8U;
	words = numbers[item->kind].words * 4U;
	if (longs + words > room)
		return; /* damaged: the check of its size reports it */
	record_swap(content, longs, 8);
	record_swap(content + longs, words, 4);
}
