#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each tool, started and stopped 200 times in one process: no descriptor, thread, mapping or byte is left over."""

import concurrent.futures
import os
import unittest

import lab

AGAIN = os.environ.get("AGAIN")
ROUNDS = 200
SIDE_BY_SIDE = 7  # most of a start, and of an end, is waiting for the kernel


@unittest.skipUnless(AGAIN, "AGAIN names no program: build with NETTRACE_TESTS")
class Again(lab.LiveTest):
    limit = 400

    def test_every_tool(self):
        tools = sorted(lab.COMMANDS)
        shares = [tools[i::SIDE_BY_SIDE] for i in range(SIDE_BY_SIDE)]
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for share, done in zip(shares, pool.map(lambda share: lab.run(AGAIN, ROUNDS, *share, limit=380), shares)):
                with self.subTest(share):
                    self.assertEqual(done.code, 0, done.errors[-2000:])


if __name__ == "__main__":
    unittest.main()
