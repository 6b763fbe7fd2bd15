#!/usr/bin/env python3
"""`kill -9` of workerd and of pyw in the middle of writes: what was acknowledged is there afterwards.

PYW_TEST_KILLS says how often each is killed: 10 unless set; 200 is the number that docs/local-bindings.md names.
"""
import http.client
import itertools
import json
import os
import pathlib
import random
import signal
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession, is_running, wait_until  # noqa: E402

KILLS = int(os.environ.get("PYW_TEST_KILLS", "10"))
STORES = ("kv", "d1", "object", "queue")
WRANGLER = {
    "name": "killed",
    "main": "src/kill_worker.py",
    "compatibility_date": "2026-10-01",
    "compatibility_flags": ["python_workers"],
    "kv_namespaces": [{"binding": "KV", "id": "store"}],
    "d1_databases": [{"binding": "DB", "database_name": "store"}],
    "durable_objects": {"bindings": [{"name": "LEDGER", "class_name": "Ledger"}]},
    "migrations": [{"tag": "v1", "new_sqlite_classes": ["Ledger"]}],
    "queues": {
        "producers": [{"binding": "JOBS", "queue": "jobs"}],
        # An attempt that dies with its process counts as one; here it is only the loss that matters.
        "consumers": [{"queue": "jobs", "max_batch_timeout": 0, "max_retries": 100}],
    },
}
PYPROJECT = '[project]\nname = "killed"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'


class Writers:
    """One thread a store: writes ascending numbers and keeps those that were acknowledged."""

    def __init__(self, session):
        self.session = session
        self.numbers = {store: itertools.count(1) for store in STORES}
        self.acknowledged = {store: set() for store in STORES}
        self.since_kill = dict.fromkeys(STORES, 0)
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(store,), daemon=True) for store in STORES]
        for thread in self.threads:
            thread.start()

    def write(self, store):
        while not self.stopped.is_set():
            number = next(self.numbers[store])
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.session.port, timeout=60)
                connection.request("GET", f"/{store}/{number}")
                answer = connection.getresponse()
                good = answer.status == 200 and answer.read() == b"written"
                connection.close()
            except (OSError, http.client.HTTPException, TypeError):
                self.stopped.wait(0.02)  # pyw itself is gone for a moment
                continue
            if good:
                self.acknowledged[store].add(number)
                self.since_kill[store] += 1

    def wait_for_writes(self, chance):
        """Until each store took some since the last kill; how many varies, so that the moment does."""
        wanted = chance.randint(1, 12)
        self.since_kill.update(dict.fromkeys(STORES, 0))
        wait_until(lambda: min(self.since_kill.values()) >= wanted, f"{wanted} writes to each store", 120)

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def make_project(folder):
    root = pathlib.Path(folder)
    (root / "src").mkdir()
    (root / "src/kill_worker.py").write_text((HERE / "kill_worker.py").read_text())
    (root / "wrangler.json").write_text(json.dumps(WRANGLER))
    (root / "pyproject.toml").write_text(PYPROJECT)
    return root


def check_nothing_lost(session, acknowledged):
    for store in STORES:
        def missing(store=store):
            status, text = session.get(f"/{store}/all")
            assert status == 200, (store, text)
            return acknowledged[store] - set(json.loads(text))

        # A message is delivered some time after it was taken; the other stores have no such excuse.
        if store == "queue":
            wait_until(lambda: not missing(), f"all {len(acknowledged[store])} messages to be delivered", 120)
        lost = missing()
        assert not lost, f"{store}: {len(lost)} of {len(acknowledged[store])} acknowledged writes are lost: {sorted(lost)[:5]}"
    counts = ", ".join(f"{store} {len(acknowledged[store])}" for store in STORES)
    print(f"   {KILLS} kills, acknowledged and found again: {counts}", flush=True)


def workerd_of(session):
    for pid in session.children():
        try:
            with open(f"/proc/{pid}/cmdline") as file:
                if "serve" in file.read().split("\0"):
                    return pid
        except FileNotFoundError:
            pass
    return None


def test_kill_9_of_workerd_loses_nothing_acknowledged(pyw):
    chance = random.Random(4)
    with tempfile.TemporaryDirectory(prefix="pyw-kill-") as folder:
        with DevSession(pyw, make_project(folder)) as session:
            session.ready()
            assert session.get("/tables/0")[0] == 200
            writers = Writers(session)
            for _ in range(KILLS):
                writers.wait_for_writes(chance)
                victim = workerd_of(session)
                os.kill(victim, signal.SIGKILL)
                wait_until(lambda victim=victim: not is_running(victim), "workerd to end")
            writers.wait_for_writes(chance)
            writers.stop()
            check_nothing_lost(session, writers.acknowledged)


def test_kill_9_of_pyw_loses_nothing_acknowledged(pyw):
    chance = random.Random(5)
    with tempfile.TemporaryDirectory(prefix="pyw-kill-") as folder:
        root = make_project(folder)
        session = DevSession(pyw, root).ready()
        writers = None
        try:
            assert session.get("/tables/0")[0] == 200
            writers = Writers(session)
            for _ in range(KILLS):
                writers.wait_for_writes(chance)
                children = session.children()
                os.kill(session.process.pid, signal.SIGKILL)
                session.process.wait(10)
                wait_until(lambda: not any(map(is_running, children)), "workerd to end with pyw", 30)
                writers.session = session = DevSession(pyw, root).ready()
            writers.wait_for_writes(chance)
            writers.stop()
            check_nothing_lost(session, writers.acknowledged)
        finally:
            if writers:
                writers.stop()
            session.__exit__()


if __name__ == "__main__":
    main(globals())
