#!/usr/bin/env python3
"""The runtime that waits for the next save has tried the code out: that shows in nothing but the time."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession, wait_until  # noqa: E402

WRANGLER = """name = "tried-out"
main = "src/entry.py"
compatibility_date = "2026-10-01"
compatibility_flags = ["python_workers"]
"""
PYPROJECT = '[project]\nname = "tried-out"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
ENTRY = '''import js
from workers import Response, WorkerEntrypoint

word = "save 0"
print("the top level of", word)
found = hasattr(js.globalThis, "leftBehind")
js.globalThis.leftBehind = True
MORE

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response(f"{word}, left behind: {found}")
'''
TASK = '''
import asyncio

async def tell():
    js.console.log("the task of the top level of " + word)

asyncio.ensure_future(tell())
'''


def facts(session):
    return json.loads(session.get("/cdn-cgi/pyw/dev/session")[1])


def wait_for_rehearsal(session):
    wait_until(lambda: facts(session)["rehearsed"], "the code is not tried out")


def make_project(folder, more=""):
    root = pathlib.Path(folder)
    (root / "src").mkdir()
    (root / "wrangler.toml").write_text(WRANGLER)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "src/entry.py").write_text(ENTRY.replace("MORE", more))
    return root


def save(session, root, number, more=""):
    (root / "src/entry.py").write_text(ENTRY.replace("save 0", f"save {number}").replace("MORE", more))
    answer = session.get()
    assert answer == (200, f"save {number}, left behind: False"), answer
    return session.wait_for("reloaded")


def told(session):
    """What the top level printed so far."""
    session.has_told("log")
    return [event["text"] for event in session.seen if event["event"] == "log" and "top level" in event["text"]]


def test_what_the_top_level_does_is_done_once(pyw):
    with tempfile.TemporaryDirectory(prefix="pyw-standby-") as folder:
        root = make_project(folder)
        with DevSession(pyw, root) as session:
            session.ready()
            assert session.get() == (200, "save 0, left behind: False")
            for number in range(1, 4):
                wait_for_rehearsal(session)
                assert save(session, root, number)["standby"] is True
            wait_for_rehearsal(session)
            expected = [f"the top level of save {number}" for number in range(4)]
            wait_until(lambda: len(told(session)) >= len(expected), "the top level is not heard")
            assert told(session) == expected, told(session)


def test_a_task_of_the_top_level_is_run_once(pyw):
    with tempfile.TemporaryDirectory(prefix="pyw-standby-") as folder:
        root = make_project(folder, TASK)
        with DevSession(pyw, root) as session:
            session.ready()
            for number in range(1, 4):
                # With such a task it is not gone through to the end, and waits nevertheless.
                session.wait_for_standby()
                assert facts(session)["rehearsed"] is False
                assert save(session, root, number, TASK)["standby"] is True
            expected = [f"the task of the top level of save {number}" for number in range(4)]
            wait_until(lambda: len([text for text in told(session) if "task" in text]) >= len(expected), "no task is heard")
            assert [text for text in told(session) if "task" in text] == expected, told(session)


def test_a_save_in_the_middle_of_it_is_served(pyw):
    slow = "\nfor number in range(3_000_000):\n    pass\n"
    with tempfile.TemporaryDirectory(prefix="pyw-standby-") as folder:
        root = make_project(folder, slow)
        with DevSession(pyw, root) as session:
            session.ready()
            for number in range(1, 4):
                wait_until(lambda: facts(session)["standby"] != 0, "no runtime is started ahead")
                save(session, root, number, slow)  # whatever it is at
            wait_for_rehearsal(session)
            save(session, root, 4)


def test_code_that_fails_is_tried_out_without_a_word(pyw):
    with tempfile.TemporaryDirectory(prefix="pyw-standby-") as folder:
        root = make_project(folder)
        with DevSession(pyw, root) as session:
            session.ready()
            wait_for_rehearsal(session)
            (root / "src/entry.py").write_text(ENTRY.replace("MORE", "raise ValueError('broken')"))
            assert session.wait_for("error")["serving"] is True
            session.wait_for_standby()
            assert facts(session)["rehearsed"] is False
            assert save(session, root, 1)["standby"] is True
            wait_for_rehearsal(session)
            assert sum(event["event"] == "error" for event in session.seen) == 1, session.seen


if __name__ == "__main__":
    main(globals())
