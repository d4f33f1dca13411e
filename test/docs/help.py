#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""help.py: help on a terminal: pages longer than the screen go through a pager, and lists fit its width."""

import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import tempfile
import termios
import unittest

NETTRACE = pathlib.Path(os.environ["NETTRACE"]).resolve()
RECORDINGS = pathlib.Path(__file__).resolve().parents[1] / "golden" / "recordings"
PIPED = subprocess.run([NETTRACE, "help", "guide"], capture_output=True, text=True, timeout=60, check=True).stdout


class Help(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="nettrace-help-")))
        self.page = self.folder / "page"
        pager = self.folder / "pager"
        pager.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{self.folder}/words\ncat >{self.page}\n")
        pager.chmod(0o755)

    def on_terminal(self, rows, *command, **environment):
        """The exit status, and what nettrace writes to a terminal of 80 columns."""
        outside, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
        environment = {"PATH": str(self.folder), "TERM": "xterm", **environment}
        process = subprocess.Popen([NETTRACE, *command], stdin=inside, stdout=inside, stderr=inside, env=environment)
        os.close(inside)
        seen = b""
        try:
            while part := os.read(outside, 65536):
                seen += part
        except OSError:  # the last writer has closed it
            pass
        os.close(outside)
        return process.wait(60), seen.decode().replace("\r\n", "\n")

    def printed(self, *command):
        return subprocess.run([NETTRACE, *command], capture_output=True, text=True, timeout=60, check=True).stdout

    def test_long(self):
        self.assertEqual(self.on_terminal(24, "help", "guide", PAGER="pager -a b", PATH=f"{self.folder}:{os.environ['PATH']}"), (0, ""))
        self.assertEqual(self.page.read_text(), PIPED)
        self.assertEqual((self.folder / "words").read_text(), "-a\nb\n")

    def test_short(self):
        """It fits."""
        self.assertEqual(self.on_terminal(2000, "help", "guide", PAGER="pager"), (0, PIPED))
        self.assertFalse(self.page.exists())

    def test_no_pager(self):
        """Neither $PAGER nor less nor more: as into a pipe."""
        self.assertEqual(self.on_terminal(24, "help", "guide", PAGER="none"), (0, PIPED))

    def test_lists(self):
        """The meaning of a column continues below itself."""
        piped = subprocess.run([NETTRACE, "tcplife", "--fields"], capture_output=True, text=True, timeout=60, check=True).stdout
        code, shown = self.on_terminal(24, "tcplife", "--fields")
        self.assertEqual((code, re.sub(r"\n {27}(?=\S)", " ", shown)), (0, piped))
        self.assertGreater(max(map(len, piped.splitlines())), 80)
        self.assertLessEqual(max(map(len, shown.splitlines())), 80)

    def test_reasons(self):
        """Every reason of the kernels in the recordings has an explanation, in 80 columns."""
        for kernel in ("bookworm", "trixie", "sid", "rows"):
            recording = RECORDINGS / f"{kernel}.rec"
            listed = self.printed("replay", recording, "tcpdrop", "--reason", "help")
            names = [line.split()[0] for line in listed.splitlines()]
            self.assertGreater(len(names), 50)
            text = self.printed("help", "reasons", *names)
            self.assertEqual([name for name in names if f"\n- {name}" not in "\n" + text], [], kernel)
            self.assertNotIn("No explanation yet", re.sub(r"\s+", " ", text), kernel)
            self.assertLessEqual(max(map(len, text.splitlines())), 80)

    def test_reasons_by_name(self):
        self.assertRegex(self.printed("help", "reasons", "otherhost"), r"^- OTHERHOST( \(\d+\))?: The Ethernet[^-]*\bHarmless:\s+otherhost\.\n$")
        self.assertRegex(self.printed("help", "reasons", "TCP_CLOSE"), r"\bHarmless\s+in\s+part:\s+reset,\s+done\.\n$")
        self.assertEqual(self.printed("help", "reasons", "TCP_AO*").count("\n- "), 3)
        wrong = subprocess.run([NETTRACE, "help", "reasons", "NO_SOCKT"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((wrong.returncode, wrong.stdout), (2, ""))
        self.assertIn("no reason NO_SOCKT (did you mean NO_SOCKET?)", wrong.stderr)

    def test_reasons_of_this_kernel(self):
        text = self.printed("help", "reasons")
        self.assertIn("THE REASONS FOR DROPS AND RESETS", text)
        self.assertIn("LISTEN_OVERFLOW", text)
        self.assertNotIn("MAX (", text)

    def test_first_screen(self):
        """The end of the list of tools, which a small terminal shows, leads to the guide."""
        listed = subprocess.run([NETTRACE], capture_output=True, text=True, timeout=60, check=True).stdout
        self.assertTrue(listed.splitlines()[-1].endswith("nettrace help guide"), listed)


if __name__ == "__main__":
    unittest.main(verbosity=2)
