"""Processes of `pyw edge serve` that wait for a Worker, with real workerd and Pyodide.

usage: test_prepared.py --pyw PROGRAM [NAME …]
"""
import json
import os
import pathlib
import re
import signal
import socket
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import wait_until
from edge_server import EdgeServer, make_project

ENTRY = """import json
from workers import Response, WorkerEntrypoint, env


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.url.endswith("/boom"):
            raise ValueError("a private detail")
        seen = {"word": "{word}", "name": self.env.NAME, "limits": self.env.LIMITS.to_py(), "imported": env.NAME,
                "key": getattr(self.env, "KEY", None), "others": getattr(self.env, "OTHER", None)}
        return Response(json.dumps(seen))

    async def scheduled(self, event, env, ctx):
        print("ran for", event.cron)


class Sums(WorkerEntrypoint):
    async def add(self, one, other):
        return one + other
"""
CALLER = "export default { fetch: async (request, env) => new Response(String(await env.SUMS.add(1, 2))) };"
VARIABLES = '[vars]\nNAME = "{word}"\nLIMITS = { most = 3 }\n'


def project(pyw, folder, word, more=""):
    made = make_project(pyw, folder / word)
    config = made / "wrangler.toml"
    config.write_text(config.read_text().replace('"shop"', f'"{word}"') + VARIABLES.replace("{word}", word) + more)
    (made / "src/entry.py").write_text(ENTRY.replace("{word}", word))
    return made


def deploy(server, project, token, *arguments):
    done = server.deploy(project, token, *arguments)
    assert done.returncode == 0, done.stderr


def answer(server, word):
    status, text = server.get("/", f"{word}.localhost")
    assert status == 200, (status, text)
    return json.loads(text)


def expected(word, **more):
    return {"word": word, "name": word, "limits": {"most": 3}, "imported": word, "key": None, "others": None, **more}


def end(server, started):
    os.kill(started["pid"], signal.SIGKILL)
    server.wait_for("worker_ended")


def waits(server):
    wait_until(lambda: server.metric("pyw_edge_prepared") == 1, "no process waits")


