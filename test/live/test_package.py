# SPDX-License-Identifier: GPL-2.0-or-later
"""test_package.py: the files of `cmake --install`, and the .deb: lintian, and its installation next to libbpf-tools,
bpfcc-tools and bpftrace, a run, and its removal. The installation happens on an overlay of this machine's files,
which is discarded: nothing is installed here."""

import os
import pathlib
import re
import tempfile
import unittest

import lab

BUILD = pathlib.Path(lab.NETTRACE).parent
NEIGHBOURS = ("libbpf-tools", "bpfcc-tools", "bpftrace")


def below(folder):
    files = (path for path in pathlib.Path(folder).rglob("*") if path.is_symlink() or not path.is_dir())
    return {str(path.relative_to(folder)) for path in files}


class Package(lab.LiveTest):
    limit = 200

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="nettrace-package-")))

    def install(self, *settings, destination="tree"):
        """cmake --install with these settings; returns the files below the prefix."""
        tree = self.folder / destination
        if settings:
            lab.must("cmake", *(f"-D{setting}" for setting in settings), BUILD, limit=120)
            self.addCleanup(lab.must, "cmake", "-DNETTRACE_LINK_PREFIX=", "-DNETTRACE_LINK_DIR=libexec/nettrace", BUILD)
        lab.must("cmake", "--install", BUILD, "--prefix", "/usr/local", env={**os.environ, "DESTDIR": str(tree)})
        return below(tree / "usr/local")

    def test_install(self):
        """Links to tools are in a directory of their own."""
        files = self.install()
        for tool in lab.COMMANDS:
            self.assertIn(f"libexec/nettrace/{tool}", files)
            self.assertIn(f"share/man/man8/nettrace-{tool}.8", files)
            link = self.folder / f"tree/usr/local/libexec/nettrace/{tool}"
            self.assertEqual(os.readlink(link), "../../bin/nettrace")
            self.assertEqual(lab.must(link, "--version").split()[-1], f"({tool})")
        self.assertEqual([file for file in files if file.startswith(("bin/", "sbin/"))], ["bin/nettrace"])

    def test_links(self):
        """With a prefix, next to the program; or no links."""
        files = self.install("NETTRACE_LINK_PREFIX=nt-", "NETTRACE_LINK_DIR=bin", destination="prefixed")
        self.assertEqual(
            {file for file in files if file.startswith(("bin/", "libexec/"))},
            {"bin/nettrace", *(f"bin/nt-{tool}" for tool in lab.COMMANDS)},
        )
        link = self.folder / "prefixed/usr/local/bin/nt-tcplife"
        self.assertEqual(os.readlink(link), "nettrace")
        self.assertEqual(lab.must(link, "--version").split()[-1], "(tcplife)")
        files = self.install("NETTRACE_LINK_DIR=", destination="none")
        self.assertEqual([file for file in files if file.startswith(("bin/", "libexec/"))], ["bin/nettrace"])

    def test_own_links(self):
        """nettrace --install makes the same links; it leaves a foreign file alone and reports it."""
        place = self.folder / "links"
        place.mkdir()
        (place / "nt-tcptop").write_text("somebody else's")
        done = lab.run(lab.NETTRACE, "--install", place, "--prefix", "nt-")
        self.assertEqual((done.code, len(done.errors.splitlines())), (1, 1), done.errors)
        self.assertIn("nt-tcptop", done.errors)
        self.assertEqual(below(place), {f"nt-{tool}" for tool in lab.COMMANDS})
        self.assertEqual((place / "nt-tcptop").read_text(), "somebody else's")

    def make(self):
        lab.must("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", self.folder, limit=120, cwd=BUILD)
        (package,) = self.folder.glob("*.deb")
        return package

    def test_lintian(self):
        """It finds only what is overridden, each with a reason."""
        package = self.make()
        found = lab.must(
            lab.need("lintian"), "--allow-root", "--pedantic", "--fail-on", "error,warning", package, limit=150
        )
        self.assertEqual([line for line in found.splitlines() if line.startswith(("E:", "W:"))], [])
        control = lab.must("dpkg-deb", "--field", package)
        self.assertIn("Package: nettrace\n", control)
        self.assertNotIn("Depends:", control)
        kib = int(re.search(r"^Installed-Size: (\d+)", control, re.MULTILINE)[1])
        self.assertAlmostEqual(kib, os.stat(lab.NETTRACE).st_size / 1024 + 350, delta=350)

    def test_rpm(self):
        """The same files; the package requires nothing, and owns no other package's directory."""
        lab.need("rpmbuild")
        lab.must("cpack", "-G", "RPM", "--config", BUILD / "CPackConfig.cmake", "-B", self.folder, limit=120, cwd=BUILD)
        (package,) = self.folder.glob("*.rpm")
        files = set(lab.must("rpm", "-qlp", package).splitlines())
        links = {f"/usr/libexec/nettrace/{tool}" for tool in lab.COMMANDS}
        self.assertLessEqual({"/usr/bin/nettrace", "/usr/lib/systemd/system/nettrace-record@.service", *links}, files)
        self.assertEqual({file for file in files if file.count("/") < 4} - {"/usr/bin/nettrace"}, {"/usr/libexec/nettrace", "/usr/share/nettrace"})
        self.assertEqual(lab.must("rpm", "-qp", "--qf", "%{LICENSE} %{VERSION}", package).split()[0], "GPL-2.0-or-later")
        requires = [line for line in lab.must("rpm", "-qp", "--requires", package).splitlines() if "rpmlib(" not in line]
        self.assertEqual(requires, [])

    def test_beside_others(self):
        """Installed, run, removed: no other package's file changes."""
        package = self.make()
        for neighbour in NEIGHBOURS:
            if lab.run("dpkg-query", "-W", "-f", "${db:Status-Abbrev}", neighbour).output.strip() != b"ii":
                raise unittest.SkipTest(f"no package {neighbour}")
        script = r"""
            set -e
            cd "$1"
            mount -t tmpfs -o mode=755 layer .
            mkdir upper work root
            mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work layer root
            for place in proc sys dev; do mount --rbind /$place root/$place; done
            mkdir -p root/run/package
            cp "$2" root/run/package/nettrace.deb
            cat >root/run/package/steps <<'EOF'
                set -e
                others() {
                    dpkg -V "$@" || true
                    for other; do dpkg -L $other; done | sort -u |
                        xargs -d '\n' stat -c '%F %N %s %Y %a' 2>&1 | grep -v ^directory
                }
                excluded() { grep -rqs '^path-exclude=/usr/share/man' /etc/dpkg; }
                others "$@" >/run/package/before
                dpkg -i /run/package/nettrace.deb
                others "$@" >/run/package/between
                cmp /run/package/before /run/package/between
                dpkg -L nettrace >/run/package/list
                for name in $(cd /usr/libexec/nettrace && ls); do
                    test "$(readlink -f "/usr/libexec/nettrace/$name")" = /usr/bin/nettrace
                    excluded || man -w "nettrace-$name" >/dev/null
                    case $(command -v "$name") in /usr/libexec/*) echo "$name is in the way"; exit 1 ;; esac
                done
                nettrace tcplife --netns "$(readlink /proc/self/ns/net | tr -dc 0-9)" -- nettrace traffic --connect 3 >/run/package/rows
                bash -c '. /usr/share/bash-completion/completions/nettrace && complete -p nettrace' >/dev/null
                tcpstates --version >/dev/null 2>&1 || tcpstates --help >/dev/null
                dpkg -P nettrace
                others "$@" >/run/package/after
                cmp /run/package/before /run/package/after
                while read -r path; do
                    case $path in *nettrace*) test ! -e "$path" || { echo "$path is left"; exit 1; } ;; esac
                done </run/package/list
                test ! -e /usr/bin/nettrace
                cat /run/package/rows
EOF
            exec chroot root sh /run/package/steps libbpf-tools bpfcc-tools bpftrace
        """
        layer = self.folder / "layer"
        layer.mkdir()
        done = self.space.run(
            "unshare", "--mount", "--propagation=private", "sh", "-c", script, "steps", layer, package, limit=150
        )
        self.assertEqual(done.code, 0, done.output.decode()[-2000:] + done.errors[-2000:])
        rows = [line for line in done.lines if re.match(r"\d+ +nt-(client|server)", line)]
        self.assertEqual(len(rows), 6, done.output.decode())


if __name__ == "__main__":
    lab.main()
