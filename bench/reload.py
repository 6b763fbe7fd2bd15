#!/usr/bin/env python3
"""From the end of a save to the first answer of the new code, at 127.0.0.1 only; with other files beside, and with load
meanwhile, of which no request may fail. Nothing here asserts a time; people read the numbers. Each save comes, as a person's
does, when the runtime for it waits (docs/dev-server.md); with `--at-once` as soon as the last one was answered.

    bench/reload.py [--pyw PROGRAM] [--reloads N] [--files N] [--at-once] [plain | files | load | fastapi …]
"""
import argparse
import http.client
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/support"))
sys.path.insert(0, str(ROOT / "bench"))
from dev_session import DevSession  # noqa: E402
from run import FASTAPI_ENTRY, HELLO_ENTRY, make_project  # noqa: E402


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def show(what, times):
    ms = [second * 1000 for second in times]
    print(f"{what:48} {len(ms):4} reloads  min {min(ms):6.0f}  p50 {statistics.median(ms):6.0f}  p95 {percentile(ms, 0.95):6.0f}  "
          f"max {max(ms):6.0f} ms", flush=True)


def reloads(given, session, entry, text, old, answer, count):
    """Saves `text` with `old` replaced by a number; each time the next request must show it."""
    times = []
    for number in range(count):
        if not given.at_once:
            session.wait_for_standby()
        entry.write_text(text.replace(old, old.replace(answer, f"{answer} {number}")))
        started = time.perf_counter()
        status, got = session.get()
        times.append(time.perf_counter() - started)
        assert status == 200 and f"{answer} {number}" in got, (status, got)
    return times


def hello(given, what, before=lambda root: None, during=None):
    with tempfile.TemporaryDirectory(prefix="pyw-bench-") as name:
        root = make_project(pathlib.Path(name) / "hello", HELLO_ENTRY, [])
        before(root)
        with DevSession(given.pyw, root) as session:
            session.ready()
            finish = during(session) if during else lambda: ""
            times = reloads(given, session, root / "src/entry.py", HELLO_ENTRY, '"hello"', "hello", given.reloads)
            show(what + finish(), times)


def plain(given):
    hello(given, "hello")


def files(given):
    def write(root):
        for number in range(given.files):
            folder = root / f"src/assets{number % 100}"
            folder.mkdir(exist_ok=True)
            (folder / f"{number}.dat").write_text("x")

    hello(given, f"hello, {given.files} other files below src/", write)


def load(given):
    """Four clients that ask without a pause; wrk would count a 500 as an answer, these look at each."""
    def start(session):
        stop = threading.Event()
        counts = {"good": 0, "failed": 0}

        def ask():
            connection = http.client.HTTPConnection("127.0.0.1", session.port, timeout=60)
            while not stop.is_set():
                try:
                    connection.request("GET", "/")
                    answer = connection.getresponse()
                    good = answer.status == 200 and answer.read().startswith(b"hello")
                except (OSError, http.client.HTTPException):
                    good = False
                    connection.close()
                counts["good" if good else "failed"] += 1

        asking = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
        for thread in asking:
            thread.start()

        def finish():
            stop.set()
            for thread in asking:
                thread.join()
            return f", under load: {counts['good']} good, {counts['failed']} failed"

        return finish

    hello(given, "hello", during=start)


def fastapi(given):
    with tempfile.TemporaryDirectory(prefix="pyw-bench-") as name:
        text = FASTAPI_ENTRY.replace('{"packed": msgpack', '{"word": "hello", "packed": msgpack')
        root = make_project(pathlib.Path(name) / "fastapi", text, ["fastapi", "httpx", "msgpack"])
        subprocess.run([given.pyw, "-q", "sync"], cwd=root, check=True)
        with DevSession(given.pyw, root) as session:
            session.ready()
            reloads(given, session, root / "src/entry.py", text, '"hello"', "hello", 3)  # its snapshot is made meanwhile
            show("FastAPI", reloads(given, session, root / "src/entry.py", text, '"hello"', "hello", given.reloads))


def main():
    parts = {"plain": plain, "files": files, "load": load, "fastapi": fastapi}
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=lambda text: pathlib.Path(text).resolve(), default=ROOT / "build/release/pyw")
    parser.add_argument("--reloads", type=int, default=200)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--at-once", action="store_true")
    parser.add_argument("names", nargs="*", choices=[[], *parts])
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name in given.names or parts:
        parts[name](given)


if __name__ == "__main__":
    main()
