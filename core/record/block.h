/* SPDX-License-Identifier: GPL-2.0-or-later */
/* block.h: the format of a recording's file: blocks with a checksum each, and their items.
 *
 * Little-endian, except events, which are copies of the kernel half's. A file is a struct record_start, then blocks: a
 * struct record_block and its content. The first block is the head: lines of text about the machine, the tools, the
 * fields of their events and the names of numbers (core/record/head_write.h). The other blocks are the stream: items in
 * the order of printing. An item is a struct record_item and its bytes, padded with zeroes to a multiple of 8. An item
 * never spans blocks. A reader skips items of an unknown kind, and refuses a file of a newer version. */
#ifndef NETTRACE_RECORD_BLOCK_H
#define NETTRACE_RECORD_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"
#include "probes/wire.h"

/* The first byte is no text; the last two reveal a conversion of line ends. */
#define RECORD_MAGIC      "\x89ntrec\r\n"
#define RECORD_VERSION    1
#define RECORD_BLOCK_MOST (16U << 20) /* limit in bytes of the content, and of its compressed form */

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
	__u32 length; /* bytes after decompression */
	__u32 number; /* of the block in the file, from 0 */
	__u32 check;  /* CRC-32 (zlib's) of this struct, with 0 here, and of the stored bytes */
};

enum {
	ITEM_EVENT,    /* as the kernel half sent it; of item.tool */
	ITEM_CLOCK,    /* s64, ns: new offset, wall time - event time */
	ITEM_BEGIN,    /* u64 ns: start of counting */
	ITEM_INTERVAL, /* struct record_interval: the end of an interval of totals; of item.tool */
	ITEM_LEDGER,   /* struct record_ledger: after reported losses, and at the end; of item.tool */
	ITEM_SYMBOL,   /* struct record_symbol: a function with addresses in later events */
	ITEM_RELOADED, /* earlier symbols are invalid */
	ITEM_ENUM,     /* struct record_enum: the name of a value that the head lacks */
	ITEM_NEXT,     /* the recording continues in another file */
	ITEM_END,      /* u64 ns: the recording is complete */
	ITEM_CGROUP,   /* struct record_cgroup: the cgroup of later events' sockets */
};

struct record_item {
	__u32 size; /* without this struct and the padding */
	__u8 kind;
	__u8 tool; /* index in the head */
	__u16 pad;
};

struct record_interval {
	__u64 now;
	__u32 partial;
	__u32 pad;
	char loadavg[]; /* line of /proc/loadavg, ends with NUL; empty: not requested */
};

struct record_ledger {
	__u64 now;
	__u64 seen, missed, filtered, sent, lost_ring, lost_map, nested;
};

struct record_symbol {
	__u64 start, end;
	char names[]; /* the function's, then its module's (empty: the kernel itself), each ends with NUL */
};

struct record_cgroup {
	__u64 cgroup_id;
	__u32 owner; /* pid, if only of this process's sockets; 0: of all */
	__u32 pad;
	char path[]; /* of the cgroup, ends with NUL */
};

struct record_enum {
	__u64 value;
	char names[]; /* the type's, then the value's whole name, then its name without prefix; each ends with NUL */
};

/* Bytes of an item within a block. */
static inline size_t record_item_room(size_t size)
{
	return sizeof(struct record_item) + (size + 7) / 8 * 8;
}

/* Builds the block of `content`, in its file format, in *block. */
void record_block_make(struct text *block, int kind, uint32_t number, const void *content, size_t length);

/* A file being read. */
struct record_reader {
	int fd;
	uint64_t at;    /* offset of the next byte; of a block while it is current: */
	uint64_t block; /* offset of the current block */
	uint32_t number;
	int kind;
	struct text stored, content; /* of the current block */
	const char *problem;         /* description of the damage; NULL: none */
};

enum record_read {
	RECORD_READ, /* a block is current; problem: earlier blocks are missing */
	RECORD_OVER, /* the file ends here, between two blocks */
	RECORD_BAD,  /* this block is damaged: problem, at offset block; the next may be readable */
	RECORD_STOP, /* damaged, and the next block cannot be found */
};

/* Reads the start of the file. False: no recording of this version; see problem. The caller frees and closes. */
bool record_reader_start(struct record_reader *reader, int fd);
enum record_read record_reader_next(struct record_reader *reader);
void record_reader_free(struct record_reader *reader);

/* This machine's byte order differs from the files', so numbers are swapped. The functions below serve both
 * directions. */
#define RECORD_SWAPPED (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* Swaps consecutive numbers of `each` bytes within `size` bytes; an incomplete last number stays unchanged. */
void record_swap(void *numbers, size_t size, size_t each);
void record_swap_block(struct record_block *block);
/* Swaps the item's header and the numbers in its content, `room` bytes of which exist. Leaves the numbers of an event,
 * whose byte order the head states. */
void record_swap_item(struct record_item *item, size_t room);

#endif
