#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""forged.py: recordings in which an attacker chose every name and text, with valid checksums. In every output, no
control byte reaches a terminal, and each line of JSON has the keys of its schema."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import recording

HERE = pathlib.Path(__file__).parent
NETTRACE = os.environ.get("NETTRACE", HERE / "../../build/nettrace")
RECORD_TEXT = os.environ.get("RECORD_TEXT", HERE / "../../build/test/record_text")
GOLDEN = HERE / "../golden"
# Each is possible in a file: without a blank, which would end a word of the head.
HOSTILE = {
    "key": b'q","forged":"1',
    "backslash": b"q\\",
    "escape": b"\x1b[2J\x1b]0;forged\x07",
    "c1": b"\x9b31m",
    "c1-utf8": b"\xc2\x9b31m",
    "delete": b"\x7f",
    "csv": b'a,"b',
    "newline": b"a\rb",
}
# Bytes below 0x20 that output may contain: newlines, and the indentation of stacks.
FINE = {0x0A, 0x09}


def is_control(text):
    """Whether some terminal would interpret part of it: C0, DEL, or C1, raw (invalid UTF-8) or in UTF-8."""
    if any(byte < 0x20 and byte not in FINE or byte == 0x7F for byte in text):
        return True
    try:
        return any(0x80 <= ord(character) < 0xA0 for character in text.decode())
    except UnicodeDecodeError:
        return True


def tools_of(blocks):
    head = blocks[0][1].decode("latin-1").splitlines()
    return [line.split()[1] for line in head if line.startswith("tool ")]


def with_lines(blocks, change):
    """The head's lines, each after `change`."""
    lines = [change(line) for line in blocks[0][1].split(b"\n")]
    return [[recording.HEAD, b"\n".join(lines)], *blocks[1:]]


def words_changed(first, index, to):
    def change(line):
        words = line.split(b" ")
        if words[0] == first and index < len(words):
            words[index] = to
        return b" ".join(words)

    return change


def rest_changed(first, to):
    return lambda line: first + b" " + to if line.split(b" ")[0] == first else line


def with_items(blocks, change):
    return [blocks[0], *([kind, recording.stream([change(item) for item in recording.items(content)])]
                         for kind, content in blocks[1:])]


def names_changed(kind, fixed, index, to):
    """Replaces name `index` of the items of a kind, after `fixed` bytes."""

    def change(item):
        if item[0] != kind:
            return item
        names = item[2][fixed:].split(b"\0")
        names[index] = to
        return [item[0], item[1], item[2][:fixed] + b"\0".join(names)]

    return change


def forgeries(blocks, text):
    """A name and the blocks of each forged recording."""
    for word, index in (("enum", 1), ("enum", 3), ("enum", 4), ("tool", 1), ("field", 1), ("field", 2)):
        yield f"{word}-{index}", with_lines(blocks, words_changed(word.encode(), index, text))
    for word in ("version", "release", "machine", "host", "command", "text"):
        yield word, with_lines(blocks, rest_changed(word.encode(), text))
    for index in (0, 1):
        yield f"symbol-{index}", with_items(blocks, names_changed(recording.SYMBOL, 16, index, text))
    added = recording.stream([[recording.ENUM, 0, bytes(8) + b"\0".join((b"skb_drop_reason", text, text, b""))]])
    yield "enum-item", [blocks[0], [recording.STREAM, added + blocks[1][1]], *blocks[2:]]
    yield "cgroup", with_items(blocks, names_changed(recording.CGROUP, 16, 0, b"/docker-" + text))
    yield "loadavg", with_items(blocks, names_changed(recording.INTERVAL, 16, 0, text))


def run(path, *args):
    words = [*args, path, path] if args[0] == "diff" else ["replay", path, *args]
    done = subprocess.run([NETTRACE, *words], capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def keys_of(path, tools):
    """The keys of each tool's JSON lines in the unchanged recording."""
    known = {}
    for tool in tools:
        _, out, _ = run(path, tool, "--json")
        known[tool] = {tuple(json.loads(line)) for line in out.splitlines()}
    return known


def problems(path, tool, keys):
    for args in ([tool], [tool, "--json"], [tool, "-w"], [tool, "--csv"], ["--info"], ["trace"], ["trace", "--json"],
                 [tool, "--containers", "--json"], ["diff"]):
        code, out, err = run(path, *args)
        if code not in (0, 1, 2):
            yield f"{args}: status {code}: {err[-2000:]}"
        for what, text in (("stdout", out), ("stderr", err)):
            if is_control(text):
                yield f"{args}: control bytes on {what}: {text[:300]}"
        for line in out.splitlines() if args[-1] == "--json" else ():
            try:
                row = json.loads(line)
            except ValueError as error:
                yield f"{args}: {error}: {line[:300]}"
                break
            if "forged" in row or args == [tool, "--json"] and tuple(row) not in keys:
                yield f"{args}: keys that no row has: {line[:300]}"
                break


def main():
    failed = count = 0
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "forged.rec")
        # One with everything, and one with lines above intervals.
        sources = [GOLDEN / "recordings/rows.rec", pathlib.Path(work, "tcptop.rec")]
        subprocess.run([RECORD_TEXT, "tcptop.events", sources[1], "tcptop"], cwd=GOLDEN, check=True)
        for source in sources:
            blocks = recording.read(source)
            keys = keys_of(source, tools_of(blocks))
            for name, text in HOSTILE.items():
                for what, forged in forgeries(blocks, text):
                    if forged == blocks:
                        continue
                    recording.write(path, forged)
                    # The tool with most names: drops have reasons and places.
                    tool = "tcpdrop" if "tcpdrop" in keys else next(iter(keys))
                    for problem in problems(path, tool, keys[tool]):
                        print(f"{source.name}: {what}, {name}: {problem}")
                        failed += 1
                    count += 1
    print(f"{count} forged recordings, {failed} bad answers")
    return failed or not count


if __name__ == "__main__":
    sys.exit(bool(main()))
