# SPDX-License-Identifier: GPL-2.0-or-later
"""recording.py: disassembly and assembly of recordings, with valid checksums (core/record/block.h)."""

import struct
import zlib

START = b"\x89ntrec\r\n" + struct.pack("<II", 1, 0)
BLOCK = struct.Struct("<IHHIIII")
ITEM = struct.Struct("<IBBH")
MAGIC = 0x6B6C4274
HEAD, STREAM = 0, 1
(EVENT, CLOCK, BEGIN, INTERVAL, LEDGER, SYMBOL, RELOADED, ENUM, NEXT, END, CGROUP) = range(11)


def unpacked(packed, length):
    """The content of an LZ4 block (its format: doc/lz4_Block_format.md of lz4)."""
    out, at = bytearray(), 0

    def count(nibble):
        nonlocal at
        total = nibble
        while nibble == 15 or total > 15 and packed[at - 1] == 255:
            total += packed[at]
            at += 1
            nibble = 0
            if packed[at - 1] != 255:
                break
        return total

    while True:
        token = packed[at]
        at += 1
        literals = count(token >> 4)
        out += packed[at : at + literals]
        at += literals
        if at >= len(packed):
            break
        back = packed[at] | packed[at + 1] << 8
        at += 2
        for _ in range(count(token & 15) + 4):
            out.append(out[-back])
    assert len(out) == length
    return bytes(out)


def read(path):
    """[kind, content] of each block."""
    data, at, blocks = open(path, "rb").read(), len(START), []
    while at < len(data):
        _, kind, codec, stored, length, _, _ = BLOCK.unpack_from(data, at)
        content = data[at + BLOCK.size : at + BLOCK.size + stored]
        blocks.append([kind, unpacked(content, length) if codec else content])
        at += BLOCK.size + stored
    return blocks


def write(path, blocks):
    """Each block uncompressed, numbered from 0, with its checksum."""
    with open(path, "wb") as out:
        out.write(START)
        for number, (kind, content) in enumerate(blocks):
            head = (MAGIC, kind, 0, len(content), len(content), number)
            out.write(BLOCK.pack(*head, zlib.crc32(BLOCK.pack(*head, 0) + content)) + content)


def items(content):
    """[kind, tool, bytes] of each item of a block of the stream."""
    at, found = 0, []
    while at < len(content):
        size, kind, tool, _ = ITEM.unpack_from(content, at)
        found.append([kind, tool, content[at + ITEM.size : at + ITEM.size + size]])
        at += ITEM.size + (size + 7) // 8 * 8
    return found


def stream(found):
    """The content of a block of these items."""
    return b"".join(ITEM.pack(len(bytes_), kind, tool, 0) + bytes_.ljust((len(bytes_) + 7) // 8 * 8, b"\0")
                    for kind, tool, bytes_ in found)
