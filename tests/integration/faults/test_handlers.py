#!/usr/bin/env python3
"""What ends Python in a Durable Object, a queue's consumer and a schedule: it is said, and a fresh Worker goes on."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession, wait_until  # noqa: E402

WRANGLER = """name = "faulty"
main = "src/entry.py"
compatibility_date = "2026-10-01"
compatibility_flags = ["python_workers"]

[[durable_objects.bindings]]
name = "ROOM"
class_name = "Room"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Room"]

[[queues.producers]]
binding = "JOBS"
queue = "jobs"

[[queues.consumers]]
queue = "jobs"
max_batch_timeout = 0
max_batch_size = 1
"""
PYPROJECT = '[project]\nname = "faulty"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
ENTRY = '''import os
import sys
from urllib.parse import urlparse
from workers import DurableObject, Response, WorkerEntrypoint

calls = 0

def deeper(count):
    return deeper(count + 1) + 1

FAULTS = {
    "exit": lambda: sys.exit(3),
    "recurse": lambda: deeper(0),
    "memory": lambda: [0] * (1 << 29),
    "abort": os.abort,
    "none": lambda: None,
}

class Room(DurableObject):
    async def commit(self, kind):
        FAULTS[kind]()

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        global calls
        calls += 1
        what, _, kind = urlparse(request.url).path[1:].partition("/")
        if what == "object":
            await self.env.ROOM.getByName("one").commit(kind)
        if what == "queue":
            await self.env.JOBS.send(kind)
        return Response(f"call {calls}")

    async def scheduled(self, controller, env, ctx):
        FAULTS[controller.cron]()

    async def queue(self, batch, env, ctx):
        for message in batch.messages:
            print(f"job {message.body}, attempt {message.attempts}")
            FAULTS[message.body]()
'''
# What Python says of itself; the interpreter goes on.
SAID = {"exit": "SystemExit: 3", "recurse": "RecursionError", "memory": "MemoryError"}


def with_worker(pyw, check):
    with tempfile.TemporaryDirectory(prefix="pyw-handlers-") as folder:
        root = pathlib.Path(folder)
        (root / "src").mkdir()
        for name, text in (("wrangler.toml", WRANGLER), ("pyproject.toml", PYPROJECT), ("src/entry.py", ENTRY)):
            (root / name).write_text(text)
        with DevSession(pyw, root) as session:
            session.ready()
            check(session)


def wait_for_log(session, text):
    while text not in session.wait_for("log")["text"]:
        pass


def test_a_durable_object(pyw):
    def check(session):
        for kind, said in SAID.items():
            status, text = session.get(f"/object/{kind}")
            assert status == 500 and said in text and "in commit" in text, (kind, text[-500:])
        assert session.get("/hello") == (200, "call 4"), "the interpreter is the same"
        assert session.get("/object/abort")[0] in (500, 502)
        assert "the Python interpreter has ended" in session.wait_for("error")["message"]
        assert session.get("/object/none") == (200, "call 1"), "a fresh interpreter"

    with_worker(pyw, check)


def test_a_schedule(pyw):
    def check(session):
        for kind, said in SAID.items():
            status, text = session.get(f"/cdn-cgi/handler/scheduled?cron={kind}")
            assert status == 500 and text == "exception", (kind, text)
            wait_for_log(session, said)
        assert session.get("/cdn-cgi/handler/scheduled?cron=abort")[0] in (500, 502)
        assert "the Python interpreter has ended" in session.wait_for("error")["message"]
        assert session.get("/cdn-cgi/handler/scheduled?cron=none")[0] == 200

    with_worker(pyw, check)


def test_a_queue_gives_up_the_message_that_ends_its_consumer(pyw):
    def check(session):
        for kind, said in SAID.items():
            assert session.get(f"/queue/{kind}")[0] == 200
            wait_for_log(session, said)
        assert session.get("/queue/abort")[0] == 200
        # Each start brings the message back, until it has had its attempts; some of them before the Worker serves.
        assert "the Python interpreter has ended" in session.wait_for("error")["message"]
        wait_until(lambda: session.get("/queue/none")[0] == 200, "it serves again", 60)
        wait_for_log(session, "job none")

    with_worker(pyw, check)


if __name__ == "__main__":
    main(globals())
