# SPDX-License-Identifier: GPL-2.0-or-later
"""unseen.py: events that no BPF program sees, counted by ftrace.

Some kernels run no BPF program while a task of the machine's own supervisor (process 1) is current. Softirqs
interrupt its threads like others; only ftrace sees these events. Every BPF tool missed 20 of 20 retransmissions with
such a thread, and none of 2980 with others, and BPF counts no miss."""

import collections
import contextlib
import ctypes
import os
import pathlib
import re
import tempfile

MNT_DETACH = 2
# Events that have rows in tools and can happen in softirq, and received packets, because they may lead to others (a SYN
# that is dropped, a DNS answer). Only IP packets matter.
FILTERS = {
    "sock/inet_sock_set_state": "protocol == 6",
    "tcp/tcp_retransmit_skb": "",
    "tcp/tcp_retransmit_synack": "",
    "skb/kfree_skb": "protocol == 0x800 || protocol == 0x86dd",
    "net/netif_receive_skb": "",
}
# "   tokio-worker-72      (      1) [001] ..s1.  1234.567890: tcp_retransmit_skb: ...": of process 1's threads only.
LINE = re.compile(
    r"^.{16,}?-\d+ +\( *(?:1|-+)\) +\[(?P<cpu>\d+)\] \S+ +[\d.]+: (?P<event>\w+): (?P<fields>.*)$", re.MULTILINE
)
libc = ctypes.CDLL(None, use_errno=True)


def supervisor():
    return [int(thread) for thread in os.listdir("/proc/1/task")]


def remove_left(root):
    """Removes instances of killed tests, for which the kernel would continue to record, at a cost."""
    folder = os.open("instances", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root)
    for name in os.listdir(folder):
        made_by = re.fullmatch(r"nettrace-(\d+)-\d+", name)
        if made_by and not pathlib.Path("/proc", made_by[1]).exists():
            with contextlib.suppress(OSError):
                os.rmdir(name, dir_fd=folder)
    os.close(folder)


class Unseen:
    """An ftrace instance that records events that have interrupted process 1. Without ftrace: none."""

    def __init__(self, filters=FILTERS):
        self.stack = contextlib.ExitStack()
        self.path = None
        with contextlib.suppress(OSError):
            self.open(filters)

    def open(self, filters):
        """Through a temporary mount, so that the tested program finds the machine unchanged."""
        with tempfile.TemporaryDirectory() as directory:
            if libc.mount(b"tracefs", directory.encode(), b"tracefs", 0, None):
                raise OSError(ctypes.get_errno(), "tracefs")
            try:
                root = os.open(directory, os.O_PATH | os.O_DIRECTORY)
            finally:
                libc.umount2(directory.encode(), MNT_DETACH)
        self.stack.callback(os.close, root)
        remove_left(root)
        name = f"instances/nettrace-{os.getpid()}-{id(self)}"
        os.mkdir(name, dir_fd=root)
        self.stack.callback(os.rmdir, name, dir_fd=root)
        self.path = pathlib.Path(f"/proc/self/fd/{root}", name)
        # Follows later threads of process 1, and also programs that it starts, which LINE excludes.
        for option in ("event-fork", "record-tgid"):
            (self.path / "options" / option).write_text("1")
        self.clear()
        for event, condition in filters.items():
            if condition:
                (self.path / "events" / event / "filter").write_text(condition)
            (self.path / "events" / event / "enable").write_text("1")

    def clear(self):
        """Starts again, with the current threads of process 1."""
        if self.path:
            (self.path / "set_event_pid").write_text(" ".join(map(str, supervisor())))
            (self.path / "trace").write_text("")

    def events(self):
        """(event, cpu, the fields' text) of each since then."""
        found = LINE.finditer((self.path / "trace").read_text()) if self.path else ()
        return [(line["event"], int(line["cpu"]), line["fields"]) for line in found]

    def count(self):
        return collections.Counter(event for event, _, _ in self.events())

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.path:
            (self.path / "events" / "enable").write_text("0")
        self.stack.close()
