"""The real wrangler against `pyw edge serve`: deploys, sets secrets, splits traffic, rolls back, tails, deletes.

usage: wrangler_to_edge.py --pyw PYW --tools FOLDER
FOLDER as for compare_with_wrangler.py.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
from compare_with_wrangler import install
from dev_session import wait_until
from edge_server import EdgeServer, make_project, say


class Wrangler:
    def __init__(self, cli, tools, server, token, project, home):
        self.cli, self.project = cli, project
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CLOUDFLARE_", "CF_", "WRANGLER_"))}
        self.environment = {**kept, "CI": "true", "NO_COLOR": "1", "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"),
                            "WRANGLER_SEND_METRICS": "false", "NODE_COMPILE_CACHE": str(tools / "compiled"),
                            "CLOUDFLARE_API_BASE_URL": f"{server.api}/client/v4", "CLOUDFLARE_API_TOKEN": token["token"]}

    def __call__(self, *arguments, stdin="", code=0):
        done = subprocess.run([*self.cli, *arguments], cwd=self.project, env=self.environment, capture_output=True, text=True,
                              timeout=180, input=stdin)
        assert done.returncode == code, f"wrangler {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        print(f"ok wrangler {' '.join(arguments)}")
        return done.stdout + done.stderr


def tail(wrangler, server):
    """`wrangler tail` until it has shown an exception; Ctrl-C then deletes the tail."""
    process = subprocess.Popen([*wrangler.cli, "tail", "--format", "json", "--status", "error"], cwd=wrangler.project, env=wrangler.environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: server.metric("pyw_edge_tails") == 1, "wrangler listens", 60)
        assert server.get("/fine")[0] == 200
        assert server.get("/boom")[0] == 500
        text = ""
        while True:  # it writes an object over several lines
            line = process.stdout.readline()
            assert line, process.communicate()
            text += line
            try:
                told = json.loads(text)
                break
            except ValueError:
                pass
        assert told["outcome"] == "exception" and told["event"]["request"]["url"].endswith("/boom"), told
        assert told["exceptions"][0]["name"] == "ValueError" and "entry.py\", line" in told["exceptions"][0]["stack"], told  # wrangler tells no folder
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        wait_until(lambda: server.metric("pyw_edge_tails") == 0, "wrangler has gone", 60)
        print("ok wrangler tail")
    finally:
        process.kill()
        process.communicate()


STORES = """from workers import DurableObject, Response, WorkerEntrypoint


class Counter(DurableObject):
    async def add(self):
        n = (await self.ctx.storage.get("n") or 0) + 1
        await self.ctx.storage.put("n", n)
        return n


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.url.endswith("/count"):
            return Response(str(await self.env.COUNTER.get(self.env.COUNTER.idFromName("a")).add()))
        kept = await self.env.PHOTOS.get("a b.txt")
        rows = await self.env.DB.prepare("SELECT count(*) AS n FROM t").first("n")
        return Response(f"{await self.env.KV.get('greeting')} {rows} {await kept.text()}")
