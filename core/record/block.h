/* SPDX-License-Identifier: GPL-2.0-or-later */
/* block.h: the file of a recording: blocks, each whole and checked by itself, and what is in them.
 *
 * Little-endian, but for events, which are as the kernel made them. A file is a struct record_start, then blocks: a
 * struct record_block and its content. The first block is the head: lines of text that tell of the machine, the tools,
 * the fields of their events and the names of numbers (core/record/head_write.h). All others are pieces of the stream:
 * what happened, in the order in which it was printed, each a struct record_item and its bytes, with zeroes up to a
 * multiple of 8. An item never spans blocks. A reader skips items of an unknown kind, and refuses a file of a
 * newer version. */
#ifndef NETTRACE_RECORD_BLOCK_H
#define NETTRACE_RECORD_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "probes/wire.h"

/* The first byte is no text, and the last two show whether line ends were changed on the way. */
#define RECORD_MAGIC      "\x89ntrec\r\n"
#define RECORD_VERSION    1
#define RECORD_BLOCK_MOST (16U << 20) /* bytes of content, and of what is stored of it */

struct record_start {
	char magic[8];
	__u32 version;
	__u32 pad;
};

#define RECORD_BLOCK_MAGIC 0x6b6c4274 /* "tBlk" */

enum {
	BLOCK_HEAD,
	BLOCK_STREAM,
};

enum {
	CODEC_NONE,
	CODEC_LZ4, /* an LZ4 block, without a frame */
};

struct record_block {
	__u32 magic;
	__u16 kind, codec;
	__u32 stored; /* bytes that follow */
	__u32 length; /* bytes that they become */
	__u32 number; /* in the file, from 0 */
	__u32 check;  /* CRC-32 (that of zlib) of this, with 0 here, and of what follows */
};

enum {
	ITEM_EVENT,    /* as the kernel half made it: of item.tool */
	ITEM_CLOCK,    /* s64, ns: from now on, wall time minus event time */
	ITEM_BEGIN,    /* u64 ns: counting began */
	ITEM_INTERVAL, /* struct record_interval: totals were printed: of item.tool */
	ITEM_LEDGER,   /* struct record_ledger: losses were told, or the end has come: of item.tool */
	ITEM_SYMBOL,   /* struct record_symbol: what is at addresses in the events that follow */
	ITEM_RELOADED, /* what was told of symbols is not so any more */
	ITEM_ENUM,     /* struct record_enum: the name of a value that is not in the head */
	ITEM_NEXT,     /* the recording goes on in another file */
	ITEM_END,      /* u64 ns: the recording is complete */
	ITEM_CGROUP,   /* struct record_cgroup: where the sockets of events that follow are */
};

struct record_item {
	__u32 size; /* without this, and without the zeroes behind */
	__u8 kind;
	__u8 tool; /* index in the head */
	__u16 pad;
};

struct record_interval {
	__u64 now;
	__u32 partial;
	__u32 pad;
	char loadavg[]; /* line of /proc/loadavg, ended by 0; empty: not asked for */
};

struct record_ledger {
	__u64 now;
	__u64 seen, missed, filtered, sent, lost_ring, lost_map, nested;
};

struct record_symbol {
	__u64 start, end;
	char names[]; /* the function's, then its module's (empty: the kernel itself), each ended by 0 */
};

struct record_cgroup {
	__u64 cgroup_id;
	__u32 owner; /* of the sockets of this process only; 0: of all */
	__u32 pad;
	char path[]; /* of the cgroup, ended by 0 */
};

struct record_enum {
	__u64 value;
	char names[]; /* the type's, then the value's whole name, then that without its prefix; each ended by 0 */
};

/* Bytes that an item takes in a block. */
static inline size_t record_item_room(size_t size)
{
	return sizeof(struct record_item) + (size + 7) / 8 * 8;
}

/* Makes a block of `content`, as it stands in the file, in *block. */
void record_block_make(struct text *block, int kind, uint32_t number, const void *content, size_t length);

/* A file as it is read. */
struct record_reader {
	int fd;
	uint64_t at;    /* offset of the next byte; that of a block while it is at hand: */
	uint64_t block; /* offset of the block at hand */
	uint32_t number;
	int kind;
	struct text stored, content; /* of the block at hand */
	const char *problem;         /* what was wrong; NULL: nothing */
};

enum record_read {
	RECORD_READ, /* a block is at hand; problem: others before it are missing */
	RECORD_OVER, /* the file ends here, between two blocks */
	RECORD_BAD,  /* this block is damaged: problem, at offset block; the next may be read */
	RECORD_STOP, /* the same, and what follows cannot be found */
};

/* Reads the start of the file. False: it is none of ours; problem tells. Frees and closes nothing. */
bool record_reader_start(struct record_reader *reader, int fd);
enum record_read record_reader_next(struct record_reader *reader);
void record_reader_free(struct record_reader *reader);

/* This machine has not the order of files: what is read and written is turned. What follows is the same both ways. */
#define RECORD_SWAPPED (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* Turns numbers of `each` bytes, one after the other in `size` bytes; what is left behind the last stays as it is. */
void record_swap(void *numbers, size_t size, size_t each);
void record_swap_block(struct record_block *block);
/* The item and the numbers in its content, `room` bytes of which are there; not those of an event, whose order the head
 * tells. */
void record_swap_item(struct record_item *item, size_t room);

#endif
