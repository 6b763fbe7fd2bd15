#!/usr/bin/env python3
"""`pyw edge serve`: what a request costs for which nothing is warm, and what the gateway costs a warm one.

    bench/edge.py [--pyw PROGRAM] [--runs N] [--wrk SECONDS] [--pairs N] [hello|fastapi …]

cold     the Worker is deployed and its process ended; time of one request, restored from the snapshot that came along,
         with a prepared process waiting and without, against the same workerd started alone, in turns: from its start
         to the first correct answer
warm     wrk (Debian package) through the gateway against the same workerd without it, in turns; 8 connections
"""
import argparse
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "bench")]
from cold_start import WORKERS, ask, free_port, listens  # noqa: E402
from dev_session import wait_until  # noqa: E402
from edge_server import EdgeServer  # noqa: E402
from run import make_project  # noqa: E402


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


def told(name, values):
    print(f"  {name:<34} {min(values) * 1000:7.0f} {statistics.median(values) * 1000:7.0f} {percentile(values, 0.99) * 1000:7.0f} "
          f"{max(values) * 1000:7.0f}   ms min/p50/p99/max of {len(values)}")


class Deployed:
    """A server with one Worker on it."""

    def __init__(self, pyw, folder, name, prepared):
        entry, dependencies, self.expected = WORKERS[name]
        self.root = make_project(folder / f"{name}-{prepared}", entry, dependencies)
        subprocess.run([pyw, "-q", "sync"], cwd=self.root, check=True)
        self.prepared = prepared
        self.server = EdgeServer(pyw, folder / f"{name}-data-{prepared}", prepared=prepared)
        done = self.server.deploy(self.root, self.server.token())
        assert done.returncode == 0, done.stderr
        self.host = re.search(r"http://([^:]+):", done.stdout + done.stderr)[1]
        assert self.ask()[0] == 200
        self.pid = self.server.wait_for("worker_started", snapshot="dedicated")["pid"]

    def ask(self):
        answer = self.server.get("/", self.host)
        assert answer == (200, self.expected), answer
        return answer

    def cold(self):
        os.kill(self.pid, signal.SIGKILL)
        wait_until(lambda: self.server.metric("pyw_edge_workers") == 0, "the Worker has not ended")
        wait_until(lambda: self.server.metric("pyw_edge_prepared") == self.prepared, "no process waits")
        began = time.perf_counter()
        self.ask()
        took = time.perf_counter() - began
        started = self.server.wait_for("worker_started")
        assert started["prepared"] == bool(self.prepared), started
        self.pid = started["pid"]
        return took


class Alone:
    """The Worker's own workerd, on a TCP port and without the server."""

    def __init__(self, deployed):
        # Beside the Worker's own process one may be under way that compiles its configuration.
        running = (pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1] for pid in deployed.server.children())
        argv = next(argv for argv in running if "serve" in argv)
        self.argv = [part for part in argv if not part.startswith(("--control-fd", "--debug-port"))]  # the server's own
        self.expected = deployed.expected

    def __enter__(self):
        self.port = free_port()
        address = f"http=127.0.0.1:{self.port}"
        self.process = subprocess.Popen([address if part.startswith("http=unix:") else part for part in self.argv],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def first_answer(self):
        while not listens(self.port):
            time.sleep(0.001)
        status, text = ask(self.port, "/")
        assert (status, text) == (200, self.expected), (status, text)


def cold_alone(deployed):
    began = time.perf_counter()
    with Alone(deployed) as workerd:
        workerd.first_answer()
        return time.perf_counter() - began


def wrk(port, host, seconds):
    out = subprocess.run(["wrk", "-t1", "-c8", f"-d{seconds}s", "--latency", "-H", f"Host: {host}", f"http://127.0.0.1:{port}/"],
                         capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])


def warm(direct_port, gateway_port, host, seconds, pairs):
    """A shared machine's speed changes within seconds: what counts is the ratio of two runs side by side, many times."""
    direct, through = [], []
    for number in range(pairs):
        for port, into in [(direct_port, direct), (gateway_port, through)][::1 if number % 2 else -1]:
            into.append(wrk(port, host, seconds))
    shares = sorted(one / other for one, other in zip(through, direct))
    print(f"  warm: {statistics.median(through):.0f} requests/s through the gateway, {statistics.median(direct):.0f} from workerd alone; "
          f"of {pairs} pairs min {shares[0]:.0%}, median {statistics.median(shares):.0%}, max {shares[-1]:.0%}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", default=str(ROOT / "build/release/pyw"))
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--wrk", type=int, default=0)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("names", nargs="*", default=["hello", "fastapi"])
    given = parser.parse_args()
    pyw = str(pathlib.Path(given.pyw).resolve())
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name in given.names:
            waiting, deployed = (Deployed(pyw, root, name, prepared) for prepared in (1, 0))
            print(f"{name}, load {os.getloadavg()[0]:.1f}")
            prepared, cold, floor = [], [], []
            for _ in range(given.runs):
                prepared.append(waiting.cold())
                cold.append(deployed.cold())
                floor.append(cold_alone(deployed))
            told("cold, a prepared process waits", prepared)
            told("cold, --prepared 0", cold)
            told("cold, workerd alone", floor)
            waiting.server.stop()
            if given.wrk:
                with Alone(deployed) as workerd:
                    workerd.first_answer()
                    warm(workerd.port, deployed.server.port, deployed.host, given.wrk, given.pairs)
            deployed.server.stop()
    return 0


if __name__ == "__main__":
    assert shutil.which("wrk") or "--wrk" not in sys.argv, "Debian's package wrk is needed"
    sys.exit(main())
