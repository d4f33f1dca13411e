# SPDX-License-Identifier: GPL-2.0-or-later
"""silence.py: addresses in a network namespace that never answer, and one without a route."""

import lab

NOWHERE = {4: "10.77.0.2", 6: "fd77::2"}  # a neighbour that accepts every packet and never answers
NOBODY = {4: "10.77.0.3", 6: "fd77::3"}  # no neighbour
SETTINGS = """
cd /proc/sys/net
echo 1 >ipv4/tcp_syn_retries
! [ -e ipv4/tcp_syn_linear_timeouts ] || echo 0 >ipv4/tcp_syn_linear_timeouts
echo 100 >ipv4/neigh/silent/retrans_time_ms
echo 100 >ipv6/neigh/silent/retrans_time_ms
"""
NO_ROUTE = {4: "10.78.0.1", 6: "fd78::1"}


def add(space):
    """Creates such a network in the namespace; connect() there times out after three seconds."""
    ip = ("ip", "-n", space.name)
    lab.must(*ip, "link", "add", "silent", "type", "veth", "peer", "name", "deaf")
    for link in ("silent", "deaf"):
        lab.must(*ip, "link", "set", link, "up")
    lab.must(*ip, "address", "add", "10.77.0.1/24", "dev", "silent")
    lab.must(*ip, "address", "add", "fd77::1/64", "dev", "silent", "nodad")
    for family, bits in ((4, 32), (6, 128)):
        neighbour = (NOWHERE[family], "lladdr", "02:00:00:00:00:01", "dev", "silent", "nud", "permanent")
        lab.must(*ip, "neighbour", "add", *neighbour)
        lab.must(*ip, f"-{family}", "route", "add", "unreachable", f"{NO_ROUTE[family]}/{bits}")
    # Two SYNs: since 6.5 there would be a third. Neighbour discovery fails after a third of a second.
    lab.must(*space.enter, "sh", "-c", SETTINGS)
