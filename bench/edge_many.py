#!/usr/bin/env python3
"""`pyw edge serve` with many Workers and few processes: which share of requests was cold, what they took, and the memory.

    bench/edge_many.py [--pyw PROGRAM] [--workers N] [--kept N] [--seconds S] [--clients N] [--exponent E] [hello|fastapi]

Deploys one project under N names, starts the server anew, so that nothing is warm, and asks for Workers by Zipf's law (the
k-th most popular gets a share of 1/k^E) from a few clients that wait for each answer. The same run once with the pool that
keeps one prepared process, once without.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "bench")]
from cold_start import WORKERS  # noqa: E402
from edge import percentile  # noqa: E402
from edge_server import EdgeServer  # noqa: E402
from run import make_project  # noqa: E402


def told(name, seconds):
    if seconds:
        print(f"  {name:<22} p50 {percentile(seconds, 0.5) * 1000:6.1f}   p99 {percentile(seconds, 0.99) * 1000:7.1f}   "
              f"max {max(seconds) * 1000:7.0f}   ms, {len(seconds)} requests")


def deploy_all(pyw, server, project, token, count):
    def deploy(number):
        done = server.deploy(project, token, "--name", f"w{number}")
        assert done.returncode == 0, done.stderr

    began = time.perf_counter()
    deploy(1)  # makes the snapshot that the others send
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(deploy, range(2, count + 1)))
    print(f"{count} deployments in {time.perf_counter() - began:.0f} s")


class Traffic:
    def __init__(self, server, expected, given):
        self.server, self.expected, self.given = server, expected, given
        self.names = [f"w{number}.localhost" for number in range(1, given.workers + 1)]
        self.weights = [1 / rank**given.exponent for rank in range(1, given.workers + 1)]
        self.took, self.memory = [], 0.0
        self.lock = threading.Lock()
        self.ends = time.monotonic() + given.seconds

    def client(self, seed):
        chance = random.Random(seed)
        while time.monotonic() < self.ends:
            (name,) = chance.choices(self.names, self.weights)
            began = time.perf_counter()
            answer = self.server.get("/", name)
            took = time.perf_counter() - began
            assert answer == (200, self.expected), (name, answer)
            with self.lock:
                self.took.append(took)

    def run(self):
        clients = [threading.Thread(target=self.client, args=(seed,)) for seed in range(self.given.clients)]
        for client in clients:
            client.start()
        while any(client.is_alive() for client in clients):
            self.memory = max(self.memory, self.server.metric("pyw_edge_worker_memory_bytes"))
            clients[0].join(1)
        self.server.has_told("request")
        requests = [event for event in self.server.seen if event["event"] == "request"]
        by_kind = collections.defaultdict(list)
        for event in requests:
            by_kind[event["cold"]].append(event["ms"] / 1000)
        asked = len(self.took)
        print(f"  {asked} requests, {asked / self.given.seconds:.0f}/s; cold {len(by_kind[True]) / len(requests) * 100:.1f} %; "
              f"memory of all processes at most {self.memory / 2**20:.0f} MB")
        told("all, at the client", self.took)
        told("cold, at the server", by_kind[True])
        told("warm, at the server", by_kind[False])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", default=str(ROOT / "build/release/pyw"))
    parser.add_argument("--workers", type=int, default=500)
    parser.add_argument("--kept", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--exponent", type=float, default=1.0)
    parser.add_argument("name", nargs="?", default="hello")
    given = parser.parse_args()
    pyw = str(pathlib.Path(given.pyw).resolve())
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        entry, dependencies, expected = WORKERS[given.name]
        project = make_project(root / "project", entry, dependencies)
        subprocess.run([pyw, "-q", "sync"], cwd=project, check=True)
        limits = ["--max-workers", str(given.kept)]
        with EdgeServer(pyw, root / "data", *limits) as server:
            deploy_all(pyw, server, project, server.token(), given.workers)
            server.stop()
        for prepared in (1, 0):
            with EdgeServer(pyw, root / "data", *limits, prepared=prepared) as server:
                print(f"{given.name}, {given.workers} Workers, {given.kept} processes, --prepared {prepared}, load {os.getloadavg()[0]:.1f}")
                Traffic(server, expected, given).run()
                server.stop()


if __name__ == "__main__":
    main()
