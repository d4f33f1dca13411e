/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expect.c: the traffic of the doctor's proofs (struct tool). */
#include "cmd/doctor/expect.h"

#include <stddef.h>

/* Different numbers, mostly prime, so that no kind of event passes as another. */
const char *const expected_traffic[] = {
	"--connect=11",   "--server-first=3", "--refuse=5",     "--reset=2",       "--synack=1", "--overflow=3",
	"--hold=2",       "--fork=1",         "--bad-listen=2", "--unreachable=2", "--dns=7",    "--dns-fail=3",
	"--dns-silent=2", "--slow-reader=1",  "--udp-refuse=7", "--udp-full=5",    NULL,
};
const char *const expected_drop_traffic[] = { "--retransmit=1", "--syn=1",          "--fast=1",
					      "--drop=2",       "--small-sndbuf=1", NULL };
const char *const expected_uring_traffic[] = { "--uring-accept=3", "--uring-connect=2", "--uring-unreachable=3", NULL };
