#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""test_programs.py: real programs as traffic, in a network namespace: each row has the right process, and sessions,
bytes and refusals match the programs' own logs."""

import collections
import contextlib
import os
import pathlib
import pwd
import re
import signal
import socket
import tempfile

import lab

TOOLS = "tcpconnect,tcpaccept,tcpretrans,tcpdrop,tcplife"
HOST = "127.0.0.1"


class Traced:
    """The rows of a run. Sessions, attempts and accepts are listed by the client's port, in order, because the kernel
    reuses ports."""

    def __init__(self, trace):
        self.rows = trace.rows
        self.of = collections.defaultdict(list)
        for row in self.rows:
            self.of[row["tool"]].append(row)

    def servers(self, port):
        """Sessions of this port's server: {client's port: [row, ...]}."""
        return self.by("rport", [row for row in self.of["tcplife"] if row["lport"] == port])

    def clients(self, port):
        return self.by("lport", [row for row in self.of["tcplife"] if row["rport"] == port])

    def accepts(self, port):
        return self.by("rport", [row for row in self.of["tcpaccept"] if row["lport"] == port])

    @staticmethod
    def by(key, rows):
        found = collections.defaultdict(list)
        for row in rows:
            found[row[key]].append(row)
        return found


def who(rows):
    """{client's port: [(process, its name), ...]}."""
    return {port: [(row["pid"], row["comm"]) for row in each] for port, each in rows.items()}


def moved(rows):
    """{client's port: [(sent, received), ...]}, in bytes."""
    return {port: [(row["tx_bytes"], row["rx_bytes"]) for row in each] for port, each in rows.items()}


