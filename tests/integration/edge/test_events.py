"""Durable Objects, service bindings, queues and schedules under `pyw edge serve`, with real workerd.

usage: test_events.py --pyw PROGRAM [NAME …]
"""
import contextlib
import json
import os
import pathlib
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import wait_until
from edge_server import EdgeServer, make_project

OBJECTS = """import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS counts (n INTEGER)");
  }
  async add() {
    this.ctx.storage.sql.exec("INSERT INTO counts VALUES (1)");
    return { count: this.ctx.storage.sql.exec("SELECT count(*) AS n FROM counts").one().n, version: "{version}" };
  }
  async wake(ms) { await this.ctx.storage.setAlarm(Date.now() + ms); return "set"; }
  async alarm() { await this.ctx.storage.put("rang", "{version}"); }
  async rang() { return (await this.ctx.storage.get("rang")) ?? "not yet"; }
}
export default {
  async fetch(request, env) {
    const [what, name, argument] = new URL(request.url).pathname.slice(1).split("/");
    const object = env.COUNTER.getByName(name);
    return Response.json({ by: "{version}", got: await object[what](Number(argument)) });
  },
};
"""
COUNTER = [{"type": "durable_object_namespace", "name": "COUNTER", "class_name": "Counter"}]
FIRST = {"new_tag": "v1", "steps": [{"new_sqlite_classes": ["Counter"]}]}


def uploaded(server, token, name, source, bindings, **more):
    status, text = server.upload(token, name, source, bindings, **more)
    assert status == 200, text
    return json.loads(text)["result"]


def asked(server, path, host="shop.localhost", **more):
    status, text = server.get(path, host, **more)
    assert status == 200, (status, text)
    return json.loads(text)


def api(server, token, method, path, body=None):
    status, text = server.call(method, f"/client/v4/accounts/{token['account_id']}{path}", token, body and json.dumps(body))
    assert status == 200, text
    return json.loads(text)["result"]


def objects(version):
    return OBJECTS.replace("{version}", version)


