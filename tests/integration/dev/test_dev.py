#!/usr/bin/env python3
"""`pyw dev` with real uv, real workerd and real Pyodide."""
import argparse
import fcntl
import os
import pathlib
import pty
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import run_all  # noqa: E402
from dev_session import DevSession, is_running, wait_until  # noqa: E402

WRANGLER = """name = "under-test"
main = "src/entry.py"
compatibility_date = "2026-10-01"
compatibility_flags = ["python_workers"]

[vars]
STAGE = "config"
"""
PYPROJECT = '[project]\nname = "under-test"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = []\n'
ENTRY = """from workers import Response, WorkerEntrypoint
from helper import word

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.url.endswith("/boom"):
            raise ValueError("on purpose")
        print("serving", request.url)
        return Response(word() + " " + self.env.STAGE)
"""


def make_project(folder, entry=ENTRY, wrangler=WRANGLER):
    root = pathlib.Path(folder)
    (root / "src").mkdir(parents=True, exist_ok=True)
    (root / "wrangler.toml").write_text(wrangler)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "src/entry.py").write_text(entry)
    (root / "src/helper.py").write_text('def word():\n    return "one"\n')
    return root


class Project:
    """A project in a fresh folder and a session on it."""

    def __init__(self, pyw, *arguments, **options):
        self.folder = tempfile.TemporaryDirectory(prefix="pyw-dev-")
        self.root = make_project(self.folder.name, **options)
        self.session = DevSession(pyw, self.root, *arguments)

    def __enter__(self):
        return self.root, self.session

    def __exit__(self, *problem):
        self.session.__exit__(*problem)
        self.folder.cleanup()


def test_serves_logs_and_reports_exceptions(pyw):
    with Project(pyw, "--var", "STAGE:flag") as (_, session):
        session.ready()
        assert session.get() == (200, "one flag"), session.get()
        session.wait_for("request", path="/", status=200)
        assert any(event.get("text", "").startswith("serving ") for event in session.seen), session.seen
        status, text = session.get("/boom")
        assert status == 500, status
        assert 'File "src/entry.py", line 7, in fetch' in text, text
        assert "ValueError: on purpose" in text, text
        assert "/session/metadata" not in text, text


def test_first_request_after_a_save_gets_the_new_code(pyw):
    with Project(pyw) as (root, session):
        session.ready()
        assert session.get() == (200, "one config")
        for number in range(3):
            (root / "src/helper.py").write_text(f'def word():\n    return "save {number}"\n')
            assert session.get() == (200, f"save {number} config")
        (root / "wrangler.toml").write_text(WRANGLER.replace('"config"', '"changed"'))
        assert session.get() == (200, "save 2 changed")


def test_a_broken_save_shows_the_error_and_keeps_the_old_code(pyw):
    with Project(pyw) as (root, session):
        session.ready()
        (root / "src/helper.py").write_text("def word(:\n")
        assert session.get() == (200, "one config")
        error = session.wait_for("error")
        assert error["file"] == "src/helper.py" and error["line"] == 1, error
        assert error["serving"] is True, error
        (root / "src/helper.py").write_text('def word():\n    return "mended"\n')
        assert session.get() == (200, "mended config")


def test_a_worker_broken_from_the_start_answers_with_the_reason_until_it_is_mended(pyw):
    with Project(pyw, entry="import no_such_module\n") as (root, session):
        error = session.wait_for("error")
        assert "no_such_module" in error["message"], error
        assert error["file"] == "src/entry.py" and error["line"] == 1, error
        (root / "src/entry.py").write_text(ENTRY)
        session.ready()
        assert session.get() == (200, "one config")


def test_requests_during_reloads_all_succeed(pyw):
    with Project(pyw) as (root, session):
        session.ready()
        stop = threading.Event()
        answers = []

        def ask():
            while not stop.is_set():
                answers.append(session.get())

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for thread in asking:
            thread.start()
        for number in range(5):
            (root / "src/helper.py").write_text(f'def word():\n    return "v{number}"\n')
            session.wait_for("reloaded")
        stop.set()
        for thread in asking:
            thread.join()
        assert answers and all(status == 200 for status, _ in answers), [a for a in answers if a[0] != 200][:3]


def test_signals_end_everything_within_a_second(pyw):
    for number in (signal.SIGINT, signal.SIGTERM):
        with Project(pyw) as (_, session):
            session.ready()
            children = session.children()
            assert children, "workerd is not below pyw"
            code, seconds = session.stop(number)
            assert code == 0, code
            assert seconds < 1, seconds
            assert not any(is_running(pid) for pid in children), children


def test_kill_9_leaves_no_orphan_and_the_next_start_works(pyw):
    with Project(pyw) as (root, session):
        session.ready()
        children = session.children()
        session.process.kill()
        session.process.wait()
        wait_until(lambda: not any(is_running(pid) for pid in children), "workerd outlives pyw")
        with DevSession(pyw, root) as again:
            again.ready()
            assert again.get() == (200, "one config")


def test_workerd_killed_is_started_again(pyw):
    with Project(pyw) as (_, session):
        session.ready()
        workerd = [pid for pid in session.children()]
        os.kill(workerd[0], signal.SIGKILL)
        session.wait_for("reloaded")
        assert session.get() == (200, "one config")


def test_keys_on_a_terminal_restart_and_quit_and_the_terminal_is_given_back(pyw):
    with tempfile.TemporaryDirectory(prefix="pyw-dev-") as name:
        root = make_project(name)
        ours, theirs = pty.openpty()
        before = termios.tcgetattr(theirs)

        def own_terminal():
            os.setsid()
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

        process = subprocess.Popen([pyw, "dev", "--port", "0"], cwd=root, stdin=theirs, stdout=theirs, stderr=theirs,
                                   preexec_fn=own_terminal, env={**os.environ, "NO_COLOR": "1"})
        seen = ""

        def read_until(text):
            nonlocal seen
            while text not in seen:
                if not select.select([ours], [], [], 120)[0]:
                    raise AssertionError(f"no `{text}` in {seen}")
                seen += os.read(ours, 4096).decode()
            seen = seen.split(text, 1)[1]

        try:
            read_until("keys: b browser")
            os.write(ours, b"r")
            read_until("Reloaded the Worker")
            os.write(ours, b"x")
            read_until("Stopping")
            assert process.wait(10) == 0
            assert termios.tcgetattr(theirs) == before
        finally:
            process.kill()
            process.wait()


def test_a_taken_port_is_named(pyw):
    with tempfile.TemporaryDirectory() as name, socket.socket() as taken:
        root = make_project(name)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([pyw, "dev", "--port", str(port)], cwd=root, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, done
        assert f"port {port} is taken by " in done.stderr and f"pid {os.getpid()}" in done.stderr, done.stderr
        assert f"pyw dev --port {port + 1}" in done.stderr, done.stderr


def test_two_on_one_state_folder(pyw):
    with Project(pyw) as (root, session):
        session.ready()
        done = subprocess.run([pyw, "dev", "--port", "0"], cwd=root, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, done
        assert f"(pid {session.process.pid}, port {session.port})" in done.stderr, done.stderr


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=pathlib.Path, required=True)
    parser.add_argument("only", nargs="*")
    given = parser.parse_args()
    sys.exit(run_all(globals(), given.pyw.resolve(), only=given.only))
