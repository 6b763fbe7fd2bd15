#!/usr/bin/env python3
"""`pyw dev` with real uv, real workerd and real Pyodide."""
import fcntl
import http.client
import json
import os
import pathlib
import pty
import select
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import termios
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession, greet, is_running, wait_until  # noqa: E402

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
        if request.url.endswith("/die"):
            import os
            os.abort()
        print("serving", request.url)
        return Response(word() + " " + self.env.STAGE)
"""


def make_project(folder, entry=ENTRY, wrangler=WRANGLER, helper='def word():\n    return "one"\n'):
    root = pathlib.Path(folder)
    (root / "src").mkdir(parents=True, exist_ok=True)
    (root / "wrangler.toml").write_text(wrangler)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "src/entry.py").write_text(entry)
    (root / "src/helper.py").write_text(helper)
    return root


class Project:
    """A project in a fresh folder and a session on it."""

    def __init__(self, pyw, *arguments, environment=None, **options):
        self.folder = tempfile.TemporaryDirectory(prefix="pyw-dev-")
        self.root = make_project(self.folder.name, **options)
        self.session = DevSession(pyw, self.root, *arguments, environment=environment)

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


SLOW = """import asyncio
from urllib.parse import urlparse
from pyodide.ffi import create_proxy
from workers import Response, WorkerEntrypoint

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        name = urlparse(request.url).path[1:]
        if name:
            left = create_proxy(lambda event: print("the client left", name))
            request.js_object.signal.addEventListener("abort", left)
            print(await request.text(), "asleep")
            await asyncio.sleep(3600)
        return Response("awake")