class Programs(lab.LiveTest):
    limit = 120

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder.chmod(0o755)

    def listens(self, port):
        return bool(lab.must(*self.space.enter, lab.need("ss"), "-ltnH", f"sport = :{port}"))

    @contextlib.contextmanager
    def serving(self, port, *command, how=signal.SIGTERM, **more):
        """A server inside the namespace that listens on the port; ended with this signal."""
        with lab.Running(*self.space.enter, *command, **more) as server:
            lab.wait_for(lambda: self.listens(port) or server.process.poll() is not None, command[0])
            if server.process.poll() is not None:
                done = server.wait()
                raise AssertionError(f"{command}: exit {done.code}: {done.errors}{done.output}")
            try:
                yield server
            finally:
                server.tell(how)
                server.wait()

    @contextlib.contextmanager
    def traced(self, tools=TOOLS):
        """Traces during the `with` block; the rows are available after it. Nothing was lost, and every row has an
        owner. The kernel answered the packets that it dropped with a RST."""
        told = []
        with self.space.counting() as counters, self.space.trace("trace", tools) as trace:
            yield told
        self.assertEqual(trace.losses, [], trace.errors)
        told.append(Traced(trace))
        again = sum(row["segments"] for row in told[0].of["tcpretrans"])
        if "tcpretrans" in tools:
            self.assertEqual(again, counters["RetransSegs"] - counters["TCPRetransFail"])
        dropped = told[0].of["tcpdrop"]
        for row in trace.rows:
            if row["tool"] not in ("tcpdrop", "tcpretrans"):
                self.assertNotEqual(row["owner"], "unknown", row)
        # SYNs to closed ports. Also, while one socket replaces another in the hash table, a lookup on another CPU may
        # find only the listener, which drops ACKs (before "inet: Avoid ehash lookup race in inet_ehash_insert()").
        self.assertLessEqual(lab.count_by(dropped, "reason", "state").keys(), {("NO_SOCKET", None), ("TCP_FLAGS", "LISTEN")}, dropped)
        self.assertLessEqual(len(dropped), counters["OutRsts"], dropped)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text.rstrip(" ") + "\n")
        return path

    def client(self, *command, code=0, **more):
        """Runs a client to its end; returns its process and its output."""
        with lab.Running(*self.space.enter, *command, **more) as running:
            done = running.wait()
        self.assertEqual(done.code, code, (command, done.errors, done.output))
        return running.pid, done.output.decode()

    CURL = "%{local_port} %{size_request} %{size_header} %{size_download} %{size_upload} %{num_connects}\n"

    def curl(self, *urls, code=0):
        """Sequential transfers: {own port: [bytes sent, bytes received]}, and the process."""
        sinks = [word for url in urls for word in ("-o", "/dev/null", url)]
        pid, text = self.client(lab.need("curl"), "-s", "--noproxy", "*", "-w", self.CURL, *sinks, code=code)
        ports = collections.defaultdict(lambda: [0, 0])
        for line in text.splitlines():
            port, request, header, download, upload, _ = map(int, line.split())
            ports[port][0] += request + upload
            ports[port][1] += header + download
        return pid, dict(ports)

    def check_both_ends(self, told, port, peers):
        """One session for each of these client ports; each end has received the bytes that the other sent."""
        servers, clients = moved(told.servers(port)), moved(told.clients(port))
        self.assertEqual(sorted(servers), sorted(peers))
        self.assertEqual({peer: [(got, sent) for sent, got in ends] for peer, ends in clients.items()}, servers)

    # ---- nginx, curl, wget ----

    NGINX = """
        daemon {daemon}; master_process on; worker_processes 3; pid {folder}/nginx.pid; error_log {folder}/nginx-errors;
        events {{ worker_connections 200; accept_mutex off; }}
        http {{
            log_format by_port '$pid $server_port $remote_port $bytes_sent $request_length $status';
            access_log {folder}/nginx-log by_port;
            client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
            uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
            upstream behind {{ server {host}:9000; keepalive 4; }}
            upstream nobody {{ server {host}:9009; }}
            server {{
                listen {host}:8080; listen [::1]:8080 reuseport; listen {host}:8081 deferred reuseport;
                listen {host}:8082 http2;
                root {folder}/files;
                location /behind/ {{
                    proxy_pass http://behind/; proxy_http_version 1.1; proxy_set_header Connection "";
                }}
                location /nobody/ {{ proxy_pass http://nobody/; }}
            }}
            server {{ listen {host}:9000; root {folder}/files; }}
        }}
        """

    def nginx_command(self, daemon="off"):
        (self.folder / "files").mkdir()
        for name, size in ("small", 503), ("large", 3_000_017):
            (self.folder / "files" / name).write_bytes(b"x" * size)
        config = self.write("nginx.conf", self.NGINX.format(folder=self.folder, host=HOST, daemon=daemon))
        return lab.need("nginx"), "-c", config, "-p", self.folder

    def nginx(self):
        """A master and three workers, which run as another user."""
        return self.serving(8080, *self.nginx_command(), how=signal.SIGQUIT)

    def check_nginx(self, told, port):
        """Sessions of the port match nginx's log, for any worker. Returns their number."""
        log = collections.defaultdict(lambda: [None, 0, 0])
        for line in (self.folder / "nginx-log").read_text().splitlines():
            pid, own, peer, sent, received, _ = map(int, line.split())
            if own == port:
                session = log[peer]
                session[0] = pid
                session[1] += sent
                session[2] += received
        servers = told.servers(port)
        self.assertEqual(who(servers), {peer: [(pid, "nginx")] for peer, (pid, _, _) in log.items()})
        self.assertEqual(who(told.accepts(port)), who(servers))
        if port != 8082:  # the log excludes HTTP/2 frames
            self.assertEqual(moved(servers), {peer: [(sent, got)] for peer, (_, sent, got) in log.items()})
        self.assertEqual({row["owner"] for each in servers.values() for row in each}, {"exact"})
        return len(log)

    def test_nginx(self):
        """Workers, persistent upstream connections, `reuseport`, `deferred`, HTTP/2; clients with and without
        keep-alive."""
        clients, root = {}, f"http://{HOST}"
        with self.nginx() as master, self.traced() as told:
            workers = {int(pid) for pid in lab.must("pgrep", "-P", master.pid).split()}
            for port in 8080, 8081:
                for _ in range(7):
                    pid, ports = self.curl(*[f"{root}:{port}/small"] * 5)
                    clients.update({(port, own): (pid, "curl", *carried) for own, carried in ports.items()})
                pid, ports = self.curl(f"{root}:{port}/large", f"{root}:{port}/behind/large", f"{root}:{port}/nothing")
                clients.update({(port, own): (pid, "curl", *carried) for own, carried in ports.items()})
            self.curl(*["http://[::1]:8080/small"] * 3)
            for _ in range(11):
                self.curl(*[f"{root}:8080/behind/small"] * 2)
            wget, _ = self.client(lab.need("wget"), "-q", "--no-proxy", "-O", "/dev/null", f"{root}:8080/large")
            self.client(lab.need("curl"), "-s", "--noproxy", "*", "--http2-prior-knowledge", "-o", "/dev/null", f"{root}:8082/large")
            self.curl(*[f"{root}:8080/nobody/x"] * 3)
            refused, _ = self.client(lab.need("curl"), "-s", "--noproxy", "*", f"{root}:8089/", code=7)
            master.tell(signal.SIGQUIT)
            master.wait()
        told, = told
        self.assertEqual(self.check_nginx(told, 8080), 8 + 1 + 11 + 1 + 1)
        self.assertEqual(self.check_nginx(told, 8081), 8)
        self.assertEqual(self.check_nginx(told, 8082), 1)
        self.assertGreater(self.check_nginx(told, 9000), 0)
        # Its clients report the same about their ends.
        for (port, own), (pid, comm, sent, got) in clients.items():
            self.assertEqual(who(told.clients(port))[own], [(pid, comm)])
            self.assertEqual(moved(told.clients(port))[own], [(sent, got)])
        self.assertEqual([row["comm"] for row in told.of["tcplife"] if row["pid"] == wget], ["wget"])
        # Upstream: workers connect; refused attempts equal nginx's log.
        upstream = [row for row in told.of["tcpconnect"] if row["rport"] in (9000, 9009)]
        self.assertLessEqual({(row["pid"], row["comm"]) for row in upstream}, {(pid, "nginx") for pid in workers})
        errors = (self.folder / "nginx-errors").read_text().count("Connection refused")
        self.assertEqual(errors, 3)
        self.assertEqual([row["result"] for row in upstream if row["rport"] == 9009], ["refused"] * errors)
        self.assertEqual(
            [(row["result"], row["error"]) for row in told.of["tcpconnect"] if row["pid"] == refused],
            [("refused", "ECONNREFUSED")],
        )

    def test_nginx_under_load(self):
        """Thousands of connections at once, of one request each: the owners equal those in nginx's log, one by one."""
        with self.nginx() as master, self.traced("tcplife,tcpaccept") as told:
            url = f"http://{HOST}:8080/small"
            self.client(lab.need("wrk"), "-t", 1, "-c", 20, "-d", 1, "-H", "Connection: close", url)
            master.tell(signal.SIGQUIT)
            master.wait()
        told, = told
        log = collections.Counter()
        for line in (self.folder / "nginx-log").read_text().splitlines():
            pid, port, peer, sent, received, _ = map(int, line.split())
            log[pid, "nginx", port, peer, sent, received] += 1
        servers = [row for row in told.of["tcplife"] if row["lport"] == 8080]
        rows = lab.count_by(servers, "pid", "comm", "lport", "rport", "tx_bytes", "rx_bytes")
        self.assertGreater(log.total(), 500)
        self.assertEqual(log - rows, {})
        # At the end of the duration, some clients are connected without a request.
        self.assertEqual({ends[-1] for ends in rows - log} - {0}, set())
        names = ("pid", "lport", "rport")
        self.assertEqual(lab.count_by(told.of["tcpaccept"], *names), lab.count_by(servers, *names))

    def test_nginx_upgraded(self):
        """A new binary inherits the listeners; workers of both generations serve, then only the new ones. nginx
        accepts the signal only as a daemon."""
        url, pids = f"http://{HOST}:8080/small", self.folder / "nginx.pid"

        def master(but=None):
            """The master in the file, once it has its workers; None before."""
            pid = int(pids.read_text() or 0) if pids.exists() else but
            return pid if pid != but and len(workers(pid)) == 3 else None

        def workers(pid):
            return {int(each) for each in lab.run("pgrep", "-P", pid).output.split()}

        self.addCleanup(lab.run, "pkill", "-f", self.folder)
        with self.traced() as told:
            lab.must(*self.space.enter, *self.nginx_command(daemon="on"))
            lab.wait_for(lambda: master() and self.listens(8080), "nginx")
            old = master()
            of_old = workers(old)
            for _ in range(6):
                self.curl(url)
            os.kill(old, signal.SIGUSR2)
            lab.wait_for(lambda: master(but=old), "the new nginx")
            new = master()
            of_new = workers(new)
            for _ in range(12):
                self.curl(url)
            os.kill(old, signal.SIGQUIT)
            lab.wait_for(lambda: not workers(old), "the end of the old workers")
            for _ in range(6):
                self.curl(url)
            os.kill(new, signal.SIGQUIT)
            lab.wait_for(lambda: not self.listens(8080), "the end of the new nginx")
        told, = told
        self.assertEqual(self.check_nginx(told, 8080), 24)
        serving = [row["pid"] for row in sorted(told.of["tcpaccept"], key=lambda row: row["ts"]) if row["lport"] == 8080]
        self.assertLessEqual(set(serving[:6]), of_old)
        self.assertLessEqual(set(serving[6:18]), of_old | of_new)
        self.assertLessEqual(set(serving[18:]), of_new)

    # ---- haproxy ----

    HAPROXY = """
        global
            log stdout format raw local0
            stats socket {folder}/haproxy.sock mode 600 level admin expose-fd listeners
            user haproxy
        defaults
            mode tcp
            log global
            option splice-auto
            timeout connect 5s
            timeout client 20s
            timeout server 20s
        frontend front
            bind {host}:7000
            log-format "session %pid %cp %bp %B %U"
            default_backend back
        backend back
            server nginx {host}:8080
        """

    def haproxy(self, *more):
        config = self.write("haproxy.cfg", self.HAPROXY.format(folder=self.folder, host=HOST))
        return self.serving(7000, lab.need("haproxy"), "-db", "-f", config, *more, how=signal.SIGUSR1)

    def test_haproxy(self):
        """Splices to nginx; a new process inherits the listeners of the old one, which still has a session."""
        url = f"http://{HOST}:7000/large"
        with self.nginx() as nginx, self.traced() as told:
            with self.haproxy() as old:
                first, _ = self.curl(url, url)
                with self.space.inside():
                    kept = socket.create_connection((HOST, 7000))
                kept.sendall(b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n")
                kept.recv(100)
                with self.haproxy("-x", self.folder / "haproxy.sock", "-sf", old.pid) as new:
                    lab.wait_for(lambda: len(self.accepting(7000)) == 1 and new.pid in self.accepting(7000), "the new process")
                    second = [self.curl(url)[0] for _ in range(5)]
                    kept.close()
                    old.wait()
                    new.tell(signal.SIGUSR1)
                    new.wait()
            nginx.tell(signal.SIGQUIT)
            nginx.wait()
        told, = told
        self.check_haproxy(told, old.output + new.output, {old.pid: 2, new.pid: 5})
        self.assertEqual(self.check_nginx(told, 8080), 7)
        curls = {row["pid"] for each in told.clients(7000).values() for row in each if row["comm"] == "curl"}
        self.assertEqual(curls, {first, *second})

    def test_haproxy_of_a_master(self):
        """A reload: the master executes itself, and its new worker inherits the listeners."""
        url = f"http://{HOST}:7000/small"
        with self.nginx() as nginx, self.traced() as told:
            with self.haproxy("-W") as master:
                workers = lambda: {int(pid) for pid in lab.run("pgrep", "-P", master.pid).output.split()}
                (before,) = workers()
                for _ in range(3):
                    self.curl(url)
                master.process.send_signal(signal.SIGUSR2)
                lab.wait_for(lambda: len(workers()) == 1 and before not in workers(), "the new worker")
                (after,) = workers()
                for _ in range(4):
                    self.curl(url)
                master.tell(signal.SIGUSR1)
                master.wait()
            nginx.tell(signal.SIGQUIT)
            nginx.wait()
        self.check_haproxy(told[0], master.output, {before: 3, after: 4})

    def check_haproxy(self, told, output, workers):
        """Sessions match its log, on both sides, and so does the number for each worker."""
        log = [tuple(map(int, line.split()[1:])) for line in output.decode().splitlines() if line.startswith("session")]
        self.assertEqual(collections.Counter(pid for pid, *_ in log), workers)
        self.assertEqual(who(told.servers(7000)), {peer: [(pid, "haproxy")] for pid, peer, *_ in log})
        self.assertEqual(who(told.accepts(7000)), {peer: [(pid, "haproxy")] for pid, peer, *_ in log})
        self.assertEqual(moved(told.servers(7000)), {peer: [(got, sent)] for _, peer, _, got, sent in log})
        self.assertEqual(who(told.clients(8080)), {own: [(pid, "haproxy")] for pid, _, own, _, _ in log})
        self.assertEqual(moved(told.clients(8080)), {own: [(sent, got)] for _, _, own, got, sent in log})

    def accepting(self, port):
        """The processes with the port's listener."""
        line = lab.must(*self.space.enter, lab.need("ss"), "-ltnpH", f"sport = :{port}")
        return {int(pid) for pid in re.findall(r"pid=(\d+)", line)}

    # ---- openssh ----

    SSHD = """
        Port 2222
        ListenAddress {host}
        HostKey {folder}/host-key
        AuthorizedKeysFile {folder}/key.pub
        StrictModes no
        UsePAM no
        PidFile none
        LogLevel DEBUG1
        """

    def test_openssh(self):
        """sshd forks, executes another program and changes the user, which connects for the client."""
        for name in "host-key", "key":
            lab.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name)
        config = self.write("sshd_config", self.SSHD.format(folder=self.folder, host=HOST))
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        user = pwd.getpwnam("sync")  # a Debian account with a login shell, which port forwarding does not run
        forward = (
            "ssh", "-F", "none", "-p", "2222", "-i", self.folder / "key", "-o", "StrictHostKeyChecking=no", "-o",
            "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-W", f"{HOST}:8080", f"sync@{HOST}",
        )
        request = self.folder / "request"
        request.write_bytes(b"GET /small HTTP/1.0\r\n\r\n")
        clients, log = [], self.folder / "sshd-log"
        with self.nginx() as nginx, self.traced() as told:
            with self.serving(2222, lab.need("sshd"), "-D", "-E", log, "-f", config) as sshd:
                for _ in range(3):
                    with open(request, "rb") as question:
                        pid, text = self.client(*forward, stdin=question)
                    self.assertIn("200 OK", text)
                    clients.append(pid)
            nginx.tell(signal.SIGQUIT)
            nginx.wait()
        told, = told
        said = log.read_text()
        peers = [int(port) for port in re.findall(r"Connection from \S+ port (\d+) on ", said)]
        children = [int(pid) for pid in re.findall(r"User child is on pid (\d+)", said)]
        self.assertEqual((len(peers), len(children)), (3, 3))
        self.assertEqual(who(told.accepts(2222)), {peer: [(sshd.pid, "sshd")] for peer in peers})
        # Each session has a further process, which keeps the connection open while its child, the user's process, uses
        # it.
        self.check_both_ends(told, 2222, peers)
        serving = [row for rows in told.servers(2222).values() for row in rows]
        self.assertEqual({row["comm"] for row in serving}, {"sshd"})
        self.assertEqual(len({row["pid"] for row in serving} - {sshd.pid}), 3, serving)
        # The user's process opens the forwarded connection.
        on = [(row["pid"], row["comm"], row["uid"]) for row in told.of["tcpconnect"] if row["rport"] == 8080]
        self.assertEqual(on, [(pid, "sshd", user.pw_uid) for pid in children])
        ends = [(row["pid"], row["comm"], row["uid"]) for each in told.clients(8080).values() for row in each]
        self.assertEqual(ends, on)
        self.assertEqual([row["pid"] for each in told.clients(2222).values() for row in each], clients)
        self.assertEqual(self.check_nginx(told, 8080), 3)

    # ---- postgresql ----

    def test_postgresql(self):
        """The postmaster accepts; a process for each connection serves it."""
        binaries = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        data, user = self.folder / "data", pwd.getpwnam("postgres")
        data.mkdir()
        os.chown(data, user.pw_uid, user.pw_gid)
        become = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--")
        lab.must(*become, binaries / "initdb", "-D", data, "-A", "trust", "--no-sync", "-U", "me")
        settings = {
            "listen_addresses": HOST, "port": 5433, "unix_socket_directories": "", "fsync": "off",
            "log_connections": "on", "log_disconnections": "on", "log_line_prefix": "%p ",
        }
        options = [word for item in settings.items() for word in ("-c", "=".join(map(str, item)))]
        psql = ("psql", "-q", "-h", HOST, "-p", 5433, "-U", "me", "-At", "postgres", "-c")
        clients = []
        with self.traced() as told:
            with self.serving(5433, *become, binaries / "postgres", "-D", data, *options, how=signal.SIGINT) as master:
                for size in (10, 100_003, 3_000_017):
                    pid, text = self.client(*psql, f"select repeat('x', {size})")
                    self.assertEqual(len(text), size + 1)
                    clients.append(pid)
                self.client(*psql, "select pg_terminate_backend(pg_backend_pid())", code=2)
        told, = told
        starts = re.findall(r"^(\d+) .*connection received: host=\S+ port=(\d+)", master.errors, re.MULTILINE)
        backends = {int(port): [(int(pid), "postgres")] for pid, port in starts}
        self.assertEqual(len(backends), 4)
        self.assertEqual(who(told.servers(5433)), backends)
        self.assertEqual(who(told.accepts(5433)), {port: [(master.pid, "postgres")] for port in backends})
        self.assertEqual([row["pid"] for each in told.clients(5433).values() for row in each][:3], clients)
        self.check_both_ends(told, 5433, backends)

    # ---- redis ----

    def test_redis(self):
        """Its own counts of connections and bytes; refused connections beyond its limit."""
        command = ("redis-server", "--port", 6380, "--bind", HOST, "--save", "", "--maxclients", 20, "--io-threads", 2)
        cli = ("redis-cli", "-h", HOST, "-p", 6380)
        nobody_else = lambda: "connected_clients:1\r" in self.client(*cli, "info", "clients")[1]
        with self.serving(6380, *command) as redis, self.traced() as told:
            self.client("redis-benchmark", "-h", HOST, "-p", 6380, "-n", 5003, "-c", 10, "-q", "-t", "set,lrange_100")
            lab.wait_for(nobody_else, "the end of clients")
            with self.space.inside():
                many = [socket.create_connection((HOST, 6380)) for _ in range(20 + 3)]
                refused = sum(each.recv(100).startswith(b"-ERR max") for each in many[20:])
            for each in many:
                each.close()
            lab.wait_for(nobody_else, "the end of clients")
            asker, text = self.client(*cli, "info")
            redis.tell()
            redis.wait()
        told, = told
        info = dict(line.strip().split(":", 1) for line in text.splitlines() if ":" in line)
        sessions = [row for each in told.servers(6380).values() for row in each]
        self.assertEqual({(row["pid"], row["comm"]) for row in sessions}, {(redis.pid, "redis-server")})
        self.assertEqual((refused, info["rejected_connections"]), (3, "3"))
        self.assertEqual(len(sessions), int(info["total_connections_received"]) + refused)
        self.assertEqual(len(told.of["tcpaccept"]), len(sessions))
        # The last one is counted before its answer.
        (last,) = [row for each in told.clients(6380).values() for row in each if row["pid"] == asker]
        received = sum(row["rx_bytes"] for row in sessions)
        self.assertEqual(received, int(info["total_net_input_bytes"]))
        sent = sum(row["tx_bytes"] for row in sessions) - last["rx_bytes"]
        errors = refused * len(b"-ERR max number of clients reached\r\n")
        self.assertEqual(sent - errors, int(info["total_net_output_bytes"]))

    # ---- node ----

    NODE = r"""
        const cluster = require("cluster"), http = require("http");
        if (cluster.isPrimary) {
            cluster.schedulingPolicy = cluster.SCHED_RR; // the first process accepts and hands on
            for (let i = 0; i < 2; i++) cluster.fork();
        } else {
            http.createServer((request, response) => {
                process.stdout.write(`${process.pid} ${request.socket.remotePort}\n`);
                const next = http.get({ host: "127.0.0.1", port: 8080, path: "/small", agent: false }, (got) => got.pipe(response));
            }).listen(8070, "127.0.0.1");
        }
        """

    def test_node(self):
        """A process accepts, and passes the connection to another one; both have many threads."""
        script = self.write("server.js", self.NODE)
        with self.nginx() as nginx, self.traced() as told:
            with self.serving(8070, lab.need("node"), script) as node:
                ports = {}
                for _ in range(6):
                    ports.update(self.curl(f"http://{HOST}:8070/")[1])
                lab.wait_for(lambda: node.so_far().count(b"\n") == 6, "its log")
            nginx.tell(signal.SIGQUIT)
            nginx.wait()
        told, = told
        log = [tuple(map(int, line.split())) for line in node.lines]
        self.assertEqual(len({pid for pid, _ in log}), 2)
        self.assertEqual(who(told.accepts(8070)), {peer: [(node.pid, "node")] for _, peer in log})
        self.assertEqual(who(told.servers(8070)), {peer: [(pid, "node")] for pid, peer in log})
        self.assertEqual(
            collections.Counter(row["pid"] for row in told.of["tcpconnect"] if row["rport"] == 8080),
            collections.Counter(pid for pid, _ in log),
        )
        self.assertEqual({row["comm"] for row in told.of["tcpconnect"] if row["rport"] == 8080}, {"node"})

    # ---- socket activation ----

    ONCE = r"""
import os, socket
listener = socket.socket(fileno=3)
for _ in range(3):
    with listener.accept()[0] as accepted:
        accepted.sendall(accepted.recv(100))
"""

    def talk(self, port):
        """Connects; five bytes there and back; returns the client's port."""
        with self.space.inside():
            client = socket.create_connection((HOST, port))
        with client:
            client.sendall(b"hello")
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(client.recv(5, socket.MSG_WAITALL), b"hello")
            self.assertEqual(client.recv(1), b"")
            return client.getsockname()[1]

    def test_socket_activation(self):
        """A process inherits a listener through exec; children inherit connections as stdin."""
        script = self.write("once.py", self.ONCE)
        activate = lab.need("systemd-socket-activate")
        with self.traced() as told:
            with self.serving(8060, activate, "-l", f"{HOST}:8060", "/usr/bin/python3", script) as once:
                ports = [self.talk(8060) for _ in range(3)]
                once.wait()
            with self.serving(8061, activate, "-l", f"{HOST}:8061", "--accept", "--inetd", "/bin/cat") as each:
                passed = [self.talk(8061) for _ in range(3)]
        told, = told
        self.assertEqual(who(told.servers(8060)), {port: [(once.pid, "python3")] for port in ports})
        self.assertEqual(who(told.accepts(8060)), who(told.servers(8060)))
        cats = re.findall(r"Spawned \S+ \([^)]*\) as PID (\d+)", each.errors)
        self.assertEqual(len(cats), 3, each.errors)
        self.assertEqual(who(told.servers(8061)), {port: [(int(pid), "cat")] for port, pid in zip(passed, cats)})
        self.assertEqual({pid for rows in who(told.accepts(8061)).values() for pid, _ in rows}, {each.pid})


if __name__ == "__main__":
    lab.main()
