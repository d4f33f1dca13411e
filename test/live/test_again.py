#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_again.py: each tool, started and stopped 200 times in one process, leaks no descriptor, thread, mapping or byte.
The product's build runs the rounds within a minute; some rounds with AddressSanitizer find invalid accesses."""

import concurrent.futures
import os
import unittest

import lab

AGAIN, AGAIN_CHECKED = os.environ.get("AGAIN"), os.environ.get("AGAIN_CHECKED")
SIDE_BY_SIDE = 7  # most of the time to start and stop is waiting for the kernel


@unittest.skipUnless(AGAIN and AGAIN_CHECKED, "AGAIN names no program: build with NETTRACE_TESTS")
class Again(lab.LiveTest):
    limit = 400

    def run_tools(self, program, rounds):
        tools = sorted(lab.COMMANDS)
        shares = [tools[i::SIDE_BY_SIDE] for i in range(SIDE_BY_SIDE)]
        # glibc's caches of a thread count as allocated.
        again = ("env", "GLIBC_TUNABLES=glibc.malloc.tcache_count=0", program, rounds)
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for share, done in zip(shares, pool.map(lambda share: lab.run(*again, *share, limit=380), shares)):
                with self.subTest(share):
                    self.assertEqual(done.code, 0, done.errors[-2000:])

    def test_200_times(self):
        self.run_tools(AGAIN, 200)

    def test_with_address_sanitizer(self):
        self.run_tools(AGAIN_CHECKED, 32)


if __name__ == "__main__":
    unittest.main()
