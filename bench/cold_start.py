#!/usr/bin/env python3
"""Process start of workerd to the first correct answer: restored from the dedicated snapshot, from the packages', and
without. Rounds are interleaved, so that all see the same machine.

    bench/cold_start.py [--pyw PROGRAM] [--runs N] [--wrk SECONDS] [hello|fastapi …]

`--wrk` adds requests a second, one isolate, 8 connections (Debian package wrk). bench/README.md says what is compared.
"""
import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
sys.path.insert(0, str(ROOT / "bench"))
from dev_session import DevSession  # noqa: E402
from run import FASTAPI_ENTRY, HELLO_ENTRY, make_project  # noqa: E402

WORKERS = {
    "hello": (HELLO_ENTRY, [], "hello"),
    "fastapi": (FASTAPI_ENTRY, ["fastapi", "httpx", "msgpack"], '{"packed":"81a16101"}'),
}
STARTED = rb'pyw-event:{\"event\":\"started\"'
MODES = ["dedicated", "packages", "none"]


class Variant:
    """A prepared run directory: `pyw dev` has written it, from here on workerd is started without pyw."""

    def __init__(self, pyw, folder, name, mode):
        entry, dependencies, self.expected = WORKERS[name]
        self.name, self.mode = name, mode
        self.root = make_project(folder / f"{name}-{mode}", entry, dependencies)
        subprocess.run([pyw, "-q", "sync"], cwd=self.root, check=True)
        if mode != "none":
            subprocess.run([pyw, "-q", "snapshot", "build", "--layer", mode], cwd=self.root, check=True,
                           stdout=subprocess.DEVNULL)
        with DevSession(pyw, self.root, *(["--no-snapshot"] if mode == "none" else [])) as session:
            session.ready()
            assert session.get() == (200, self.expected)
            session.stop()
        self.settings = json.loads((self.root / ".pyw/run/settings.json").read_text())
        assert ("snapshot" in self.settings) == (mode != "none"), self.settings.get("snapshot")

    def compile(self, workerd):
        """As `pyw dev` does beside the Worker."""
        self.compiled = self.root / "config.bin"
        compile_configuration(workerd, self.root / ".pyw/run/config.capnp", self.compiled)

    def once(self, workerd):
        """-> (seconds to listening, to started, to the first correct answer, peak memory in bytes), of one request. That
        Python has started the guest says on its output."""
        began = time.perf_counter()
        port, process = start(workerd, self.compiled, output=subprocess.PIPE)
        listening = time.perf_counter() - began
        with concurrent.futures.ThreadPoolExecutor(1) as reader:
            started = reader.submit(time_of_line, process.stdout, STARTED)
            try:
                assert ask(port, "/") == (200, self.expected)
                answered = time.perf_counter() - began
                return listening, started.result(10) - began, answered, peak_memory(process.pid)
            finally:
                process.kill()
                process.wait()

    def steady(self, workerd, seconds):
        port, process = start(workerd, self.compiled)
        try:
            assert ask(port, "/") == (200, self.expected)
            for _ in range(200):
                ask(port, "/")
            return requests_a_second(port, seconds)
        finally:
            process.kill()
            process.wait()


def compile_configuration(workerd, text, compiled):
    with compiled.open("wb") as file:
        subprocess.run([workerd, "compile", "-I", "/", "--config-only", text], stdout=file, check=True)


def start(workerd, compiled, *options, output=subprocess.DEVNULL):
    """-> (port, process), as soon as it listens"""
    port = free_port()
    process = subprocess.Popen([workerd, "serve", "--experimental", "--socket-addr", f"http=127.0.0.1:{port}", *options,
                                "--binary", compiled], stdout=output, stderr=subprocess.DEVNULL)
    while not listens(port):
        assert process.poll() is None, "workerd has ended"
        time.sleep(0.001)
    return port, process


def requests_a_second(port, seconds):
    """-> (rate, the time within which half are answered, as wrk writes it), 8 connections"""
    told = subprocess.run(["wrk", "-t1", "-c8", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/"],
                          capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1]), re.search(r"^\s+50%\s+(\S+)", told, re.M)[1]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def time_of_line(lines, part):
    for line in lines:
        if part in line:
            return time.perf_counter()
    raise AssertionError("workerd ended before Python had started")


def ask(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def peak_memory(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) * 1024


def row(name, what, values, unit="ms"):
    shown = [min(values), statistics.median(values), max(values)]
    print(f"{name:20} {what:26} " + " ".join(f"{value:9.1f}" for value in shown) + f" {unit}", flush=True)
    return {"name": name, "what": what, "unit": unit, "min": shown[0], "median": shown[1], "max": shown[2]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=pathlib.Path, default=ROOT / "build/release/pyw")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--wrk", type=int, default=0)
    parser.add_argument("names", nargs="*", choices=[[], *WORKERS])
    given = parser.parse_args()
    pyw = given.pyw.resolve()
    workerd = subprocess.run([pyw, "toolchain", "path", "workerd"], capture_output=True, text=True, check=True).stdout.strip()
    results = []
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; min, median, max of {given.runs}")
    with tempfile.TemporaryDirectory(prefix="pyw-cold-") as folder:
        for name in given.names or WORKERS:
            variants = [Variant(pyw, pathlib.Path(folder), name, mode) for mode in MODES]
            for variant in variants:
                variant.compile(workerd)
            taken = {mode: [] for mode in MODES}
            for _ in range(given.runs):
                for variant in variants:
                    taken[variant.mode].append(variant.once(workerd))
            for mode, runs in taken.items():
                label = f"{name}, {mode}"
                listening, started, answered, memory = zip(*runs)
                stages = [("listening", listening), ("Python started", [s - l for l, s in zip(listening, started)]),
                          ("first request", [a - s for s, a in zip(started, answered)]), ("all", answered)]
                results += [row(label, what, [1000 * value for value in values]) for what, values in stages]
                results.append(row(label, "peak memory", [value / 1e6 for value in memory], "MB"))
            if given.wrk and shutil.which("wrk"):
                for variant in variants:
                    rate, latency = variant.steady(workerd, given.wrk)
                    print(f"{name}, {variant.mode}: {rate:.0f} requests/s, half within {latency}", flush=True)
                    results.append({"name": f"{name}, {variant.mode}", "what": "steady", "unit": "1/s", "median": rate})
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/bench-cold-start.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
