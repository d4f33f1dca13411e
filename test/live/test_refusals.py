#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_refusals.py: machines and privileges that prevent tracing: one line has the reason and the remedy, exit status
3."""

import os
import pathlib
import platform
import shutil
import tempfile

import lab

DENIED = pathlib.Path(__file__).parent / "denied.py"
NO_TYPES = "mount -t tmpfs none /sys/kernel/btf"


def inside_mounts(script, *command):
    """Runs in a mount namespace, after a script."""
    return ["unshare", "--mount", "sh", "-c", f'{script} && exec "$@"', "sh", *map(str, command)]


class Refusal(lab.LiveTest):
    limit = 120

    def setUp(self):
        super().setUp()
        lab.need("unshare")
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.directory.chmod(0o755)
        self.copy = self.directory / "nettrace"
        shutil.copy(lab.NETTRACE, self.copy)

    def check(self, *command, says):
        """Every tool, in one line without a message of libbpf."""
        for tool, words in lab.COMMANDS.items():
            with self.subTest(tool=tool, says=says):
                done = self.space.run(*command, self.copy, *words, "--duration=0.1")
                self.assertEqual((done.code, done.output), (3, b""), done.errors)
                self.assertRegex(done.errors, rf"\A{tool}: error: cannot trace {tool}: [^\n]*\({says}[^\n]*\)\n\Z")
                self.assertNotIn("libbpf", done.errors)


class Privileges(Refusal):
    def test_another_user(self):
        self.check(*lab.as_nobody(), says=rf"run as root, or: setcap cap_bpf,cap_perfmon\+ep {self.copy}")

    def test_another_user_where_everybody_may_call_bpf(self):
        """Unprivileged bpf() allows socket filters only, no tracing programs."""
        setting = pathlib.Path("/proc/sys/kernel/unprivileged_bpf_disabled")
        before = setting.read_text()
        if before.strip() != "1":  # the setting 1 is permanent
            self.addCleanup(setting.write_text, before)
            setting.write_text("0")
        self.check(*lab.as_nobody(), says="run as root, or: setcap cap_bpf,cap_perfmon")

    def test_the_remedy_is_one(self):
        """The remedy in the message works."""
        lab.must("setcap", "cap_bpf,cap_perfmon+ep", self.copy)
        for words in lab.COMMANDS.values():
            done = lab.run(*lab.as_nobody(self.copy, *words, "--duration=0.1"))
            self.assertEqual(done.code, 0, done.errors)

    def test_another_user_under_no_new_privs(self):
        lab.must("setcap", "cap_bpf,cap_perfmon+ep", self.copy)
        # In two steps: the first setpriv changes the user, the second sets no_new_privs, which disables file capabilities.
        says = "run as root, or with CAP_BPF and CAP_PERFMON as ambient capabilities: setcap does not help"
        self.check(*lab.as_nobody("setpriv", "--no-new-privs"), says=says)

    def test_half_of_it(self):
        for one in ("bpf", "perfmon"):
            self.check(*lab.as_nobody(capabilities=[one]), says="run as root, or: setcap cap_bpf,cap_perfmon")

    def test_root_of_a_container(self):
        bare = ["setpriv", "--bounding-set=-bpf,-perfmon,-sys_admin", "--inh-caps=-all"]
        self.check(*bare, says="root without CAP_BPF and CAP_PERFMON: a container needs --cap-add BPF")

    def test_root_of_a_user_namespace(self):
        self.check("unshare", "--user", "--map-root-user", says="in a user namespace, capabilities do not count")

    def test_cap_sys_admin_alone(self):
        """The capability of kernels before CAP_BPF."""
        for words in lab.COMMANDS.values():
            done = lab.run(*lab.as_nobody(self.copy, *words, "--duration=0.1", capabilities=["sys_admin"]))
            self.assertEqual(done.code, 0, done.errors)

    def test_verbose_shows_the_log(self):
        done = lab.run(*lab.as_nobody(self.copy, "tcplife", "-v", capabilities=["bpf"]))
        self.assertEqual(done.code, 3)
        self.assertIn("\nprogram session: Operation not permitted\n", done.errors)
        self.assertRegex(done.errors, r"\ntcplife: error: cannot trace tcplife: its program session for [^\n]*\n\Z")


class Seccomp(Refusal):
    def test_root(self):
        for error in ("EPERM", "ENOSYS", "EACCES"):
            self.check("python3", DENIED, error, says="a seccomp filter is in force")

    def test_another_user(self):
        for error in ("EPERM", "ENOSYS"):
            self.check("python3", DENIED, error, *lab.as_tracer(), says="a seccomp filter is in force")

    def test_a_filter_that_allows_it(self):
        for words in lab.COMMANDS.values():
            done = lab.run("python3", DENIED, "nothing", self.copy, *words, "--duration=0.1")
            self.assertEqual((done.code, done.errors), (0, ""))


class OpenFiles(Refusal):
    def test_too_few(self):
        self.check("sh", "-c", 'ulimit -n 10; exec "$@"', "sh", says="raise the limit of open files: ulimit -n 1024")


class Types(Refusal):
    release = platform.release()

    def test_a_kernel_without(self):
        says = f"needs a kernel of 5.10 or later, built with CONFIG_DEBUG_INFO_BTF; this is {self.release}"
        self.check(*inside_mounts(NO_TYPES), says=says)

    def test_names_of_a_kernel_without(self):
        done = lab.run(*inside_mounts(NO_TYPES, self.copy, "tcpdrop", "--reason=NO_SOCKET"))
        self.assertEqual((done.code, done.output), (3, b""))
        self.assertRegex(done.errors, r"\Atcpdrop: error: --reason [^\n]*: [^\n]*CONFIG_DEBUG_INFO_BTF[^\n]*\n\Z")

    def test_an_old_kernel(self):
        """A kernel that reports version 2.6: the message mentions it only after a failure."""
        old = ["setarch", "--uname-2.6"]
        self.check(*old, *inside_mounts(NO_TYPES), says=r"needs a kernel of 5.10 or later, .*; this is 2\.6\.")
        done = lab.run(*old, self.copy, "tcplife", "--duration=0.1")
        self.assertEqual((done.code, done.errors), (0, ""))

    def test_not_for_this_user(self):
        script = f"{NO_TYPES} && touch /sys/kernel/btf/vmlinux && chmod 600 /sys/kernel/btf/vmlinux"
        self.check(*inside_mounts(script), *lab.as_tracer(), says="this user cannot read /sys/kernel/btf/vmlinux")


class Scratch(Refusal):
    """An image that contains only the binary."""

    def test_without_sys(self):
        (self.directory / "proc").mkdir()
        enter = inside_mounts(f"mount --rbind /proc {self.directory}/proc", "chroot", self.directory)
        for tool, words in lab.COMMANDS.items():
            done = lab.run(*enter, "/nettrace", *words, "--duration=0.1")
            self.assertEqual((done.code, done.output), (3, b""), done.errors)
            says = r"[^\n]*\(/sys is not mounted here: mount -t sysfs sysfs /sys\)\n\Z"
            self.assertRegex(done.errors, rf"\A{tool}: error: cannot trace {tool}: {says}")

    def test_without_proc(self):
        """It shows the current network namespace."""
        done = lab.run("chroot", self.directory, "/nettrace", "netqtop", "-n", "lo", "--duration=0.1")
        self.assertEqual((done.code, done.output), (3, b""), done.errors)
        self.assertRegex(done.errors, r"\Anetqtop: error: [^\n]*: /proc is not mounted here \(mount -t proc proc /proc\)\n\Z")

    def trace(self, *mounts):
        (self.directory / "sys").mkdir()
        (self.directory / "proc").mkdir()
        script = " && ".join(f"mount --rbind /{name} {self.directory}/{name}" for name in mounts)
        words = ("/nettrace", "tcplife", "--json", "--debug", "--netns", self.space.inode, "--", "/nettrace", "traffic")
        done = self.space.run(*inside_mounts(script, "chroot", self.directory, *words, "--connect=7"))
        self.assertEqual(done.code, 0, done.errors)
        self.assert_account(done, 2 * 7)

    def test_with_sys(self):
        self.trace("sys")

    def test_with_sys_and_proc(self):
        self.trace("sys", "proc")

    def test_without_proc_places_are_numbers(self):
        (self.directory / "sys").mkdir()
        script = f"mount --rbind /sys {self.directory}/sys"
        done = lab.run(*inside_mounts(script, "chroot", self.directory, "/nettrace", "tcpdrop", "--duration=0.1"))
        self.assertEqual(done.code, 0)
        self.assertRegex(done.errors, r"\Atcpdrop: warning: no kernel symbols[^\n]*/proc/kallsyms[^\n]*\n\Z")


if __name__ == "__main__":
    lab.main()