"""


def test_a_client_that_leaves_before_its_answer_is_noticed_by_the_worker(pyw):
    config = WRANGLER.replace('["python_workers"]', '["python_workers", "enable_request_signal"]')
    with Project(pyw, entry=SLOW, wrangler=config) as (_, session):
        session.ready()
        connection = http.client.HTTPConnection("127.0.0.1", session.port)
        for method, name, body in (("GET", "first", ""), ("POST", "second", "a body")):
            connection.request("GET", "/")  # a kept connection
            assert connection.getresponse().read() == b"awake"
            connection.request(method, f"/{name}", body)
            session.wait_for("log", text=f"{body} asleep")
            connection.close()
            session.wait_for("request", path=f"/{name}", status=499)
            session.wait_for("log", text=f"the client left {name}")
        assert session.get() == (200, "awake")


def test_first_request_after_a_save_gets_the_new_code(pyw):
    with Project(pyw) as (root, session):
        session.ready()
        assert session.get() == (200, "one config")
        for number in range(3):
            (root / "src/helper.py").write_text(f'def word():\n    return "save {number}"\n')
            assert session.get() == (200, f"save {number} config")
        (root / "wrangler.toml").write_text(WRANGLER.replace('"config"', '"changed"'))
        assert session.get() == (200, "save 2 changed")


def test_a_save_is_served_by_the_runtime_that_waits(pyw):
    helper = 'try:\n    from extra import n\nexcept ImportError:\n    n = "none"\ndef word():\n    return f"save {n}"\n'
    with Project(pyw, helper=helper) as (root, session):
        session.ready()
        # Each save is one event: two files written one after the other may be two saves.
        (root / "extra").mkdir()
        (root / "extra/__init__.py").write_text("n = 0\n")
        saves = [lambda: os.rename(root / "extra", root / "src/extra"),
                 lambda: (root / "src/extra/__init__.py").write_text("n = 1\n")]
        for number, save in enumerate(saves):
            session.wait_for_standby()
            save()
            assert session.get() == (200, f"save {number} config")
            assert session.wait_for("reloaded")["standby"] is True
        session.wait_for_standby()  # broken code uses it up, and there is another one for mending it
        (root / "src/helper.py").write_text("import no_such_module\n")
        assert session.wait_for("error")["serving"] is True
        session.wait_for_standby()
        (root / "src/helper.py").write_text('def word():\n    return "mended"\n')
        assert session.get() == (200, "mended config")
        assert session.wait_for("reloaded")["standby"] is True
        session.wait_for_standby()  # made for other variables: of no use
        (root / "wrangler.toml").write_text(WRANGLER.replace('"config"', '"changed"'))
        assert session.get() == (200, "mended changed")
        assert session.wait_for("reloaded")["standby"] is False


def test_a_runtime_that_dies_while_it_takes_over_does_not_fail_the_save(pyw):
    with Project(pyw) as (root, session):
        session.ready()
        session.wait_for_standby()
        waiting = json.loads(session.get("/cdn-cgi/pyw/dev/session")[1])["standby"]
        os.kill(waiting, signal.SIGSTOP)  # so that it is still there when the save comes
        (root / "src/helper.py").write_text('def word():\n    return "two"\n')
        # It is no longer told as waiting once it takes over.
        wait_until(lambda: json.loads(session.get("/cdn-cgi/pyw/dev/session")[1])["standby"] == 0, "the save is not taken up")
        answer = []
        asking = threading.Thread(target=lambda: answer.append(session.get()))
        asking.start()
        os.kill(waiting, signal.SIGKILL)
        asking.join()
        assert answer == [(200, "two config")], answer
        assert session.wait_for("reloaded")["standby"] is False
        assert not any(event["event"] == "error" for event in session.seen), session.seen


def test_data_is_there_in_the_runtime_that_waited(pyw):
    entry = ENTRY.replace("        print(", '        await self.env.STORE.put("key", await self.env.STORE.get("key") or word())\n'
                          "        print(").replace("Response(word()", 'Response(await self.env.STORE.get("key")')
    wrangler = WRANGLER + '\n[[kv_namespaces]]\nbinding = "STORE"\nid = "store"\n'
    with Project(pyw, entry=entry, wrangler=wrangler) as (root, session):
        session.ready()
        assert session.get() == (200, "one config")
        session.wait_for_standby()
        (root / "src/helper.py").write_text('def word():\n    return "two"\n')
        assert session.get() == (200, "one config")
        assert session.wait_for("reloaded")["standby"] is True


def test_a_worker_that_acts_by_itself_and_one_told_so_have_no_runtime_waiting(pyw):
    queue = WRANGLER + '\n[[queues.producers]]\nbinding = "JOBS"\nqueue = "jobs"\n'
    for arguments, wrangler in (((), queue), (("--no-standby",), WRANGLER)):
        with Project(pyw, *arguments, wrangler=wrangler) as (root, session):
            session.ready()
            for number in range(2):
                (root / "src/helper.py").write_text(f'def word():\n    return "save {number}"\n')
                assert session.get() == (200, f"save {number} config")
                assert session.wait_for("reloaded")["standby"] is False


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


def test_randomness_at_the_top_level_is_refused_but_for_what_cannot_matter(pyw):
    with Project(pyw, entry="import multiprocessing\nimport os\nos.urandom(1)\n") as (root, session):
        error = session.wait_for("error")
        assert "os.urandom() was called at the top level" in error["message"] and error["line"] == 3, error
        (root / "src/entry.py").write_text("import multiprocessing\n" + ENTRY)
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


def test_signals_end_everything(pyw):
    for number in (signal.SIGINT, signal.SIGTERM):
        with Project(pyw) as (_, session):
            session.ready()
            children = session.children()
            assert children, "workerd is not below pyw"
            code = session.stop(number)
            assert code == 0, code
            # The kernel ends what a snapshot's builder had started a moment after the builder itself.
            wait_until(lambda: not any(is_running(pid) for pid in children), f"one of {children} outlives pyw")


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
        os.kill(session.serving_pid(), signal.SIGKILL)
        session.wait_for("reloaded")
        assert session.get() == (200, "one config")


def test_kill_9_of_workerd_under_load_costs_at_most_what_was_under_way(pyw):
    with Project(pyw) as (_, session):
        session.ready()
        stop = threading.Event()
        failed, good = [], []

        def ask():
            while not stop.is_set():
                answer = session.get()
                (good if answer[0] == 200 else failed).append(answer)

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for thread in asking:
            thread.start()
        wait_until(lambda: len(good) > 20, "no answers")
        os.kill(session.serving_pid(), signal.SIGKILL)
        session.wait_for("reloaded")
        served = len(good)
        wait_until(lambda: len(good) > served + 20, "no answers after the restart", 60)
        stop.set()
        for thread in asking:
            thread.join()
        # Each of the four had at most one request under way; it may fail, and says so.
        assert len(failed) <= 4 and all(status == 502 for status, _ in failed), failed


def test_an_interpreter_that_ended_is_replaced(pyw):
    with Project(pyw) as (_, session):
        session.ready()
        session.get("/die")
        error = session.wait_for("error")
        assert "interpreter has ended" in error["message"], error
        session.wait_for("reloaded")
        assert session.get() == (200, "one config")


def test_broken_saves_leak_neither_descriptors_nor_processes(pyw):
    with Project(pyw, "--no-snapshot") as (root, session):  # its builder would be counted too
        session.ready()

        def held():
            return len(os.listdir(f"/proc/{session.process.pid}/fd")), len(session.children())

        def save_broken(number):
            (root / "src/helper.py").write_text(f"def word(:\n# {number}\n")
            session.wait_for("error")

        save_broken(-1)
        session.wait_for_standby()
        wait_until(lambda: held()[1] == 2, "the failed Worker does not end")  # what serves, and what waits
        before = held()
        for number in range(20):
            save_broken(number)
        session.wait_for_standby()
        # One that is left by each save would be 20; a connection that is kept open is none.
        wait_until(lambda: held()[1] <= before[1] and held()[0] < before[0] + 10, f"more than {before}")


def test_a_save_during_a_broken_one_leaves_a_runtime_that_waits(pyw):
    with Project(pyw, "--no-snapshot") as (root, session):
        session.ready()
        session.wait_for_standby()
        # Long enough at its top level that the next save meets it there, in the runtime that waited.
        slow = "for number in range(30_000_000):\n    pass\n"
        (root / "src/helper.py").write_text(f"{slow}raise ValueError('first')\n")
        wait_until(lambda: '"standby":0' in session.get("/cdn-cgi/pyw/dev/session")[1].replace(" ", ""), "not taken")
        (root / "src/helper.py").write_text("raise ValueError('second')\n")
        session.wait_for("error")
        session.wait_for_standby()


def test_editors_locks_and_swap_files_are_no_changes_and_do_not_break_a_save(pyw):
    with Project(pyw) as (root, session):
        session.ready()
        (root / "src/.#entry.py").symlink_to("me@here.123:456")  # Emacs
        (root / "src/.entry.py.swp").write_text("vim")
        assert session.get() == (200, "one config")
        (root / "src/helper.py").write_text('def word():\n    return "saved"\n')
        assert session.get() == (200, "saved config")
        # A folder that was moved here whole, with what is in it.
        (root / "new").mkdir()
        (root / "new/inner.py").write_text('WORD = "moved"\n')
        os.rename(root / "new", root / "src/package")
        (root / "src/helper.py").write_text("from package.inner import WORD\ndef word():\n    return WORD\n")
        assert session.get() == (200, "moved config")
        (root / "src/package/inner.py").write_text('WORD = "changed"\n')
        assert session.get() == (200, "changed config")


def test_a_branch_of_5000_files_and_polling(pyw):
    for arguments in ((), ("--poll",)):
        with Project(pyw, *arguments) as (root, session):
            session.ready()
            for number in range(50):
                (root / f"src/many{number}").mkdir()
            for number in range(5000):
                (root / f"src/many{number % 50}/file{number}.txt").write_text("x")
            (root / "src/helper.py").write_text('def word():\n    return "switched"\n')
            wait_until(lambda: session.get() == (200, "switched config"), "the new code is not served", 60)


def test_the_inspector_is_reached_through_the_gate_by_this_machine_only(pyw):
    with Project(pyw, "--inspector-port", "0") as (root, session):
        session.ready()
        port = int(session.wait_for("inspector")["url"].rsplit(":", 1)[1])

        def targets(headers=None):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/json", headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()

        status, listed = targets()
        assert status == 200 and any(target["id"] == "worker" for target in json.loads(listed)), listed
        assert targets({"Host": "evil.example"})[0] == 403
        assert targets({"Origin": "https://evil.example"})[0] == 403
        (root / "src/helper.py").write_text('def word():\n    return "again"\n')
        assert session.get() == (200, "again config")
        assert targets()[0] == 200


def test_cron_runs_are_told(pyw):
    wrangler = WRANGLER + '\n[triggers]\ncrons = ["0 0 1 1 *"]\n'
    entry = ENTRY + """
    async def scheduled(self, controller, env, ctx):
        print("at work")
        if controller.cron == "bad":
            raise ValueError("no")
