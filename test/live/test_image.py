# SPDX-License-Identifier: GPL-2.0-or-later
"""test_image.py: the archive that `setup image` writes, loaded by buildah and run by runc with two capabilities and the
host's pid namespace: no shell, no /etc, a read-only root."""

import contextlib
import json
import os
import pathlib
import shutil
import stat
import tarfile
import tempfile

import lab

SOURCE = pathlib.Path(__file__).parents[2]
MOST = 4 * 1000 * 1000  # bytes of the image
ID = "3f0c1d6b5a4e29788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
CAPABILITIES = ["CAP_BPF", "CAP_PERFMON"]


class Image:
    """The image of an archive, in a private store, unpacked."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        archive = self.archive("image.tar")
        with tarfile.open(archive) as members:
            (manifest,) = json.load(members.extractfile("manifest.json"))
        self.names = manifest["RepoTags"]
        name = self.buildah("pull", "-q", f"docker-archive:{archive}").strip()
        self.config = json.loads(self.buildah("inspect", "--type", "image", name))["OCIv1"]["config"]
        self.size = json.loads(self.buildah("images", "--json"))[0]["size"]
        self.buildah("push", "-q", "--format", "oci", name, f"oci:{self.folder}/oci:latest")
        container = self.buildah("from", name).strip()
        shutil.copytree(self.buildah("mount", container).strip(), self.folder / "rootfs", symlinks=True)
        self.buildah("rm", container)
        # Before a runtime creates mount points in it.
        self.files = [path.lstat() for path in (self.folder / "rootfs").rglob("*") if not path.is_dir()]
        self.top = sorted(os.listdir(self.folder / "rootfs"))

    def archive(self, name):
        lab.must(SOURCE / "docs/install/image", pathlib.Path(lab.NETTRACE).parent, self.folder / name, limit=120)
        return self.folder / name

    def buildah(self, *command):
        store = ["--root", self.folder / "store", "--runroot", self.folder / "run", "--storage-driver", "vfs"]
        return lab.must(lab.need("buildah"), *store, *command, limit=120)

    def bundle(self, name, arguments, user=0, capabilities=tuple(CAPABILITIES), host_pids=True, entrypoint=True):
        """The configuration that an engine makes from the image for `run --pid=host --read-only --cap-drop ALL
        --cap-add ...`."""
        bundle = self.folder / name
        bundle.mkdir()
        lab.must("runc", "spec", cwd=bundle)
        config = json.loads((bundle / "config.json").read_text())
        sets = {kind: list(capabilities) for kind in ("bounding", "effective", "permitted")}
        if user:
            sets.update(inheritable=list(capabilities), ambient=list(capabilities))
        config["process"].update(
            terminal=False,
            args=[*(self.config["Entrypoint"] if entrypoint else ()), *map(str, arguments)],
            env=self.config["Env"],
            user={"uid": user, "gid": user},
            capabilities=sets,
            noNewPrivileges=True,
        )
        config["root"] = {"path": str(self.folder / "rootfs"), "readonly": True}
        gone = {"pid"} if host_pids else set()
        config["linux"]["namespaces"] = [item for item in config["linux"]["namespaces"] if item["type"] not in gone]
        (bundle / "config.json").write_text(json.dumps(config))
        return ["runc", "--root", self.folder / "runc", "run", "--bundle", bundle, f"nt-{os.getpid()}-{name}"]


class InImage(lab.LiveTest):
    limit = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for program in ("buildah", "runc", "cmake"):
            lab.need(program)
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="nettrace-image-"))
        cls.image = Image(cls.folder)

    def name(self):
        return f"{self._testMethodName}-{len(list(pathlib.Path(self.folder).iterdir()))}"

    def run_inside(self, *arguments, limit=lab.PATIENCE, **more):
        return lab.run(*self.image.bundle(self.name(), arguments, **more), limit=limit)

    @contextlib.contextmanager
    def traced(self, *arguments, **more):
        """A tool in a container, with --verbose, whose messages show that it has attached."""
        with lab.Running(*self.image.bundle(self.name(), (*arguments, "--debug"), **more)) as tool:
            lab.wait_for(lambda: b"hook open sockets" in tool.errors_so_far() or tool.process.poll() is not None, "hooks")
            yield tool

    def test_size(self):
        """One program and its links."""
        size = sum(file.st_size for file in self.image.files)
        blobs = [path for path in (self.image.folder / "oci/blobs").rglob("*") if path.is_file()]
        print(f"\nthe image: {size} bytes, {sum(path.stat().st_size for path in blobs)} to download; "
              f"buildah says {self.image.size}")
        self.assertEqual([stat.S_IFMT(file.st_mode) for file in self.image.files].count(stat.S_IFREG), 1)
        self.assertEqual(len(self.image.files), 1 + len(lab.LINKS))
        self.assertEqual(self.image.top, ["bin", "libexec"])
        self.assertLess(size, MOST)

    def test_archive(self):
        """It has the name that the manifests use; the same program makes the same archive."""
        version = lab.must(lab.NETTRACE, "--version").split()[1]
        self.assertEqual({name.rsplit("/")[-1] for name in self.image.names}, {f"nettrace:{version}"})
        first, second = (self.image.archive(name) for name in ("image.tar", "again.tar"))
        self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_names(self):
        """The list, a tool by its name, a tool by its link."""
        listed = self.run_inside("--list")
        self.assertEqual((listed.code, listed.errors), (0, ""))
        self.assertEqual(set(lab.COMMANDS) - {line.split()[0] for line in listed.lines}, set())
        self.assertEqual(self.run_inside("tcplife", "--version").code, 0)
        linked = self.run_inside("tcplife", "--version", entrypoint=False)
        self.assertEqual((linked.code, linked.lines[0].split()[0]), (0, "nettrace"), linked.errors)

    def test_tcplife(self):
        """The host's connections, their processes and their containers; also of the host's users."""
        for user in (0, lab.NOBODY):
            with self.subTest(user=user):
                with self.traced("tcplife", "--json", "--containers", "--netns", self.space.inode, user=user) as tool:
                    with lab.cgroup(f"docker-{ID}.scope") as (_, inner):
                        report = self.space.traffic("--connect=7", through=lab.in_cgroup(inner))
                    lab.wait_for(lambda: tool.so_far().count(b"\n") >= 14, "rows")
                self.assertEqual(tool.code, 0, tool.errors)
                self.assertEqual(len(tool.rows), 14)
                self.assertEqual({row["pid"] for row in tool.rows}, {report["client_pid"], report["server_pid"]})
                self.assertEqual({row["owner"] for row in tool.rows}, {"exact"})
                self.assertEqual({row["container_id"] for row in tool.rows}, {ID})

    def test_tcpretrans(self):
        """As a table: without time zone and terminal."""
        with self.traced("tcpretrans", "--netns", self.space.inode) as tool:
            with self.space.counting() as grown:
                report = self.space.traffic("--drop=5")
            lab.wait_for(lambda: tool.so_far().count(b"\n") > grown["RetransSegs"], "rows")
        self.assertEqual(tool.code, 0, tool.errors)
        self.assertEqual(len(tool.lines) - 1, grown["RetransSegs"], tool.lines)
        self.assertGreater(grown["RetransSegs"], 0)
        self.assertEqual({int(line.split()[1]) for line in tool.lines[1:]}, {report["client_pid"]})

    def test_doctor(self):
        """Every tool works, with proof."""
        done = self.run_inside("doctor", "--prove", "--json", limit=100)
        self.assertEqual(done.code, 0, done.output.decode() + done.errors)
        told = {row["tool"]: row for row in done.objects if "tool" in row}
        self.assertEqual(set(lab.COMMANDS) - set(told), set(), done.output)

    def test_refused(self):
        """Without the capabilities, and without the host's processes: a line with the remedy."""
        refused = self.run_inside("tcplife", capabilities=())
        self.assertEqual((refused.code, refused.output, len(refused.errors.splitlines())), (3, b"", 1), refused.errors)
        self.assertIn("bpf", refused.errors.lower())
        alone = self.run_inside("tcplife", "--duration=0.1", host_pids=False)
        self.assertEqual(alone.code, 0, alone.errors)
        self.assertIn("pid", alone.errors)

    def test_nothing_else(self):
        """The image contains only the program's files; names of users and network namespaces are reported as missing."""
        for option, value in (("--uid", "root"), ("--netns", "blue")):
            refused = self.run_inside("tcplife", option, value)
            self.assertEqual((refused.code, len(refused.errors.splitlines())), (2, 1), refused.errors)


if __name__ == "__main__":
    lab.main()