"""


def use_data(wrangler, server, project):
    """Namespaces, a database, a bucket, a queue, assets and objects, by the real commands; then a Worker on them."""
    made = wrangler("kv", "namespace", "create", "cache")
    assert "cache" in wrangler("kv", "namespace", "list")
    namespace = re.search(r"[0-9a-f]{32}", made).group()
    wrangler("kv", "key", "put", "greeting", "hello", "--namespace-id", namespace, "--remote")
    assert "hello" in wrangler("kv", "key", "get", "greeting", "--namespace-id", namespace, "--remote")
    assert "greeting" in wrangler("kv", "key", "list", "--namespace-id", namespace, "--remote")
    database = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", wrangler("d1", "create", "shop-db")).group()
    assert "shop-db" in wrangler("d1", "list")
    wrangler("r2", "bucket", "create", "photos")
    (project / "a b.txt").write_text("an object")
    wrangler("r2", "object", "put", "photos/a b.txt", "--file", "a b.txt", "--remote")
    wrangler("queues", "create", "jobs")
    (project / "public").mkdir()
    (project / "public/page.html").write_text("<p>page</p>")
    (project / "wrangler.toml").unlink()
    (project / "wrangler.json").write_text(json.dumps({
        "name": "shop", "main": "src/entry.py", "compatibility_date": "2026-10-01", "compatibility_flags": ["python_workers"],
        "kv_namespaces": [{"binding": "KV", "id": namespace}], "r2_buckets": [{"binding": "PHOTOS", "bucket_name": "photos"}],
        "d1_databases": [{"binding": "DB", "database_name": "shop-db", "database_id": database}],
        "queues": {"producers": [{"binding": "JOBS", "queue": "jobs"}]}, "assets": {"directory": "public"},
        "durable_objects": {"bindings": [{"name": "COUNTER", "class_name": "Counter"}]},
        "migrations": [{"tag": "v1", "new_sqlite_classes": ["Counter"]}], "triggers": {"crons": ["0 3 * * *"]}}))
    (project / "src/entry.py").write_text(STORES)
    wrangler("d1", "execute", "shop-db", "--remote", "--command", "CREATE TABLE t (x)")
    (project / "rows.sql").write_text("INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\n")
    wrangler("d1", "execute", "shop-db", "--remote", "--yes", "--file", "rows.sql")
    for _ in range(2):
        wrangler("deploy")
    assert server.get("/x") == (200, "hello 2 an object"), server.get("/x")
    assert server.get("/page") == (200, "<p>page</p>")
    assert [server.get("/count")[1] for _ in range(2)] == ["1", "2"]


def use_queues(wrangler, server, token):
    """Messages that are read over HTTP; pausing, purging. The queue `jobs` is there."""
    def ask(path, body):
        listed = json.loads(server.call("GET", f"/client/v4/accounts/{token['account_id']}/queues?name=jobs", token)[1])["result"]
        status, text = server.call("POST", f"/client/v4/accounts/{token['account_id']}/queues/{listed[0]['queue_id']}{path}", token, json.dumps(body))
        return status, json.loads(text)["result"]

    wrangler("queues", "consumer", "http", "add", "jobs", "--batch-size", "10", "--message-retries", "4", "--visibility-timeout-secs", "60")
    assert "HTTP pull consumers" in wrangler("queues", "consumer", "list", "jobs")
    assert ask("/messages", {"body": {"id": 1}})[0] == 200
    wrangler("queues", "pause-delivery", "jobs")
    assert ask("/messages/pull", {})[0] == 409
    wrangler("queues", "resume-delivery", "jobs")
    [message] = ask("/messages/pull", {})[1]["messages"]
    assert ask("/messages/ack", {"acks": [{"lease_id": message["lease_id"]}]})[1]["ackCount"] == 1
    assert ask("/messages", {"body": 2})[0] == 200
    wrangler("queues", "purge", "jobs", "--force")
    assert ask("/messages/pull", {})[1]["message_backlog_count"] == 0
    wrangler("queues", "update", "jobs", "--delivery-delay-secs", "60")
    wrangler("queues", "info", "jobs")
    wrangler("queues", "consumer", "http", "remove", "jobs")
    assert "No consumers found" in wrangler("queues", "consumer", "list", "jobs")


ORDERS = """from workers import Response, WorkerEntrypoint, WorkflowEntrypoint


