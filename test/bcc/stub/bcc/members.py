# SPDX-License-Identifier: GPL-2.0-or-later
"""members.py: what bcc's programs call the values of nettrace's JSON."""

import calendar
import socket
import struct
import sys
import time
import types

STATES = ("ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING "
          "NEW_SYN_RECV").split()  # fmt: skip
FLAGS = "FIN SYN RST PSH ACK URG ECE CWR".split()
SOFTIRQS = "hi timer net_tx net_rx block irq_poll tasklet sched hrtimer rcu".split()
SIZES = {"size_64B": "size_0_63", "size_512B": "size_64_511", "size_2K": "size_512_2047", "size_16K": "size_2048_16383",
         "size_64K": "size_16384_65535"}  # fmt: skip


def nanoseconds(text):
    """Of a time such as 2026-03-05T11:02:07.000000000Z."""
    second, fraction = text.rstrip("Z").split(".")
    return calendar.timegm(time.strptime(second, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(fraction)


def address(family, text):
    if family == 4:
        return struct.unpack("I", socket.inet_aton(text))[0]
    return socket.inet_pton(socket.AF_INET6, text)


def family_of(row):
    return row.get("family") or (6 if ":" in row["laddr"] else 4)


def port(row, name):
    return row[name] or 0


def state(name):
    return STATES.index(name) + 1 if name in STATES else int(name)


class Members(types.SimpleNamespace):
    __hash__ = object.__hash__


def of_socket(row):
    """The members that most programs have, with the names of each."""
    ns, family = nanoseconds(row["ts"]), family_of(row)
    return Members(
        ts_us=ns // 1000, ts_ns=ns, pid=row.get("pid"), uid=row.get("uid"), netns=row.get("netns"),
        task=(row.get("comm") or "").encode(), comm=(row.get("comm") or "").encode(), name=(row.get("comm") or "").encode(),
        ip=family, saddr=address(family, row["laddr"]), daddr=address(family, row["raddr"]),
        lport=port(row, "lport"), sport=port(row, "lport"), dport=port(row, "rport"),
    )  # fmt: skip


def of_tcplife(row):
    return {"ports": port(row, "lport") << 32 | port(row, "rport"), "tx_b": row["tx_bytes"], "rx_b": row["rx_bytes"],
            "span_us": row["duration_ns"] // 1000}  # fmt: skip


def of_tcpstates(row):
    return {"skaddr": int(row["skaddr"], 16), "ports": port(row, "lport") << 16 | port(row, "rport"),
            "oldstate": state(row["oldstate"]), "newstate": state(row["newstate"]),
            "span_us": row["duration_ns"] // 1000}  # fmt: skip


def of_tcpconnlat(row):
    return {"delta_us": row["latency_ns"] // 1000}


def of_tcpretrans(row):
    return {"type": "RL".index(row["kind"]) + 1, "state": state(row["state"]), "seq": row["seq"]}


def of_tcptracer(row):
    return {"type": ["connect", "accept", "close"].index(row["type"]) + 1}


def of_tcpdrop(row):
    return {"saddr": address(row["family"], row["saddr"]), "daddr": address(row["family"], row["daddr"]),
            "sport": row["sport"], "dport": row["dport"], "state": state(row["state"]),
            "tcpflags": sum(1 << FLAGS.index(flag) for flag in row["flags"].split("|")),
            "stack_id": row["stack"] or []}  # fmt: skip


def of_solisten(row):
    kind = {"TCP": socket.SOCK_STREAM, "UDP": socket.SOCK_DGRAM}[row["proto"][:3]]
    family = {"4": socket.AF_INET, "6": socket.AF_INET6}[row["proto"][-1]]
    laddr = address(row["family"], row["laddr"])
    return {"proto": family << 16 | kind, "backlog": row["backlog"], "laddr": [laddr] if row["family"] == 4 else laddr}


EVENTS = {"tcplife": of_tcplife, "tcpstates": of_tcpstates, "tcpconnlat": of_tcpconnlat, "tcpretrans": of_tcpretrans,
          "tcptracer": of_tcptracer, "tcpdrop": of_tcpdrop, "solisten": of_solisten}  # fmt: skip


def of_event(tool, row):
    event = of_socket(row)
    if tool in EVENTS:
        event.__dict__.update(EVENTS[tool](row))
    return event


# ---- totals: the key and the value of an entry, or None if it belongs to another table ----


def total_of_sockets(name, row):
    if f"ipv{family_of(row)}" not in name:
        return None
    column = "tx_bytes" if "send" in name else "rx_bytes" if "recv" in name else "count"
    return of_socket(row), Members(value=row[column])


def total_of_subnets(name, row):
    if not row["tx_bytes"]:
        return None
    subnets = sys.argv[-1].split(",")
    return Members(index=subnets.index(row["subnet"])), Members(value=row["tx_bytes"])


def total_of_softirqs(name, row):
    value = Members(value=row["count"] if "-C" in sys.argv else row.get("total_ns"))
    value.histogram = [0] * 65
    for bucket in row.get("histogram_us", []):
        value.histogram[bucket["to"].bit_length()] = bucket["count"]
    return Members(vec=SOFTIRQS.index(row["softirq"])), value


def total_of_queues(name, row):
    if not name.startswith(row["direction"]):
        return None
    value = Members(total_pkt_len=row["bytes"], num_pkt=row["packets"])
    value.__dict__.update({theirs: row[ours] for theirs, ours in SIZES.items()})
    return Members(value=row["queue"]), value


TOTALS = {"tcpsubnet": total_of_subnets, "softirqs": total_of_softirqs, "netqtop": total_of_queues}


def total(tool, name, row):
    return TOTALS.get(tool, total_of_sockets)(name, row)
