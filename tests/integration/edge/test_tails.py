"""Tails under `pyw edge`, with real workerd: what listeners are told, and how it ends.

usage: test_tails.py --pyw PROGRAM [NAME …]
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import wait_until
from edge_server import EdgeServer, make_project
from tail_client import Refused, TailClient

SHOP = """export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/quiet") return new Response("quiet");
    if (pathname === "/boom") throw new TypeError("no tea");
    if (pathname === "/loud") for (let i = 0; i < 60; i++) console.log("x".repeat(4000));
    if (pathname === "/loop") for (;;);
    console.log("order", { cents: 250 });
    console.warn("late");
    return new Response("WORD", { status: 201 });
  },
  async queue(batch) { console.log("batch of", batch.messages.length); },
};
"""


def shop(word="shop"):
    return SHOP.replace("WORD", word)


def deployed(server, token, name="shop", source=None, bindings=(), **more):
    status, text = server.upload(token, name, source or shop(name), list(bindings), **more)
    assert status == 200, text
    return json.loads(text)["result"]


def version_of(server, token, number):
    text = server.call("GET", f"{tails_path(token).removesuffix('/tails')}/versions", token)[1]
    return next(item["id"] for item in json.loads(text)["result"]["items"] if item["number"] == number)


def tails_path(token, name="shop"):
    return f"/client/v4/accounts/{token['account_id']}/workers/scripts/{name}/tails"


def made(server, token, filters=(), name="shop"):
    # The type is what wrangler sends.
    status, text = server.call("POST", tails_path(token, name), token, json.dumps({"filters": list(filters)}),
                               headers={"Content-Type": "text/plain;charset=UTF-8"})
    assert status == 200, text
    return json.loads(text)["result"]


def listen(server, token, filters=(), name="shop", **more):
    return TailClient(made(server, token, filters, name)["url"], **more)


def refused(url, **more):
    try:
        TailClient(url, **more).close()
    except Refused as answer:
        return str(answer).split()[1]
    raise AssertionError("a WebSocket was given")


def test_a_listener_is_told_of_requests(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        token = server.token()
        deployed(server, token)
        tail = made(server, token)
        assert tail["url"] == f"ws://{server.api.removeprefix('http://')}/tails/{tail['id']}" and len(tail["id"]) == 32, tail
        with TailClient(tail["url"]) as client:
            assert "sec-websocket-protocol: trace-v1" in [line.lower() for line in client.head], client.head
            assert server.metric("pyw_edge_tails") == 1
            secrets = {"Authorization": "Bearer hunter2", "Cookie": "session=hunter2", "X-Shop": "tea"}
            assert server.get("/buy?token=0123456789abcdef0123456789abcdef", headers=secrets) == (201, "shop")
            told = client.event()
            assert "hunter2" not in json.dumps(told) and "0123456789abcdef" not in json.dumps(told), told
            request = told["event"]["request"]
            assert (request["method"], request["url"]) == ("GET", "http://shop.localhost/buy?token=REDACTED"), request
            assert request["headers"]["x-shop"] == "tea" and request["headers"]["authorization"] == "REDACTED", request
            assert request["headers"]["cf-connecting-ip"] == "127.0.0.1", request
            assert told["event"]["response"] == {"status": 201} and told["outcome"] == "ok", told
            assert [(log["level"], log["message"]) for log in told["logs"]] == [("log", ["order", {"cents": 250}]), ("warn", ["late"])], told
            assert all(abs(log["timestamp"] - told["eventTimestamp"]) < 60_000 for log in told["logs"]), told
            assert told["exceptions"] == [] and told["scriptName"] == "shop" and told["entrypoint"] == "default", told
            assert told["wallTime"] >= 0 and len(told["scriptVersion"]["id"]) == 36, told
            server.get("/quiet", method="POST", body="x")
            quiet = client.event()
            assert quiet["event"]["request"]["method"] == "POST" and quiet["logs"] == [], quiet
            assert server.get("/boom")[0] == 500
            thrown = client.event()
            assert thrown["outcome"] == "exception", thrown
            [exception] = thrown["exceptions"]
            assert (exception["name"], exception["message"]) == ("TypeError", "no tea") and "fetch" in exception["stack"], exception
            listed = json.loads(server.call("GET", tails_path(token), token)[1])["result"]
            assert [item["id"] for item in listed] == [tail["id"]], listed
            assert server.call("DELETE", f"{tails_path(token)}/{tail['id']}", token)[0] == 200
            assert client.ending() == (1000, "the tail was deleted")
        wait_until(lambda: server.metric("pyw_edge_tails") == 0, "nobody listens")
        assert server.call("DELETE", f"{tails_path(token)}/{tail['id']}", token)[0] == 404
        assert refused(tail["url"]) == "410"
        assert server.get("/buy") == (201, "shop")


def test_nobody_listens_without_the_address(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        one, two = server.token("--account", "one"), server.token("--account", "two")
        deployed(server, one)
        deployed(server, two)
        reader = server.token("--account", "one", "--scope", "read")
        tail = made(server, one)
        assert refused(tail["url"][:-32] + "0" * 32) == "404"
        assert refused(tail["url"][:-1]) == "404"
        assert refused(tail["url"], headers={"Origin": "https://evil.example"}) == "403"
        assert refused(tail["url"], headers={"Host": "evil.example"}) == "403"
        assert refused(tail["url"], protocol="chat") == "400"
        assert refused(tail["url"], headers={"Upgrade": None, "Connection": None}) == "426"
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", f"/{tail['id']}")):
            assert server.call(method, tails_path(one) + path, two)[0] == 403, (method, path)
            assert server.call(method, tails_path(one) + path)[0] == 400, (method, path)
        assert server.call("DELETE", f"{tails_path(two)}/{tail['id']}", two)[0] == 404
        assert server.call("POST", tails_path(one, "other"), one, '{"filters": []}')[0] == 404
        status, text = server.call("POST", tails_path(one), one, '{"filters": [{"colour": "red"}]}')
        assert status == 400 and "colour" in text, text
        with TailClient(tail["url"]) as client, listen(server, two) as other, listen(server, reader) as third:
            assert server.get("/a", "shop.one.localhost")[0] == 201
            assert server.get("/b", "shop.two.localhost")[0] == 201
            assert client.event()["event"]["request"]["url"] == "http://shop.one.localhost/a"
            assert third.event()["event"]["request"]["url"] == "http://shop.one.localhost/a"
            assert other.event()["event"]["request"]["url"] == "http://shop.two.localhost/b"
        for _ in range(10 - len(json.loads(server.call("GET", tails_path(one), one)[1])["result"])):
            made(server, one)
        status, text = server.call("POST", tails_path(one), one, "{}")
        assert status == 403 and "as many tails" in text, text


def test_filters_leave_out_the_rest(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        token = server.token()
        deployed(server, token)
        errors = listen(server, token, [{"outcome": ["exception", "exceededCpu", "exceededMemory", "unknown"]}])
        posts = listen(server, token, [{"method": ["POST"]}, {"client_ip": ["self"]}, {"query": "order"}])
        headers = listen(server, token, [{"header": {"key": "X-Shop", "query": "green"}}])
        nobody = listen(server, token, [{"client_ip": ["192.0.2.1"]}])
        debugging = listen(server, token, [{"client_ip": ["192.0.2.1"]}])
        debugging.send(1, b'{"debug":true}')
        debugging.send(9, b"")  # whose answer comes after the debugging was taken in
        assert debugging.frame()[0] == 10
        with errors, posts, headers, nobody, debugging:
            server.get("/one", headers={"X-Shop": "black"})
            server.get("/two", method="POST", body="x", headers={"X-Shop": "green tea"})
            server.get("/quiet", method="POST", body="x")
            server.get("/boom")
            paths = [client.event()["event"]["request"]["url"].rsplit("/", 1)[1] for client in (errors, posts, headers)]
            assert paths == ["boom", "two", "two"], paths
            told = [debugging.event() for _ in range(4)]
            assert [item["filteredBy"] for item in told] == ["client_ip"] * 4, told
            assert server.stop() == 0
            for client in (errors, posts, headers, nobody, debugging):
                assert client.ending()[0] == 1001  # and no event before it


def test_all_versions_of_a_split_and_processes_started_meanwhile_are_heard(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        token = server.token()
        deployed(server, token)
        second = deployed(server, token, source=shop("second"), versions=True)["id"]
        first = version_of(server, token, 1)
        split = {"strategy": "percentage", "versions": [{"version_id": first, "percentage": 50}, {"version_id": second, "percentage": 50}]}
        assert server.call("POST", f"{tails_path(token).removesuffix('/tails')}/deployments", token, json.dumps(split))[0] == 200
        one_version = listen(server, token, [{"scriptVersion": second}])
        with listen(server, token) as client, one_version:
            def seen():
                said = {}
                for version, word in ((first, "shop"), (second, "second")):
                    chosen = {"Cloudflare-Workers-Version-Overrides": f'shop="{version}"'}
                    assert server.get("/x", headers=chosen) == (201, word)
                    told = client.event()
                    said[told["scriptVersion"]["id"]] = told["logs"][0]["message"][0]
                assert one_version.event()["scriptVersion"]["id"] == second
                return said

            both = {first: "order", second: "order"}
            assert seen() == both
            for pid in server.children():
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: server.metric("pyw_edge_workers") == 0, "the processes are gone")
            assert seen() == both  # whose processes were started by these requests
            deployed(server, token, source=shop("third"))
            assert server.get("/x") == (201, "third")
            assert client.event()["scriptVersion"]["id"] == version_of(server, token, 3)
        # Who listens later is told as well, by a process that was told before that nobody does.
        wait_until(lambda: server.metric("pyw_edge_tails") == 0, "nobody listens")
        with listen(server, token) as client:
            assert server.get("/again")[0] == 201
            assert client.event()["event"]["request"]["url"].endswith("/again")


def test_who_reads_slowly_loses_events_and_keeps_nobody_waiting(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        token = server.token()
        deployed(server, token)
        requests = 60  # of 240 KB each
        with listen(server, token, receive_buffer=65536) as slow, listen(server, token) as quick:
            for _ in range(requests):
                assert server.get("/loud") == (201, "shop")
                assert len(quick.event()["logs"]) == 62
            told = []
            while not told or "message" not in told[-1]["event"]:
                told.append(slow.event())
            lost = requests - len(told[:-1])
            assert 0 < lost < requests and told[-1]["event"]["type"] == "overload", told[-1]
            assert told[-1]["event"]["message"].startswith(f"{lost} events were left out" if lost > 1 else "1 event was"), told[-1]
            server.get("/quiet")
            assert slow.event()["event"]["request"]["url"].endswith("/quiet")
        # Neither does one that reads nothing at all, when the server ends.
        with listen(server, token, receive_buffer=65536):
            for _ in range(requests):
                server.get("/loud")
            assert server.stop() == 0


def test_a_request_that_was_cut_off_is_told(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        token = server.token()
        deployed(server, token, limits={"cpu_ms": 1000})
        with listen(server, token, [{"outcome": ["exceededCpu"]}]) as client:
            assert server.get("/loop", method="POST", body="x")[0] == 502  # which is not sent again
            told = client.event()
            assert told["outcome"] == "exceededCpu" and told["scriptName"] == "shop", told
            assert "CPU time" in told["exceptions"][0]["message"] and told["logs"] == [], told


def test_a_delivery_of_a_queue_is_told(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        token = server.token()
        account = f"/client/v4/accounts/{token['account_id']}"
        queue = json.loads(server.call("POST", f"{account}/queues", token, '{"queue_name": "jobs"}')[1])["result"]["queue_id"]
        sender = 'export default { async fetch(request, env) { await env.JOBS.send("tea"); return new Response("sent"); } };'
        deployed(server, token, "sender", sender, [{"type": "queue", "name": "JOBS", "queue_name": "jobs"}])
        deployed(server, token)
        consumer = {"type": "worker", "script_name": "shop", "settings": {"max_wait_time_ms": 100}}
        assert server.call("POST", f"{account}/queues/{queue}/consumers", token, json.dumps(consumer))[0] == 200
        with listen(server, token) as client:
            assert server.get("/", "sender.localhost") == (200, "sent")
            told = client.event()
            assert told["event"] == {"queue": "jobs", "batchSize": 1}, told
            assert told["logs"][0]["message"] == ["batch of", 1] and told["outcome"] == "ok", told


def test_tail_consumers_are_refused_by_name(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        status, text = server.upload(server.token(), "shop", shop(), [], tail_consumers=[{"service": "watcher"}])
        assert status == 400 and "tail_consumers" in text, text


def test_pyw_tail_shows_a_python_workers_traceback(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data", prepared=1) as server:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        token = server.token()
        done = server.deploy(project, token)
        assert done.returncode == 0, done.stderr
        settings = {**os.environ, "CI": "true", "NO_COLOR": "1", "CLOUDFLARE_API_TOKEN": token["token"], "CLOUDFLARE_API_BASE_URL": server.api}
        for arguments in (["--format", "json"], ["--format", "pretty", "--status", "error"]):
            process = subprocess.Popen([str(pyw), "tail", *arguments], cwd=project, env=settings, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                assert "Connected to `shop`" in process.stderr.readline()
                if "json" in arguments:
                    assert server.get("/fine") == (200, "one")
                    told = json.loads(process.stdout.readline())
                    assert told["event"]["response"]["status"] == 200 and told["entrypoint"] == "default", told
                assert server.get("/boom") == (500, "error code: 1101\n")
                if "json" in arguments:
                    told = json.loads(process.stdout.readline())
                    assert told["outcome"] == "exception" and told["event"]["request"]["url"].endswith("/boom"), told
                    [exception] = told["exceptions"]
                    assert (exception["name"], exception["message"]) == ("ValueError", "a private detail"), exception
                    assert "src/entry.py" in exception["stack"] and "in fetch" in exception["stack"], exception
                else:
                    lines = [process.stdout.readline() for _ in range(3)]
                    assert "GET http://shop.localhost" in lines[0] and "/boom - exception" in lines[0], lines
                    assert lines[1].strip() == "ValueError: a private detail", lines
                process.send_signal(signal.SIGINT)
                assert process.wait(30) == 0
            finally:
                process.kill()
                process.communicate()
            assert json.loads(server.call("GET", tails_path(token), token)[1])["result"] == []


checks.main(globals())
