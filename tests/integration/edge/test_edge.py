"""`pyw deploy` to `pyw edge serve`, with real workerd and Pyodide.

usage: test_edge.py --pyw PROGRAM [NAME …]
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import is_running, wait_until
from edge_server import EdgeServer, make_project, say


def deployed(server, project, token, *arguments):
    done = server.deploy(project, token, *arguments)
    assert done.returncode == 0, done.stderr
    return done


def test_fastapi_answers_from_the_snapshot_that_came_along(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        made = subprocess.run([str(pyw), "init", "--template", "fastapi", "api"], cwd=root, capture_output=True, text=True, timeout=300)
        assert made.returncode == 0, made.stderr
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            done = deployed(server, root / "api", token)
            assert "Memory snapshot:" in done.stderr, done.stderr
            server.wait_for("worker_started", snapshot="dedicated")
            assert "http://api.default.localhost:" in done.stdout + done.stderr, done
            status, text = server.get("/", "api.localhost")
            assert status == 200, (status, text)
            assert server.stop() == 0
        with EdgeServer(pyw, root / "data") as server:  # nothing is warm
            assert server.get("/", "api.localhost") == (status, text)
            server.wait_for("worker_started", snapshot="dedicated")
            assert server.metric('pyw_edge_starts_total{from="dedicated"}') == 1
            assert server.metric("pyw_edge_cold_request_seconds_count") == 1


def test_a_worker_that_does_not_start_leaves_the_old_version(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            deployed(server, project, token)
            assert server.get() == (200, "one")
            entry = project / "src/entry.py"
            entry.write_text(entry.read_text() + "\n\nraise RuntimeError('at the top')\n")
            refused = server.deploy(project, token, "--no-check")
            assert refused.returncode == 1 and "10021" in refused.stderr, refused.stderr
            assert "RuntimeError: at the top" in refused.stderr and "entry.py:15" in refused.stderr, refused.stderr
            assert server.get() == (200, "one")
            entry.write_text("def broken(:\n")
            refused = server.deploy(project, token, "--no-check")
            assert refused.returncode == 1 and "SyntaxError" in refused.stderr, refused.stderr
            assert server.get() == (200, "one")


def test_a_switch_loses_no_request(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop", "word 0")
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            deployed(server, project, token)
            answers, ended = [], threading.Event()

            def visit():
                while not ended.is_set():
                    answers.append(server.get())

            visitors = [threading.Thread(target=visit) for _ in range(3)]
            for visitor in visitors:
                visitor.start()
            for number in range(1, 4):
                say(project, f"word {number}")
                deployed(server, project, token)
                assert server.get() == (200, f"word {number}")  # what was acknowledged is served
            ended.set()
            for visitor in visitors:
                visitor.join()
            wrong = [answer for answer in answers if answer[0] != 200]
            assert not wrong and len(answers) > 10, (len(answers), wrong[:3])
            assert {text for _, text in answers} >= {"word 0", "word 3"}
            wait_until(lambda: len(server.children()) == 1, "old versions' processes are still there")


def test_traffic_can_be_split_and_rolled_back(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop", "old")
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            deployed(server, project, token)
            say(project, "new")
            uploaded = server.run(project, token, "versions", "upload", "--target", server.api)
            assert uploaded.returncode == 0, uploaded.stderr
            assert server.get() == (200, "old")  # a version alone gets no traffic
            listed = json.loads(server.run(project, token, "versions", "list", "--json").stdout)
            new, old = sorted((item["id"] for item in listed), key=lambda id: -next(i["number"] for i in listed if i["id"] == id))
            split = server.run(project, token, "versions", "deploy", f"{old}@50", f"{new}@50", "--yes")
            assert split.returncode == 0, split.stderr
            by_key = {key: server.get(headers={"Cloudflare-Workers-Version-Key": f"visitor-{key}"}) for key in range(20)}
            assert {answer for answer in by_key.values()} == {(200, "old"), (200, "new")}, by_key
            for key, answer in by_key.items():
                assert server.get(headers={"Cloudflare-Workers-Version-Key": f"visitor-{key}"}) == answer
            override = {"Cloudflare-Workers-Version-Overrides": f'shop="{new}"'}
            assert all(server.get(headers=override) == (200, "new") for _ in range(5))
            back = server.run(project, token, "rollback", old, "--yes")
            assert back.returncode == 0, back.stderr
            assert all(server.get() == (200, "old") for _ in range(5))


def test_secrets_reach_the_worker_and_stand_nowhere_in_the_clear(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project = make_project(pyw, root / "shop")
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            deployed(server, project, token)
            value = "hunter2-hunter2-hunter2"
            bulk = root / "secrets.json"
            bulk.write_text('{"KEY": "%s"}' % value)
            done = server.run(project, token, "secret", "bulk", str(bulk))
            assert done.returncode == 0, done.stderr
            assert server.get("/secret") == (200, value)
            say(project, "two")
            deployed(server, project, token)
            assert server.get("/secret") == (200, value) and server.get() == (200, "two")

            def where():
                return [path for path in (root / "data").rglob("*") if path.is_file() and value.encode() in path.read_bytes()]

            wait_until(lambda: not where(), "a secret lies on the disk in the clear")
            for name in ("records.sqlite", "key"):
                assert ((root / "data").stat().st_mode & 0o077) == 0, name


def test_nothing_private_is_told_to_visitors(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            deployed(server, project, token)
            status, text = server.get("/boom")
            assert (status, text) == (500, "error code: 1101\n"), (status, text)
            for path in ("/cdn-cgi/pyw/start", "/x/../cdn-cgi/pyw/alive", "/%2e%2e/cdn-cgi/pyw/api/kv", "/cdn-cgi/handler/scheduled"):
                assert server.get(path)[0] == 404, path
            assert server.get("/", "other.localhost")[0] == 404
            assert server.get("/", "shop.localhost", method="POST", body="x" * 300_000) == (200, "one")


def test_accounts_do_not_see_each_other(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        one, two = make_project(pyw, root / "one/shop", "of one"), make_project(pyw, root / "two/shop", "of two")
        with EdgeServer(pyw, root / "data") as server:
            first, second = server.token("--account", "first"), server.token("--account", "second")
            reader = server.token("--account", "first", "--scope", "read", "--name", "reader")
            deployed(server, one, first)
            deployed(server, two, second)
            assert server.get("/", "shop.first.localhost") == (200, "of one")
            assert server.get("/", "shop.second.localhost") == (200, "of two")
            assert server.get("/", "shop.localhost") == (200, "of one")  # the first account's
            script = f"/accounts/{first['account_id']}/workers/scripts/shop"
            assert server.call("GET", f"{script}/settings", first)[0] == 200
            assert server.call("GET", f"{script}/settings", second)[0] == 403
            assert server.call("GET", f"{script}/settings", reader)[0] == 200
            assert server.call("DELETE", script, reader)[0] == 403
            assert server.call("GET", f"{script}/settings", first, host="evil.example")[0] == 403
            assert server.call("GET", f"{script}/settings")[0] == 400
            gone = subprocess.run([str(pyw), "edge", "token", "revoke", "reader", "--data", str(server.data)], capture_output=True, text=True)
            assert gone.returncode == 0, gone.stderr
            assert server.call("GET", f"{script}/settings", reader)[0] == 401
            listed = subprocess.run([str(pyw), "edge", "token", "list", "--data", str(server.data)], capture_output=True, text=True)
            assert "revoked" in listed.stdout and first["token"] not in listed.stdout
            deleted = server.run(one, first, "delete", "--force")
            assert deleted.returncode == 0, deleted.stderr
            assert server.get("/", "shop.first.localhost")[0] == 404
            assert server.get("/", "shop.second.localhost") == (200, "of two")


def test_health_and_the_end(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            assert server.call("GET", "/healthz")[0] == 200 and server.call("GET", "/readyz")[0] == 200
            second = subprocess.run([str(pyw), "edge", "serve", "--data", str(server.data), "--listen", "0", "--api-listen", "0"],
                                    capture_output=True, text=True, timeout=60)
            assert second.returncode == 1 and "another `pyw edge serve`" in second.stderr, second.stderr
            deployed(server, project, server.token())
            assert server.get() == (200, "one")
            assert server.metric('pyw_edge_requests_total{status="2xx"}') == 1
            assert server.metric("pyw_edge_workers") == 1
            children = server.children()
            assert children and server.stop(signal.SIGTERM) == 0
            assert not any(is_running(pid) for pid in children)


def test_a_worker_that_was_killed_is_started_again(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        with EdgeServer(pyw, pathlib.Path(folder) / "data", "--idle", "1") as server:
            deployed(server, project, server.token())
            for _ in range(3):
                assert server.get() == (200, "one")
                for pid in server.children():
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                assert server.get() == (200, "one")
            wait_until(lambda: not server.children(), "an idle Worker is not ended")
            assert server.get() == (200, "one")


checks.main(globals())