"""
    with Project(pyw, wrangler=wrangler, entry=entry) as (_, session):
        session.ready()
        assert session.get("/cdn-cgi/handler/scheduled?cron=good") == (200, "ok")
        event = session.wait_for("invocation", kind="scheduled")
        assert event["what"] == "good" and event["outcome"] == "ok", event
        assert session.get("/cdn-cgi/handler/scheduled?cron=bad")[0] == 500
        event = session.wait_for("invocation", kind="scheduled")
        assert event["what"] == "bad" and event["outcome"] == "exception", event


EVERY_EVENT = """from workers import DurableObject, Response, WorkerEntrypoint, WorkflowEntrypoint

class Room(DurableObject):
    async def ring(self):
        await self.ctx.storage.setAlarm(1)
    async def alarm(self):
        print("rang")

class Steps(WorkflowEntrypoint):
    async def run(self, event, step):
        @step.do("only")
        async def only():
            return 1
        await only()
        print("stepped")

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.url.endswith("/queue"):
            await self.env.JOBS.send({"number": 1})
        elif request.url.endswith("/alarm"):
            await self.env.ROOMS.getByName("hall").ring()
        elif request.url.endswith("/workflow"):
            await self.env.STEPS.create()
        return Response("sent")
    async def queue(self, batch, env, ctx):
        print("consumed", len(batch.messages))
    async def email(self, message, env, ctx):
        print("mail from", getattr(message, "from"))
