# SPDX-License-Identifier: GPL-2.0-or-later
"""test_package.py: the files of `cmake --install`, and the .deb and the .rpm: lintian and rpmlint, and their installation
next to libbpf-tools, bpfcc-tools and bpftrace, a run, and their removal. The installation happens on an overlay of this
machine's files, which is discarded: nothing is installed here."""

import configparser
import os
import pathlib
import re
import string
import tempfile
import tomllib
import unittest

import lab

BUILD = pathlib.Path(lab.NETTRACE).parent
SOURCE = pathlib.Path(__file__).parents[2]
NEIGHBOURS = ("libbpf-tools", "bpfcc-tools", "bpftrace")


def below(folder):
    files = (path for path in pathlib.Path(folder).rglob("*") if path.is_symlink() or not path.is_dir())
    return {str(path.relative_to(folder)) for path in files}


class Installed(lab.LiveTest):
    """cmake --install, and nettrace --install."""

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
            {"bin/nettrace", *(f"bin/nt-{name}" for name in lab.LINKS)},
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
        self.assertEqual(below(place), {f"nt-{name}" for name in lab.LINKS})
        self.assertEqual((place / "nt-tcptop").read_text(), "somebody else's")


class Package(lab.LiveTest):
    """The two packages of one build."""

    limit = 200

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for program in ("lintian", "rpmbuild", "rpmlint"):
            lab.need(program)
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="nettrace-package-")))
        lab.must("cpack", "-G", "DEB;RPM", "--config", BUILD / "CPackConfig.cmake", "-B", cls.folder, limit=120, cwd=BUILD)
        (cls.deb,) = cls.folder.glob("*.deb")
        (cls.rpm,) = cls.folder.glob("*.rpm")

    def ask_rpm(self, *question):
        return lab.must("rpm", "-qp", *question, self.rpm).splitlines()

    def test_lintian(self):
        """It finds only what is overridden, each with a reason."""
        done = lab.run("lintian", "--allow-root", "--pedantic", "--fail-on", "error,warning", self.deb, limit=150)
        self.assertEqual((done.code, [line for line in done.lines if line.startswith(("E:", "W:"))]), (0, []), done.errors)
        control = lab.must("dpkg-deb", "--field", self.deb)
        self.assertIn("Package: nettrace\n", control)
        self.assertNotIn("Depends:", control)
        kib = int(re.search(r"^Installed-Size: (\d+)", control, re.MULTILINE)[1])
        self.assertAlmostEqual(kib, os.stat(lab.NETTRACE).st_size / 1024 + 500, delta=350)

    def test_rpmlint(self):
        """It finds only what its configuration excludes, each with a reason; and nothing is excluded without need."""
        config = SOURCE / "docs/install/rpmlint.toml"
        clean = lab.run("rpmlint", "--strict", "--config", config, self.rpm, limit=60)
        self.assertEqual(clean.code, 0, clean.output.decode())
        self.assertIn("1 packages and 0 specfiles checked; 0 errors, 0 warnings", clean.output.decode())
        found = lab.run("rpmlint", "--strict", "--config", self.without_filters(config), self.rpm, limit=60).output.decode()
        for excluded in tomllib.loads(config.read_text())["Filters"]:
            self.assertRegex(found, re.compile(excluded, re.MULTILINE))

    def without_filters(self, config):
        copy = self.folder / "rpmlint.toml"
        copy.write_text(re.sub(r"^Filters = \[.*?^\]", "", config.read_text(), flags=re.MULTILINE | re.DOTALL))
        return copy

    def test_rpm(self):
        """The same files as in the .deb; the package requires nothing, and owns no other package's directory."""
        files = set(self.ask_rpm("-l"))
        links = {f"/usr/libexec/nettrace/{name}" for name in lab.LINKS}
        pages = {f"/usr/share/man/man8/nettrace-{tool}.8.gz" for tool in lab.COMMANDS}
        self.assertLessEqual(links | pages, files)
        own = {file for file in files if not re.search(r"/(man[578]|schema|nettrace)/", file)}
        self.assertEqual(
            own,
            {
                "/usr/bin/nettrace",
                "/usr/lib/systemd/system/nettrace-record@.service",
                "/usr/libexec/nettrace",
                "/usr/share/bash-completion/completions/nettrace",
                "/usr/share/fish/vendor_completions.d/nettrace.fish",
                "/usr/share/licenses/nettrace",
                "/usr/share/nettrace",
                "/usr/share/zsh/site-functions/_nettrace",
            },
        )
        deb = {line.split()[5][1:] for line in lab.must("dpkg-deb", "--contents", self.deb).splitlines() if line[0] != "d"}
        only_deb = {file for file in deb - files if not re.search("/doc/|/lintian/", file)}
        self.assertEqual(only_deb, {"/usr/share/zsh/vendor-completions/_nettrace"})
        self.assertEqual(
            self.ask_rpm("--qf", "%{LICENSE}|%{VENDOR}|%{BUILDHOST}|%{PREFIXES}"), ["GPL-2.0-or-later|nettrace|localhost|(none)"]
        )
        self.assertIn("/usr/share/licenses/nettrace/LICENSE", self.ask_rpm("--licensefiles"))
        self.assertEqual([line for line in self.ask_rpm("--requires") if not re.match(r"rpmlib\(|/bin/sh$", line)], [])

    def test_unit(self):
        """The recorder's command, with options and tools from its environment, writes a recording."""
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str
        unit.read(SOURCE / "docs/install/nettrace-record@.service")
        service = unit["Service"]
        settings = {**dict(re.findall(r"(\w+)=(\S*)", service["Environment"])), "OPTIONS": "--duration 0.2", "INVOCATION_ID": "1"}
        command = service["ExecStart"].replace("%i", "night").replace("/var/lib/nettrace", str(self.folder))
        lab.must(lab.NETTRACE, *string.Template(command).substitute(settings).split()[1:])
        info = lab.must(lab.NETTRACE, "replay", self.folder / "night.1.rec", "--info")
        for tool in settings["TOOLS"].split(","):
            self.assertIn(tool, info)

    def test_beside_others(self):
        """Installed, run, removed: no other package's file changes; recorders are stopped before the program is gone.
        A systemd that fails does not keep the package."""
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
            cp "$3" root/run/package/nettrace.rpm
            mkdir -p root/run/systemd/system
            rm -f root/usr/bin/systemctl # for rpm, which sets PATH
            printf '#!/bin/sh\necho "$@" >>/run/package/systemd\nexit 1\n' >root/usr/bin/systemctl
            chmod 755 root/usr/bin/systemctl
            cat >root/run/package/steps <<'EOF'
                set -e
                others() {
                    dpkg -V "$@" || true
                    for other; do dpkg -L $other; done | sort -u |
                        xargs -d '\n' stat -c '%F %N %s %Y %a' 2>&1 | grep -v ^directory
                }
                unchanged() { others $all >/run/package/now; cmp /run/package/before /run/package/now; }
                excluded() { grep -rqs '^path-exclude=/usr/share/man' /etc/dpkg; }
                all="$*"
                works() {
                    for name in $(cd /usr/libexec/nettrace && ls); do
                        test "$(readlink -f "/usr/libexec/nettrace/$name")" = /usr/bin/nettrace
                        $1 || [ "$name" = gethostlatency ] || man -w "nettrace-$name" >/dev/null
                        case $(command -v "$name") in /usr/libexec/*) echo "$name is in the way"; exit 1 ;; esac
                    done
                    nettrace tcplife --netns "$(readlink /proc/self/ns/net | tr -dc 0-9)" -- nettrace traffic --connect 3 >>/run/package/rows
                    bash -c '. /usr/share/bash-completion/completions/nettrace && complete -p nettrace' >/dev/null
                    tcpstates --version >/dev/null 2>&1 || tcpstates --help >/dev/null
                }
                gone() {
                    while read -r path; do
                        case $path in *nettrace*) test ! -e "$path" || { echo "$path is left"; exit 1; } ;; esac
                    done <$1
                    test ! -e /usr/bin/nettrace
                }
                others $all >/run/package/before
                dpkg -i /run/package/nettrace.deb
                unchanged
                dpkg -L nettrace >/run/package/deb
                works excluded
                systemd-analyze verify --man=no nettrace-record@night.service
                dpkg -i /run/package/nettrace.deb # the same again is an upgrade
                dpkg -P nettrace
                unchanged
                gone /run/package/deb
                rpm --dbpath /run/package/db -i --nodeps /run/package/nettrace.rpm # /bin/sh is not from an .rpm here
                rpm --dbpath /run/package/db -V --nodeps nettrace
                unchanged
                rpm -qlp /run/package/nettrace.rpm >/run/package/rpm
                works false
                rpm --dbpath /run/package/db -e nettrace
                unchanged
                gone /run/package/rpm
                cat /run/package/rows
                sed 's/^/systemctl /' /run/package/systemd
EOF
            exec chroot root sh /run/package/steps libbpf-tools bpfcc-tools bpftrace
        """
        layer = self.folder / "layer"
        layer.mkdir()
        done = self.space.run(
            "unshare", "--mount", "--propagation=private", "sh", "-c", script, "steps", layer, self.deb, self.rpm, limit=150
        )
        self.assertEqual(done.code, 0, done.output.decode()[-2000:] + done.errors[-2000:])
        rows = [line for line in done.lines if re.match(r"\d+ +nt-(client|server)", line)]
        self.assertEqual(len(rows), 12, done.output.decode())
        stop = ["systemctl stop nettrace-record@*.service", "systemctl --no-reload --quiet disable nettrace-record@.service"]
        reload = "systemctl daemon-reload"
        self.assertEqual([line for line in done.lines if line.startswith("systemctl ")], [reload, reload, *stop, *stop])


if __name__ == "__main__":
    lab.main()
