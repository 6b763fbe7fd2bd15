#!/usr/bin/env python3
"""What ends Python in a Durable Object, a queue's consumer and a schedule: it is said, and a fresh Worker goes on."""
import contextlib
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
dead_letter_queue = "dead"

[[queues.consumers]]
queue = "dead"
max_batch_timeout = 0
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
    "loop": lambda: [None for _ in iter(int, 1)],
    "none": lambda: None,
}

class Room(DurableObject):
    async def commit(self, kind):
        FAULTS[kind]()

    async def ring(self, kind):
        await self.ctx.storage.put("kind", kind)
        await self.ctx.storage.setAlarm(1)

    async def alarm(self):
        print("the alarm rings")
        FAULTS[await self.ctx.storage.get("kind")]()

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        global calls
        calls += 1
        what, _, kind = urlparse(request.url).path[1:].partition("/")
        if what == "object":
            await self.env.ROOM.getByName("one").commit(kind)
        if what == "alarm":
            await self.env.ROOM.getByName("bell").ring(kind)
        if what == "queue":
            await self.env.JOBS.send(kind)
        return Response(f"call {calls}")

    async def scheduled(self, controller, env, ctx):
        FAULTS[controller.cron]()

    async def queue(self, batch, env, ctx):
        if batch.queue == "dead":
            print("given up:", *(message.body for message in batch.messages))
            return
        for message in batch.messages:
            print(f"job {message.body}, attempt {message.attempts}")
            FAULTS[message.body]()
'''
# What Python says of itself; the interpreter goes on.
SAID = {"exit": "SystemExit: 3", "recurse": "RecursionError", "memory": "MemoryError"}


@contextlib.contextmanager
def project(wrangler=WRANGLER):
    with tempfile.TemporaryDirectory(prefix="pyw-handlers-") as folder:
        root = pathlib.Path(folder)
        (root / "src").mkdir()
        for name, text in (("wrangler.toml", wrangler), ("pyproject.toml", PYPROJECT), ("src/entry.py", ENTRY)):
            (root / name).write_text(text)
        yield root


def with_worker(pyw, check):
    with project() as root, DevSession(pyw, root) as session:
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


def leave_behind(pyw, root, path):
    """A message or an alarm that has ended the Worker once, and whose session was killed then."""
    with DevSession(pyw, root) as session:
        session.ready()
        with contextlib.suppress(OSError):
            session.get(path)
        error = session.wait_for("error")
        session.process.kill()
        return error


def test_what_an_earlier_session_left_does_not_keep_the_worker_from_serving(pyw):
    # More attempts than the first session can use up before it is killed.
    with project(WRANGLER.replace("max_batch_size = 1", "max_batch_size = 1\nmax_retries = 4")) as root:
        assert "while `Default.queue` ran" in leave_behind(pyw, root, "/queue/abort")["message"]
        with DevSession(pyw, root) as session:
            session.ready()
            assert "while `Default.queue` ran" in session.wait_for("error")["message"]
            wait_for_log(session, "messages, alarms and schedules wait for 1 s: the Worker has ended 2 times")
            # It serves while they wait, and until its attempts are over the message is tried.
            assert session.get("/hello")[0] == 200
            wait_for_log(session, "given up: abort")
            wait_until(lambda: session.get("/queue/none")[0] == 200, "it serves", 60)
            wait_for_log(session, "job none")
            tried = [event["text"] for event in session.seen if event.get("text", "").startswith("job abort")]
            assert tried and tried == sorted(set(tried)) and tried[-1] <= "job abort, attempt 5", tried


def test_a_message_without_end_of_an_earlier_session(pyw):
    with project(WRANGLER + "\n[limits]\ncpu_ms = 500\n") as root:
        assert "CPU time" in leave_behind(pyw, root, "/queue/loop")["message"]
        with DevSession(pyw, root) as session:
            session.ready()
            assert "CPU time" in session.wait_for("error")["message"]
            wait_for_log(session, "given up: loop")
            wait_until(lambda: session.get("/hello")[0] == 200, "it serves", 60)


def test_an_alarm_of_an_earlier_session(pyw):
    with project() as root:
        assert "while `Room.alarm` ran" in leave_behind(pyw, root, "/alarm/abort")["message"]
        with DevSession(pyw, root) as session:
            session.ready()
            assert "while `Room.alarm` ran" in session.wait_for("error")["message"]
            wait_for_log(session, "wait for 2 s")
            assert session.get("/hello")[0] == 200
            # Mended code runs it at once.
            entry = root / "src/entry.py"
            entry.write_text(entry.read_text().replace('"abort": os.abort', '"abort": lambda: print("mended")'))
            wait_for_log(session, "mended")


if __name__ == "__main__":
    main(globals())