"""
EVERY_BINDING = WRANGLER + """
[[queues.producers]]
binding = "JOBS"
queue = "jobs"
[[queues.consumers]]
queue = "jobs"
max_batch_timeout = 0
[[durable_objects.bindings]]
name = "ROOMS"
class_name = "Room"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Room"]
[[workflows]]
name = "steps"
binding = "STEPS"
class_name = "Steps"
"""


def test_queues_alarms_workflows_and_mails_are_told_with_their_logs(pyw):
    with Project(pyw, wrangler=EVERY_BINDING, entry=EVERY_EVENT) as (_, session):
        session.ready()
        mail = "/cdn-cgi/handler/email?from=a@example.com&to=b@example.com"
        for kind, path, what, printed in (("queue", "/queue", "jobs, 1 messages", "consumed 1"),
                                          ("alarm", "/alarm", "Room", "rang"),
                                          ("workflow", "/workflow", "Steps.run", "stepped"),
                                          ("email", mail, "default.email", "mail from a@example.com")):
            body = "Subject: x\r\n\r\nhello" if kind == "email" else None
            status, text = session.get(path, method="POST" if body else "GET", body=body)
            assert status == 200, (kind, status, text)
            event = session.wait_for("invocation", kind=kind)
            assert event["outcome"] == "ok" and event["what"] == what, event
            assert any(seen["event"] == "log" and seen["text"] == printed for seen in session.seen), session.seen[-5:]


def test_a_websocket_is_closed_with_1012_when_the_code_changes(pyw):
    entry = ENTRY.replace("from helper", "from js import WebSocketPair\nfrom helper").replace(
        "        if request.url.endswith(\"/boom\")", """        if request.url.endswith("/socket"):
            client, server = WebSocketPair.new().object_values()
            server.accept()
            server.send("hello")
            return Response(None, status=101, web_socket=client)
        if request.url.endswith("/boom")""")
    with Project(pyw, "--drain", "0", entry=entry) as (root, session):
        session.ready()
        with socket.create_connection(("127.0.0.1", session.port), timeout=60) as connection:
            greet(connection, "/socket")
            (root / "src/helper.py").write_text('def word():\n    return "again"\n')
            assert session.get() == (200, "again config")
            rest = b""
            while piece := connection.recv(4096):
                rest += piece
            assert rest[:1] == b"\x88" and rest[2:4] == (1012).to_bytes(2, "big"), rest


def test_https_with_an_authority_of_our_own(pyw):
    with tempfile.TemporaryDirectory() as config:
        environment = {"XDG_CONFIG_HOME": config}
        entry = ENTRY.replace("        print(", """        if request.method == "POST":
            return Response((await request.bytes())[::-1])
        if "/url" in request.url:
            return Response(request.url)
        print(""")
        with Project(pyw, "--https", entry=entry, environment=environment) as (_, session):
            assert session.ready() and session.seen[-1]["url"].startswith("https://")
            shown = subprocess.run([pyw, "certificate", "show", "--json"], capture_output=True, text=True, check=True,
                                   env={**os.environ, **environment}).stdout
            trusting = ssl.create_default_context(cafile=json.loads(shown)["path"])
            connection = http.client.HTTPSConnection("localhost", session.port, context=trusting, timeout=60)
            connection.request("GET", "/url")
            assert connection.getresponse().read() == f"https://localhost:{session.port}/url".encode()
            body = os.urandom(5_000_000)
            connection.request("POST", "/", body=body)  # the same connection, both ways at length
            assert connection.getresponse().read() == body[::-1]
            connection.close()
            # Names that the certificate is not for, clients that do not trust it, and plain text are refused.
            plain = socket.create_connection(("127.0.0.1", session.port), timeout=60)
            for context, name in ((trusting, "example.com"), (ssl.create_default_context(), "localhost")):
                try:
                    context.wrap_socket(socket.create_connection(("127.0.0.1", session.port)), server_hostname=name)
                    raise AssertionError(f"{name} was believed")
                except ssl.SSLCertVerificationError:
                    pass
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert not plain.recv(4096).startswith(b"HTTP")
            assert trusting.wrap_socket(socket.create_connection(("127.0.0.1", session.port)), server_hostname="localhost").version() == "TLSv1.3"


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


CALLS_GHOST = """from workers import Response, WorkerEntrypoint

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.url.endswith("/rpc"):
            return Response(await self.env.GHOST.word())
        if request.url.endswith("/object"):
            return Response(await self.env.ROOM.getByName("one").word())
        return await self.env.GHOST.fetch("http://ghost/")
"""
GHOST = '''
[[services]]
binding = "GHOST"
service = "ghost"
[[durable_objects.bindings]]
name = "ROOM"
class_name = "Room"
script_name = "ghost"
'''


def test_a_worker_that_ended_without_a_word_is_named(pyw):
    with tempfile.TemporaryDirectory(prefix="pyw-registry-") as registry:
        entry = {"debugPortAddress": f"unix:{registry}/gone.sock", "defaultEntrypointService": "worker",
                 "userWorkerService": "worker"}
        environment = {"WRANGLER_REGISTRY_PATH": registry}
        with Project(pyw, entry=CALLS_GHOST, wrangler=WRANGLER + GHOST, environment=environment) as (_, session):
            session.ready()
            (pathlib.Path(registry) / "ghost").write_text(json.dumps(entry))  # it will be removed, but not at once
            said = "the Worker `ghost` has ended: start `pyw dev` in its project"
            assert session.get() == (503, said + "\n"), session.get()
            for path in ("/rpc", "/object"):
                status, text = session.get(path)
                assert status == 500 and said in text, text


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


def test_a_damaged_workerd_is_mended(pyw):
    """Same size, other bytes: only digests tell, and they are asked when the start has failed."""
    with tempfile.TemporaryDirectory(prefix="pyw-cache-") as cache:
        root = make_project(pathlib.Path(cache) / "project")
        environment = {"PYW_CACHE_DIR": cache + "/cache"}
        settings = {"cwd": root, "env": {**os.environ, **environment}, "capture_output": True, "text": True, "check": True}
        subprocess.run([pyw, "toolchain", "install", "workerd"], **settings)
        workerd = subprocess.run([pyw, "toolchain", "path", "workerd"], **settings).stdout.strip()
        with open(workerd, "r+b") as program:
            program.write(b"\0" * 4096)
        with DevSession(pyw, root, environment=environment) as session:
            session.ready()
            assert session.get() == (200, "one config")


if __name__ == "__main__":
    main(globals())