def test_a_cold_request_takes_the_process_that_waits(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data", "--max-workers", "1", prepared=1) as server:
            token = server.token()
            deploy(server, project(pyw, root, "one", 'OTHER = "of one"\n'), token)
            waits(server)
            deploy(server, project(pyw, root, "two"), token)  # by the same packages: `one` had the process made
            started = server.wait_for("worker_started", prepared=True, snapshot="dedicated")
            assert answer(server, "two") == expected("two")  # and nothing of `one` is in it
            waits(server)
            assert answer(server, "one") == expected("one", others="of one")
            assert server.wait_for("worker_started", prepared=True)["pid"] != started["pid"]
            status, text = server.get("/boom", "one.localhost")
            assert (status, text) == (500, "error code: 1101\n"), (status, text)
            waits(server)
            assert server.stop() == 0
        assert not list((root / "data/ahead").rglob("worker.json"))


def test_python_3_13_has_processes_of_its_own(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data", "--max-workers", "1", prepared=1) as server:
            token = server.token()
            for word in ("old", "older"):
                made = project(pyw, root, word)
                config = made / "wrangler.toml"
                config.write_text(re.sub(r'compatibility_date = ".*?"', 'compatibility_date = "2025-11-01"', config.read_text()))
                deploy(server, made, token)
                waits(server)
            for word in ("old", "older"):
                assert answer(server, word) == expected(word)
                server.wait_for("worker_started", prepared=True, snapshot="dedicated")
                waits(server)
            deploy(server, project(pyw, root, "new"), token)
            assert answer(server, "new") == expected("new")


NUMBERS = """from workers import Response, WorkerEntrypoint

numbers = {numbers}


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response(f"{sum(numbers)} {len(numbers)}")
"""


def numbers(pyw, folder, name, text):
    made = make_project(pyw, folder / name)
    (made / "wrangler.toml").write_text((made / "wrangler.toml").read_text().replace('"shop"', f'"{name}"'))
    (made / "src/entry.py").write_text(NUMBERS.replace("{numbers}", text))
    return made


def test_memory_of_one_worker_is_replaced_by_anothers_of_any_size(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data", "--max-workers", "1", prepared=1) as server:
            token = server.token()
            large, small = "[7] * 3_000_000", "[5] * 10"
            for name, text in [("large", large), ("small", small)]:
                deploy(server, numbers(pyw, root, name, text), token)
                waits(server)
            server.wait_for("worker_started", prepared=True)
            for name, sum_and_length in [("large", "21000000 3000000"), ("small", "50 10"), ("large", "21000000 3000000")]:
                waits(server)
                assert server.get("/", f"{name}.localhost") == (200, sum_and_length)
                server.wait_for("worker_started", prepared=True, snapshot="dedicated")
            assert "not warmed up" not in str(server.seen)


def test_secrets_arrive_and_do_not_stay_on_the_disk(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        shop = project(pyw, root, "shop")
        with EdgeServer(pyw, root / "data", prepared=1) as server:
            token = server.token()
            deploy(server, shop, token)
            secrets = root / "secrets.json"
            secrets.write_text('{"KEY": "a-planted-secret"}')
            put = server.run(shop, token, "secret", "bulk", str(secrets))  # a version of its own, whose snapshot the server makes
            assert put.returncode == 0, put.stderr
            waits(server)
            server.wait_for("worker_ended")  # the version without the secret
            started = [event for event in server.seen if event["event"] == "worker_started"][-1]
            while not started["prepared"]:
                end(server, started)
                assert answer(server, "shop") == expected("shop", key="a-planted-secret")
                started = server.wait_for("worker_started")
                waits(server)
            for file in (root / "data").rglob("*"):
                assert not file.is_file() or b"a-planted-secret" not in file.read_bytes(), file


def test_without_one_it_is_a_start_like_any_other(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data", prepared=1) as server:
            deploy(server, project(pyw, root, "shop"), server.token())
            waits(server)
            started = server.wait_for("worker_started")
            for pid in server.children():
                if pid != started["pid"]:
                    os.kill(pid, signal.SIGKILL)  # the one that waits
            wait_until(lambda: server.metric("pyw_edge_prepared") == 0, "its end was not noticed")
            end(server, started)
            assert answer(server, "shop") == expected("shop")
            server.wait_for("worker_started", prepared=False)


def test_a_worker_that_needs_more_than_requests_has_a_process_made_for_it(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data", prepared=1) as server:
            made = project(pyw, root, "shop")
            entry = made / "src/entry.py"
            entry.write_text(entry.read_text().replace('"others":', '"exports": bool(self.ctx.exports), "others":'))
            deploy(server, made, server.token())
            end(server, server.wait_for("worker_started"))
            assert answer(server, "shop") == expected("shop", exports=True)
            server.wait_for("worker_started", prepared=False)


def test_a_worker_that_others_call_by_name_has_its_classes(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data", prepared=1) as server:
            token = server.token()
            deploy(server, project(pyw, root, "shop"), token)
            waits(server)
            end(server, server.wait_for("worker_started"))
            assert answer(server, "shop") == expected("shop")
            server.wait_for("worker_started", prepared=True)
            server.upload(token, "caller", CALLER, [{"type": "service", "name": "SUMS", "service": "shop", "entrypoint": "Sums"}])
            status, text = server.get("/", "caller.localhost")
            assert (status, text) == (200, "3"), (status, text)
            server.wait_for("worker_started", prepared=False, snapshot="dedicated")
            assert answer(server, "shop") == expected("shop")


def test_a_schedule_reaches_a_worker_that_took_one(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data", prepared=1) as server:
            deploy(server, project(pyw, root, "shop"), server.token())
            waits(server)
            end(server, server.wait_for("worker_started"))
            assert answer(server, "shop") == expected("shop")
            pid = server.wait_for("worker_started", prepared=True)["pid"]
            # As the server asks for it when the minute has come.
            path = pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("http=unix:")[1].split("\0")[0]
            (control,) = (root / "data/ahead").glob("*/control")
            answered = ask(path, f"/cdn-cgi/pyw/scheduled?control={control.read_text()}&cron=1+2+3+4+5&time=0")
            assert answered.startswith(b"HTTP/1.1 204"), answered
            server.wait_for("log", text="ran for 1 2 3 4 5")


def ask(path, target):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(path)
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return connection.makefile("rb").read()


checks.main(globals())
