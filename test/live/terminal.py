# SPDX-License-Identifier: GPL-2.0-or-later
"""terminal.py: an emulated terminal for a program: its screen and its modes."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import lab

SEQUENCE = re.compile(rb"\033\[(\??)([0-9;]*)([A-Za-z])")


class Terminal:
    """Interprets the sequences that nettrace sends, and fails on those that would spoil the screen."""

    def __init__(self, rows=24, columns=100):
        self.outside, self.inside = pty.openpty()
        self.seen = b""  # all output so far
        self.pending = b""
        self.screens = {False: [], True: []}  # the normal screen, of any length; the alternate screen
        self.other, self.cursor, self.wraps = False, True, True
        self.row = self.column = 0
        self.place = (0, 0)
        self.cleared = 0
        self.resize(rows, columns)
        self.modes = termios.tcgetattr(self.inside)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for end in (self.outside, self.inside):
            if end is not None:
                os.close(end)

    def resize(self, rows, columns):
        """Resizes it; the kernel notifies the foreground process group."""
        self.rows, self.columns = rows or 24, columns or 80
        fcntl.ioctl(self.outside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self):
        os.close(self.inside)
        os.close(self.outside)
        self.inside = self.outside = None

    def type(self, keys):
        os.write(self.outside, keys.encode())

    def run(self, *command, **more):
        """Starts a program in a session of its own on this terminal."""

        def own():
            os.setsid()
            fcntl.ioctl(self.inside, termios.TIOCSCTTY, 0)

        more = {"stdin": self.inside, "stdout": self.inside, "stderr": self.inside, **more}
        more["env"] = {**os.environ, "TERM": "xterm", **more.get("env", {})}
        return subprocess.Popen([str(word) for word in command], preexec_fn=own, **more)

    # ---- the screen ----

    @property
    def screen(self):
        return self.screens[self.other]

    def put(self, character):
        while len(self.screen) <= self.row:
            self.screen.append("")
        line = self.screen[self.row].ljust(self.column)
        if self.column >= self.columns:
            if self.other:
                raise AssertionError(f"beyond the edge: {line}")
            self.row, self.column = self.row + 1, 0
            self.put(character)
            return
        self.screen[self.row] = line[: self.column] + character + line[self.column + 1 :]
        self.column += 1

    def next_line(self):
        self.row += 1
        if self.other and self.row >= self.rows:
            raise AssertionError("the screen scrolls")

    def clear_below(self):
        del self.screen[self.row + 1 :]
        if self.row < len(self.screen):
            self.screen[self.row] = self.screen[self.row][: self.column]

    def obey(self, private, numbers, letter):
        if private:
            on = letter == "h"
            if numbers == "1049":
                if on:
                    self.place = (self.row, self.column)
                    self.screens[True] = []
                elif self.other:
                    self.row, self.column = self.place
                self.other = on
            elif numbers == "25":
                self.cursor = on
            elif numbers == "7":
                self.wraps = on
            elif numbers != "2004":  # bracketed paste, from shells
                raise AssertionError(f"unknown mode {numbers}")
        elif letter == "H":
            self.row, self.column = [int(number) - 1 for number in (numbers or "1;1").split(";")]
        elif letter == "K" and not numbers:
            if self.row < len(self.screen):
                self.screen[self.row] = self.screen[self.row][: self.column]
        elif letter == "J" and numbers in ("", "2"):
            if numbers:
                self.row, self.column = 0, 0
                self.cleared += 1
            self.clear_below()
        elif letter != "m":
            raise AssertionError(f"unknown sequence {numbers}{letter}")

    def feed(self, data):
        self.seen += data
        data = self.pending + data
        self.pending = b""
        at = 0
        while at < len(data):
            if data[at : at + 1] == b"\033":
                found = SEQUENCE.match(data, at)
                if not found:
                    self.pending = data[at:]
                    return
                self.obey(*(part.decode() for part in found.groups()))
                at = found.end()
            elif data[at] < 0x20:
                if data[at : at + 1] == b"\n":
                    self.next_line()
                elif data[at : at + 1] == b"\r":
                    self.column = 0
                at += 1
            else:
                length = next(n for n, bound in ((1, 0x80), (2, 0xE0), (3, 0xF0), (4, 0x100)) if data[at] < bound)
                if at + length > len(data):
                    self.pending = data[at:]
                    return
                self.put(data[at : at + length].decode())
                at += length

    def look(self, patience=0):
        """Reads the output of the next `seconds`."""
        end = time.monotonic() + patience
        while select.select([self.outside], [], [], max(0, end - time.monotonic()))[0]:
            self.feed(os.read(self.outside, 65536))

    @property
    def lines(self):
        """The visible lines, without trailing blanks; for the normal screen, all lines so far."""
        if self.other:
            return [line[: self.columns].rstrip() for line in self.screen[: self.rows]]
        return [line.rstrip() for line in self.screen]

    @property
    def last_picture(self):
        """The last content of the alternate screen, without its status line and trailing empty lines."""
        return "\n".join(line[: self.columns].rstrip() for line in self.screens[True][: self.rows - 1]).rstrip("\n")

    @property
    def status(self):
        lines = self.lines
        return lines[self.rows - 1] if len(lines) >= self.rows else ""

    @property
    def text(self):
        return "\n".join(self.lines)

    def wait(self, condition, what, limit=lab.PATIENCE):
        """Waits until the condition holds for this terminal. Returns the duration."""
        start = time.monotonic()
        while True:
            self.look(0.02)
            if condition(self):
                return time.monotonic() - start
            if time.monotonic() > start + limit:
                raise AssertionError(f"waited {limit} s for {what}; to be seen:\n{self.text}")
