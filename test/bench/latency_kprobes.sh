#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# latency_kprobes.sh: the part of latency_kprobes.py in the guest: a ping-pong next to each tracer, in turn.
# shellcheck shell=dash

rounds=5 out=/tmp/pingpong

without() { load pingpong 2000 >$out; }

# A tool of nettrace runs the command when it is attached.
tcptop() { nettrace tcptop -C --interval 1 -- "$@" >/dev/null; }

# $1: a function; rest: a tool of libbpf-tools that runs meanwhile. After a while the tool has loaded its programs, or
# has ended; then it is skipped. Idle time costs nothing here.
beside() {
	what=$1
	shift
	"$@" >/dev/null 2>&1 &
	usleep 3000000
	grep -q prog_type /proc/$!/fdinfo/* 2>/dev/null && $what
	kill -INT $! 2>/dev/null
	wait $!
}

nettrace_tcptop() { tcptop sh -c "load pingpong 2000 >$out"; }
nettrace_both() { tcptop nettrace tcpsubnet --interval 1 -- sh -c "load pingpong 2000 >$out"; }
kprobes_tcptop() { beside without /bin/tcptop -C 1; }
fentry_tcprtt() { beside without /bin/tcprtt -i 1; }
starts() { echo "starts|1"; }

for _ in $(seq $rounds); do
	for kind in without nettrace_tcptop nettrace_both kprobes_tcptop fentry_tcprtt; do
		rm -f $out
		$kind
		echo "result|$kind|$(cat $out)"
	done
done
for tool in /bin/*; do
	case $tool in
	/bin/tcprtt) ;;
	/bin/tcp* | /bin/solisten | /bin/softirqs) beside starts "$tool" ;;
	esac
done
