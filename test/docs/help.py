#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""help.py: `nettrace help` on a terminal: pages longer than the screen go through a pager, others do not."""

import fcntl
import os
import pathlib
import pty
import struct
import subprocess
import tempfile
import termios
import unittest

NETTRACE = pathlib.Path(os.environ["NETTRACE"]).resolve()
PIPED = subprocess.run([NETTRACE, "help", "guide"], capture_output=True, text=True, timeout=60, check=True).stdout


class Help(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="nettrace-help-")))
        self.page = self.folder / "page"
        pager = self.folder / "pager"
        pager.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{self.folder}/words\ncat >{self.page}\n")
        pager.chmod(0o755)

    def on_terminal(self, rows, **environment):
        """The exit status, and what `nettrace help guide` writes to a terminal of 80 columns."""
        outside, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
        environment = {"PATH": str(self.folder), "TERM": "xterm", **environment}
        process = subprocess.Popen([NETTRACE, "help", "guide"], stdin=inside, stdout=inside, stderr=inside, env=environment)
        os.close(inside)
        seen = b""
        try:
            while part := os.read(outside, 65536):
                seen += part
        except OSError:  # the last writer has closed it
            pass
        os.close(outside)
        return process.wait(60), seen.decode().replace("\r\n", "\n")

    def test_long(self):
        self.assertEqual(self.on_terminal(24, PAGER="pager -a b", PATH=f"{self.folder}:{os.environ['PATH']}"), (0, ""))
        self.assertEqual(self.page.read_text(), PIPED)
        self.assertEqual((self.folder / "words").read_text(), "-a\nb\n")

    def test_short(self):
        """It fits."""
        self.assertEqual(self.on_terminal(2000, PAGER="pager"), (0, PIPED))
        self.assertFalse(self.page.exists())

    def test_no_pager(self):
        """Neither $PAGER nor less nor more: as into a pipe."""
        self.assertEqual(self.on_terminal(24, PAGER="none"), (0, PIPED))

    def test_first_screen(self):
        """The end of the list of tools, which a small terminal shows, leads to the guide."""
        listed = subprocess.run([NETTRACE], capture_output=True, text=True, timeout=60, check=True).stdout
        self.assertTrue(listed.splitlines()[-1].endswith("nettrace help guide"), listed)


if __name__ == "__main__":
    unittest.main(verbosity=2)
