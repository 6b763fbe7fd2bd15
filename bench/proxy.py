#!/usr/bin/env python3
"""The proxy of `pyw dev` against the same workerd without it, in turns, on 127.0.0.1 only; then what it holds in memory
while 1 GB streams through it and while WebSockets are idle. Nothing here asserts a time; people read the numbers.

    bench/proxy.py [--pyw PROGRAM] [--rounds N] [--seconds N] [requests | javascript | stream | websockets …]
"""
import argparse
import http.client
import json
import os
import pathlib
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
from dev_session import DevSession  # noqa: E402

WRANGLER = """name = "bench"
main = "src/entry.py"
compatibility_date = "2026-10-01"
compatibility_flags = ["python_workers"]

[assets]
directory = "public"
"""
ENTRY = """from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("hello")
"""
GIGABYTE = 1_000_000_000
SOCKETS = 2000


def make_project(root):
    (root / "src").mkdir()
    (root / "public").mkdir()
    (root / "src/entry.py").write_text(ENTRY)
    (root / "public/small.txt").write_text("small\n")
    (root / "wrangler.toml").write_text(WRANGLER)
    (root / "pyproject.toml").write_text(
        '[project]\nname = "bench"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = []\n')


def memory(pid, field="VmRSS"):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", text)[1]) / 1024


class QuietSession(DevSession):
    """Reads the log of requests and does nothing with it: this program must not take the processor from what it measures."""

    def _read_events(self):
        for line in self.process.stdout:
            if '"event":"request"' not in line:
                self.events.put(json.loads(line))
        self.events.put(None)


class Alone:
    """workerd as the session runs it, on a port of its own."""

    def __init__(self, session, root):
        commands = [pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in session.children()]
        argv = next(words for words in commands if b"serve" in words)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [argv[0], "serve", "-I", "/", "--experimental", "--control-fd=1", "--socket-addr",
             f"http=127.0.0.1:{self.port}", root / ".pyw/run/config.capnp"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process.stdout.readline()
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/cdn-cgi/pyw/start")
        assert connection.getresponse().status == 204

    def end(self):
        self.process.kill()
        self.process.wait()


def wrk(port, path, seconds, connections):
    """-> (requests a second, p50 in ms); fails when an answer did."""
    done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}{path}"],
                          capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in done and "Socket errors" not in done, done
    number, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", done).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done)[1]), float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def compare(name, path, alone, through, given):
    for connections in (1, 8):
        for port in (alone, through):
            wrk(port, path, 1, connections)  # warm
        # The machine's speed changes within seconds: each pair is compared by itself, the other one first in every second.
        pairs = []
        for number in range(given.rounds):
            order = (alone, through) if number % 2 == 0 else (through, alone)
            found = {port: wrk(port, path, given.seconds, connections) for port in order}
            pairs.append((*found[alone], *found[through]))
        rate, p50, rate_proxy, p50_proxy = (statistics.median(column) for column in zip(*pairs))
        shares = sorted(100 * pair[2] / pair[0] for pair in pairs)
        added = statistics.median(pair[3] - pair[1] for pair in pairs)
        print(f"{name + f', {connections} connections':32} workerd {rate:7.0f}/s p50 {p50:5.2f} ms | with the proxy "
              f"{rate_proxy:7.0f}/s p50 {p50_proxy:5.2f} ms | of {len(pairs)} pairs {shares[0]:.0f} / "
              f"{statistics.median(shares):.0f} / {shares[-1]:.0f} %, {added:+.2f} ms", flush=True)


def requests(session, root, given):
    alone = Alone(session, root)
    try:
        compare("Python hello", "/", alone.port, session.port, given)
        compare("asset (no Python)", "/small.txt", alone.port, session.port, given)
    finally:
        alone.end()


JAVASCRIPT = """using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (compatibilityDate = "2026-01-01", modules = [(name = "main.js", esModule =
    "export default { fetch(request) { if (request.url.endsWith('/echo')) return new Response(request.body); if (!request.url.endsWith('/socket')) return new Response('hello'); const [client, server] = Object.values(new WebSocketPair()); server.accept(); return new Response(null, { status: 101, webSocket: client }); } }")]))],
  sockets = [(name = "tcp", address = "127.0.0.1:0", http = (), service = "main"),
             (name = "unix", address = "unix:%s", http = (), service = "main")],
);
"""


class Bare:
    """The proxy as a program of its own before a Worker that does nothing: all that is seen is the proxy."""

    def __init__(self, session, root, given):
        program = given.pyw.parent / "bench/proxy_alone"
        if not program.exists():
            sys.exit(f"no {program}: run `ninja proxy_alone` there")
        commands = [pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in session.children()]
        workerd = next(words for words in commands if b"serve" in words)[0]
        (root / "bare.sock").unlink(missing_ok=True)  # of the part before
        (root / "bare.capnp").write_text(JAVASCRIPT % (root / "bare.sock"))
        self.runtime = subprocess.Popen([workerd, "serve", "--control-fd=1", root / "bare.capnp"], stdout=subprocess.PIPE)
        self.workerd_port = json.loads(self.runtime.stdout.readline())["port"]
        self.runtime.stdout.readline()
        self.proxy = subprocess.Popen([program, "0", root / "bare.sock"], stdout=subprocess.PIPE)
        self.port = int(self.proxy.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in (self.proxy, self.runtime):
            process.kill()
            process.wait()


def javascript(session, root, given):
    with Bare(session, root, given) as bare:
        compare("JavaScript hello", "/", bare.workerd_port, bare.port, given)


def stream(session, root, given):
    with Bare(session, root, given) as bare:
        before = memory(bare.proxy.pid)
        connection = socket.create_connection(("127.0.0.1", bare.port))
        connection.sendall(f"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {GIGABYTE}\r\n\r\n".encode())
        piece = bytes(1_000_000)

        def send():
            for _ in range(GIGABYTE // len(piece)):
                connection.sendall(piece)

        threading.Thread(target=send, daemon=True).start()
        received, started = 0, time.monotonic()
        while received < GIGABYTE:
            got = connection.recv(1 << 20)
            assert got, received
            received += len(got)
        print(f"1 GB up and down at once, {time.monotonic() - started:.1f} s: the proxy held {before:.1f} MiB before, "
              f"at most {memory(bare.proxy.pid, 'VmHWM'):.1f} MiB", flush=True)


def websockets(session, root, given):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    ask = (b"GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
    with Bare(session, root, given) as bare:
        before, opened = memory(bare.proxy.pid), []
        for _ in range(SOCKETS):
            connection = socket.create_connection(("127.0.0.1", bare.port))
            connection.sendall(ask)
            assert connection.recv(4096).startswith(b"HTTP/1.1 101")
            opened.append(connection)
        after = memory(bare.proxy.pid)
        alive = http.client.HTTPConnection("127.0.0.1", bare.port)
        alive.request("GET", "/")
        assert alive.getresponse().read() == b"hello"
        print(f"{SOCKETS} idle WebSockets: the proxy held {before:.1f} MiB before, {after:.1f} MiB with them "
              f"({(after - before) * 1024 / SOCKETS:.1f} KiB each)", flush=True)


def main():
    parts = {"requests": requests, "javascript": javascript, "stream": stream, "websockets": websockets}
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=pathlib.Path, default=ROOT / "build/release/pyw")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("names", nargs="*", choices=[[], *parts])
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="pyw-bench-") as name:
        root = pathlib.Path(name)
        make_project(root)
        with QuietSession(given.pyw.resolve(), root) as session:
            session.ready()
            for part in given.names or parts:
                parts[part](session, root, given)


if __name__ == "__main__":
    main()