class Order(WorkflowEntrypoint):
    async def run(self, event, step):
        @step.do("price")
        async def price():
            return event["payload"]["count"] * 350
        cents = await price()
        await step.sleep("nap", "1 second")
        paid = await step.wait_for_event("payment", "paid", timeout="1 hour")
        return {"cents": cents, "by": paid["payload"]["by"]}


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("orders")
"""


def use_workflows(wrangler, project):
    """A Worker with a workflow, in the place of the one that was there."""
    (project / "wrangler.json").write_text(json.dumps({
        "name": "orders", "main": "src/entry.py", "compatibility_date": "2026-10-01", "compatibility_flags": ["python_workers"],
        "workflows": [{"binding": "ORDERS", "name": "orders", "class_name": "Order"}]}))
    (project / "src/entry.py").write_text(ORDERS)
    for _ in range(2):
        assert "workflow: orders" in wrangler("deploy")
    assert "Order" in wrangler("workflows", "list")
    assert "Latest Version" in wrangler("workflows", "describe", "orders")
    assert "queued successfully" in wrangler("workflows", "trigger", "orders", '{"count": 2}', "--id", "first")
    described = ""
    for _ in range(30):  # a call takes seconds
        described = wrangler("workflows", "instances", "describe", "orders", "first")
        if "Waiting" in described and "payment-1" in described:
            break
    assert "price-1" in described and "700" in described and "nap-1" in described and "payment-1" in described, described
    wrangler("workflows", "instances", "pause", "orders", "first")
    assert "Paused" in wrangler("workflows", "instances", "list", "orders")
    wrangler("workflows", "instances", "resume", "orders", "first")
    wrangler("workflows", "instances", "send-event", "orders", "first", "--type", "paid", "--payload", '{"by": "Ada"}')
    for _ in range(30):
        described = wrangler("workflows", "instances", "describe", "orders", "latest")
        if "Completed" in described:
            break
    assert "Completed" in described, described
    wrangler("workflows", "trigger", "orders", '{"count": 2}', "--id", "second")
    wrangler("workflows", "instances", "terminate", "orders", "second")
    assert "Terminated" in wrangler("workflows", "instances", "list", "orders", "--status", "terminated")
    wrangler("workflows", "delete", "orders")
    assert "orders" not in wrangler("workflows", "list", "--json")
    wrangler("delete", "--force")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=pathlib.Path, required=True)
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    given = parser.parse_args()
    pyw, tools = given.pyw.resolve(), given.tools.resolve()
    cli = install(tools)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "home").mkdir()
        project = make_project(pyw, root / "shop", "one")
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            wrangler = Wrangler(cli, tools, server, token, project, root / "home")
            assert "default" in wrangler("whoami")
            assert "Current Version ID" in wrangler("deploy")
            assert server.get() == (200, "one")
            say(project, "two")
            wrangler("deploy", "--message", "the second")
            assert server.get() == (200, "two")
            wrangler("secret", "put", "KEY", stdin="hunter2\n")
            assert server.get("/secret") == (200, "hunter2")
            assert "KEY" in wrangler("secret", "list")
            say(project, "three")
            wrangler("versions", "upload")
            assert server.get() == (200, "two")
            listed = json.loads(wrangler("versions", "list", "--json").split("\n\n")[-1])
            newest = max(listed, key=lambda item: item["number"])["id"]
            oldest = min(listed, key=lambda item: item["number"])["id"]
            wrangler("versions", "view", newest)
            wrangler("versions", "deploy", f"{oldest}@50%", f"{newest}@50%", "--yes")
            seen = {server.get(headers={"Cloudflare-Workers-Version-Key": str(key)}) for key in range(20)}
            assert seen == {(200, "one"), (200, "three")}, seen
            wrangler("deployments", "list")
            wrangler("deployments", "status")
            wrangler("rollback", oldest, "--yes", "--message", "back")
            assert {server.get() for _ in range(5)} == {(200, "one")}
            tail(wrangler, server)
            (project / "src/entry.py").write_text("raise RuntimeError('at the top')\n")
            refused = wrangler("deploy", code=1)
            assert "10021" in refused and "RuntimeError: at the top" in refused, refused
            assert server.get() == (200, "one")
            use_data(wrangler, server, project)
            use_queues(wrangler, server, token)
            wrangler("delete", "--force")
            assert server.get()[0] == 404
            use_workflows(wrangler, project)
    print("all passed")


main()
