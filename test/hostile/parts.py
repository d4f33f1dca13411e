#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""parts.py: recordings in several files (--max-size), one of which is missing, unreadable, truncated or another
recording's: a message says which, and the exit status is 1. Intact recordings print no message."""

import os
import pathlib
import subprocess
import sys
import tempfile

import recording

HERE = pathlib.Path(__file__).parent
NETTRACE = os.environ.get("NETTRACE", HERE / "../../build/nettrace")
SOURCE = HERE / "../golden/recordings/states.rec"


def made(folder, numbers, files=4):
    """A recording in `files` files with these parts, each with all events of another recording."""
    blocks = recording.read(SOURCE)
    for file in range(files):
        (folder / name(file)).write_bytes(b"")
    for number in numbers:
        lines = [line for line in blocks[0][1].split(b"\n") if line.split(b" ")[0] not in (b"part", b"parts")]
        head = b"\n".join([b"part %d 4711" % number, b"parts %d" % files, *lines])
        items = [item for _, content in blocks[1:] for item in recording.items(content) if item[0] != recording.END]
        items.append([recording.NEXT, 0, b""] if number < numbers[-1] else [recording.END, 0, bytes(8)])
        recording.write(folder / name(number % files), [[recording.HEAD, head], [recording.STREAM, recording.stream(items)]])


def name(file):
    return f"rec.{file}" if file else "rec"


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def damage(path):
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)


def other(path):
    blocks = recording.read(path)
    blocks[0][1] = blocks[0][1].replace(b" 4711\n", b" 4712\n")
    recording.write(path, blocks)


# parts, the change of which file, exit status, message
CASES = (
    ((0,), None, 0, 0, ""),
    ((0, 1, 2), None, 0, 0, ""),
    ((4, 5, 2, 3), None, 0, 0, "starts late"),
    ((3, 4, 5), None, 0, 0, "starts late"),  # the file of part 2 was just truncated, for part 6
    ((0, 1, 2, 3), os.unlink, 2, 1, "part 3 of the recording is missing: "),
    ((0, 1, 2, 3), damage, 2, 1, "rec.2"),
    ((0, 1, 2, 3), cut, 2, 1, "rec.2"),
    ((0, 1, 2, 3), other, 1, 1, "part 2 of the recording is missing: "),
    ((4, 5, 2, 3), os.unlink, 3, 1, "part 4 of the recording is missing: "),
    ((4, 5, 2, 3), os.unlink, 2, 1, "part 3 of the recording is missing: "),
    ((0, 1, 2, 3), os.unlink, 3, 1, "continues in a file that is missing"),
    ((0, 2, 3), None, 0, 1, "part 2 of the recording is missing: "),
)


def main():
    failed = 0
    for numbers, change, file, code, says in CASES:
        with tempfile.TemporaryDirectory() as work:
            folder = pathlib.Path(work)
            made(folder, sorted(numbers))
            if change:
                change(folder / name(file))
            done = subprocess.run([NETTRACE, "replay", folder / "rec"], capture_output=True, check=False, text=True)
            if done.returncode != code or says not in done.stderr or not says and done.stderr:
                print(f"{numbers}, {change and change.__name__} {file}: exit {done.returncode}, said {done.stderr!r}")
                failed += 1
    print(f"{len(CASES)} recordings in parts, {failed} bad answers")
    return failed


if __name__ == "__main__":
    sys.exit(bool(main()))