def test_an_object_is_alive_once_over_a_switch_a_split_and_kills(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            status, text = server.upload(token, "shop", objects("one"), COUNTER)
            assert status == 400 and "10061" in text, text  # no migration
            uploaded(server, token, "shop", objects("one"), COUNTER, migrations=FIRST)
            assert asked(server, "/add/a") == {"by": "one", "got": {"count": 1, "version": "one"}}
            uploaded(server, token, "shop", objects("two"), COUNTER)
            assert asked(server, "/add/a") == {"by": "two", "got": {"count": 2, "version": "two"}}
            third = uploaded(server, token, "shop", objects("three"), COUNTER, versions=True)["id"]
            second = next(item["id"] for item in api(server, token, "GET", "/workers/scripts/shop/versions")["items"] if item["number"] == 2)
            split = {"strategy": "percentage", "versions": [{"version_id": second, "percentage": 60}, {"version_id": third, "percentage": 40}]}
            api(server, token, "POST", "/workers/scripts/shop/deployments", split)
            seen, counts = set(), []
            for number in range(12):
                got = asked(server, "/add/a", headers={"Cloudflare-Workers-Version-Key": str(number)})
                seen.add(got["by"])
                counts.append(got["got"]["count"])
                assert got["got"]["version"] == "two", got  # whichever version was asked
            assert seen == {"two", "three"} and counts == list(range(3, 15)), (seen, counts)
            for pid in server.children():
                with contextlib.suppress(ProcessLookupError):  # one of an earlier version, which ends by itself
                    os.kill(pid, signal.SIGKILL)
            wait_until(lambda: server.get("/add/b")[0] == 200, "the Worker is back")
            assert asked(server, "/add/a")["got"]["count"] == 15
            server.process.kill()
            server.process.wait()
        with EdgeServer(pyw, root / "data") as server:
            assert asked(server, "/add/a")["got"]["count"] == 16
            # A rename keeps the objects.
            renamed = objects("four").replace("class Counter", "class Sum")
            binding = [{"type": "durable_object_namespace", "name": "COUNTER", "class_name": "Sum"}]
            steps = {"old_tag": "v1", "new_tag": "v2", "steps": [{"renamed_classes": [{"from": "Counter", "to": "Sum"}]}]}
            uploaded(server, token, "shop", renamed, binding, migrations=steps)
            assert asked(server, "/add/a")["got"] == {"count": 17, "version": "four"}
            status, text = server.call("POST", f"/client/v4/accounts/{token['account_id']}/workers/scripts/shop/deployments", token,
                                       json.dumps({"strategy": "percentage", "versions": [{"version_id": second, "percentage": 100}]}))
            assert status == 400 and "10211" in text, text
            assert api(server, token, "GET", "/workers/services/shop")["default_environment"]["script"]["migration_tag"] == "v2"


def test_an_alarm_rings_without_requests_and_after_a_kill(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data", "--idle", "1") as server:
            token = server.token()
            uploaded(server, token, "shop", objects("one"), COUNTER, migrations=FIRST)
            assert asked(server, "/wake/a/6000")["got"] == "set"
            wait_until(lambda: server.metric("pyw_edge_workers") == 0, "the idle Worker has ended")
            wait_until(lambda: server.metric("pyw_edge_workers") == 1, "the alarm starts it", 30)
            wait_until(lambda: asked(server, "/rang/a")["got"] == "one", "the alarm rang")
            asked(server, "/wake/b/3000")
            server.process.kill()
            server.process.wait()
        with EdgeServer(pyw, root / "data") as server:
            server.wait_for("worker_started")
            wait_until(lambda: asked(server, "/rang/b")["got"] == "one", "the alarm rang after the kill")


def test_workers_of_an_account_call_each_other(pyw):
    callee = """import { WorkerEntrypoint } from "cloudflare:workers";
export class Prices extends WorkerEntrypoint {
  of(what) { return { what, cents: 250, by: this.ctx.props.caller }; }
}
export default { fetch: (request) => new Response("prices at " + new URL(request.url).pathname) };
"""
    caller = """export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/rpc") return Response.json(await env.RPC.of("tea"));
    if (new URL(request.url).pathname === "/object") return Response.json(await env.THEIRS.getByName("a").add());
    return await env.PRICES.fetch(request);
  },
};
"""
    with tempfile.TemporaryDirectory() as folder:
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            one, two = server.token("--account", "one"), server.token("--account", "two")
            bindings = [{"type": "service", "name": "PRICES", "service": "prices"},
                        {"type": "service", "name": "RPC", "service": "prices", "entrypoint": "Prices", "props": {"caller": "shop"}},
                        {"type": "durable_object_namespace", "name": "THEIRS", "class_name": "Counter", "script_name": "counting"}]
            status, text = server.upload(one, "shop", caller, bindings)
            assert status == 400 and "10143" in text, text
            uploaded(server, one, "prices", callee, [])
            uploaded(server, one, "counting", objects("one"), COUNTER, migrations=FIRST)
            uploaded(server, one, "shop", caller, bindings)
            assert server.get("/x", "shop.one.localhost") == (200, "prices at /x")
            assert asked(server, "/rpc", "shop.one.localhost") == {"what": "tea", "cents": 250, "by": "shop"}
            assert asked(server, "/object", "shop.one.localhost")["count"] == 1
            assert asked(server, "/add/a", "counting.one.localhost")["got"]["count"] == 2
            # The other account has no Worker of that name.
            status, text = server.upload(two, "shop", caller, bindings[:1])
            assert status == 400 and "10143" in text, text


def test_queues_deliver_retry_and_bury(pyw):
    worker = """export default {
  async fetch(request, env) {
    await env.JOBS.send({ at: new URL(request.url).pathname });
    return new Response("sent");
  },
  async queue(batch, env) {
    for (const message of batch.messages) {
      if (message.body.at === "/bad" && batch.queue === "jobs") message.retry();
      else { await env.KV.put(`${batch.queue}${message.body.at}`, String(message.attempts)); message.ack(); }
    }
  },
};
"""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            namespace = api(server, token, "POST", "/storage/kv/namespaces", {"title": "seen"})["id"]
            queue = api(server, token, "POST", "/queues", {"queue_name": "jobs"})["queue_id"]
            dead = api(server, token, "POST", "/queues", {"queue_name": "dead"})["queue_id"]
            bindings = [{"type": "queue", "name": "JOBS", "queue_name": "jobs"}, {"type": "kv_namespace", "name": "KV", "namespace_id": namespace}]
            uploaded(server, token, "shop", worker, bindings)
            consumer = {"type": "worker", "script_name": "shop", "settings": {"max_wait_time_ms": 100, "max_retries": 1, "batch_size": 5}}
            api(server, token, "POST", f"/queues/{queue}/consumers", {**consumer, "dead_letter_queue": "dead"})
            api(server, token, "POST", f"/queues/{dead}/consumers", consumer)
            assert api(server, token, "GET", "/queues?name=jobs")[0]["consumers"][0]["script"] == "shop"

            def seen(key):
                return server.call("GET", f"/client/v4/accounts/{token['account_id']}/storage/kv/namespaces/{namespace}/values/{key}", token)

            assert server.get("/good") == (200, "sent")
            wait_until(lambda: seen("jobs%2Fgood")[0] == 200, "the message was delivered")
            assert server.get("/bad") == (200, "sent")
            wait_until(lambda: seen("dead%2Fbad")[0] == 200, "the message was buried")
            # Sent while nobody consumes, kept over a kill, delivered without a request.
            [kept] = api(server, token, "GET", f"/queues/{queue}/consumers")
            api(server, token, "DELETE", f"/queues/{queue}/consumers/{kept['consumer_id']}")
            assert server.get("/later") == (200, "sent")
            server.process.kill()
            server.process.wait()
        with EdgeServer(pyw, root / "data") as server:
            api(server, token, "POST", f"/queues/{queue}/consumers", consumer)
            wait_until(lambda: seen("jobs%2Flater")[0] == 200, "delivered after the kill")


def test_schedules_run_without_requests(pyw):
    worker = """export default {
  fetch: async (request, env) => new Response(await env.KV.get("ran")),
  scheduled: async (event, env) => env.KV.put("ran", event.cron),
};
"""
    with tempfile.TemporaryDirectory() as folder:
        with EdgeServer(pyw, pathlib.Path(folder) / "data", "--idle", "1") as server:
            token = server.token()
            namespace = api(server, token, "POST", "/storage/kv/namespaces", {"title": "seen"})["id"]
            uploaded(server, token, "shop", worker, [{"type": "kv_namespace", "name": "KV", "namespace_id": namespace}])
            status, text = server.call("PUT", f"/client/v4/accounts/{token['account_id']}/workers/scripts/shop/schedules", token, '[{"cron":"soon"}]')
            assert status == 400 and "no cron expression" in text, text
            api(server, token, "PUT", "/workers/scripts/shop/schedules", [{"cron": "* * * * *"}])
            wait_until(lambda: server.get()[1] == "* * * * *", "the schedule has run", 75)


PYTHON = """import json
from workers import DurableObject, Response, WorkerEntrypoint


class Counter(DurableObject):
    async def add(self):
        n = (await self.ctx.storage.get("n") or 0) + 1
        await self.ctx.storage.put("n", n)
        return n


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.url.endswith("/send"):
            await self.env.JOBS.send({"a": 1})
            return Response("sent")
        counter = self.env.COUNTER.get(self.env.COUNTER.idFromName("one"))
        return Response(str(await counter.add()))

    async def queue(self, batch, env=None, ctx=None):
        counter = self.env.COUNTER.get(self.env.COUNTER.idFromName("one"))
        for message in batch.messages:
            await counter.add()
"""


def test_pyw_deploys_a_python_worker_with_objects_and_a_queue(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        (project / "wrangler.toml").unlink()
        (project / "wrangler.json").write_text(json.dumps({
            "name": "shop", "main": "src/entry.py", "compatibility_date": "2026-10-01", "compatibility_flags": ["python_workers"],
            "durable_objects": {"bindings": [{"name": "COUNTER", "class_name": "Counter"}]},
            "migrations": [{"tag": "v1", "new_sqlite_classes": ["Counter"]}],
            "queues": {"producers": [{"binding": "JOBS", "queue": "jobs"}], "consumers": [{"queue": "jobs", "max_batch_timeout": 0}]}}))
        (project / "src/entry.py").write_text(PYTHON)
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            api(server, token, "POST", "/queues", {"queue_name": "jobs"})
            for _ in range(2):  # the second time there is nothing to migrate
                done = server.deploy(project, token)
                assert done.returncode == 0, done.stderr
            assert server.get() == (200, "1")
            assert server.get("/send") == (200, "sent")
            wait_until(lambda: int(server.get()[1]) >= 3, "the consumer has counted")


checks.main(globals())
