"""Workflows under `pyw edge serve`, with real workerd: created by binding and by the API, going on without traffic.

usage: test_workflows.py --pyw PROGRAM [NAME …]
"""
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

ORDERS = """import { WorkflowEntrypoint } from "cloudflare:workers";
export class Order extends WorkflowEntrypoint {
  async run({ payload }, step) {
    const retries = { limit: 3, delay: 100, backoff: "exponential" };
    const reserved = await step.do("reserve", { retries }, async ({ attempt }) => {
      if (attempt <= (payload.fails ?? 0)) throw new Error("sold out");
      return { by: "{version}", attempt };
    });
    if (payload.slow) await step.do("slow", { retries }, async ({ attempt }) => {
      if (attempt === 1 || !payload.once) await scheduler.wait(payload.slow);
    });
    if (payload.sleep) await step.sleep("nap", payload.sleep);
    const paid = payload.wait ? await step.waitForEvent("payment", { type: "paid", timeout: "1 hour" }) : undefined;
    return await step.do("ship", async () => ({ reserved, by: "{version}", paid: paid?.payload }));
  }
}
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const [what, id] = pathname.slice(1).split("/");
    if (what === "create") return Response.json(await env.ORDERS.create({ id, params: JSON.parse(searchParams.get("params")) }));
    return Response.json(await (await env.ORDERS.get(id)).status());
  },
};
"""
BINDING = [{"type": "workflow", "name": "ORDERS", "workflow_name": "orders", "class_name": "Order"}]
MS = "%7B%22{}%22%3A{}%7D"  # {"what": ms} in a query


def orders(version="one"):
    return ORDERS.replace("{version}", version)


def call(server, token, method, path, body=None):
    """-> (status, code or None, result)"""
    status, text = server.call(method, f"/client/v4/accounts/{token['account_id']}/workflows{path}", token,
                               None if body is None else json.dumps(body))
    answer = json.loads(text)
    return status, answer["errors"][0]["code"] if answer["errors"] else None, answer["result"]


def api(server, token, method, path, body=None):
    status, code, result = call(server, token, method, path, body)
    assert status == 200, (method, path, status, code)
    return result


def deployed(server, token, version="one", name="shop"):
    status, text = server.upload(token, name, orders(version), BINDING)
    assert status == 200, text
    return api(server, token, "PUT", "/orders", {"script_name": name, "class_name": "Order"})


def create(server, token, name, **params):
    return api(server, token, "POST", "/orders/instances", {"instance_id": name, "params": params})


def instance(server, token, name):
    return api(server, token, "GET", f"/orders/instances/{name}")


def ends(server, token, name, status="complete"):
    wait_until(lambda: instance(server, token, name)["status"] == status, f"`{name}` is {status}")
    return instance(server, token, name)


def step(described, name):
    [found] = [item for item in described["steps"] if item.get("name") == name]
    return found


def drain(server):
    """What has happened so far is not waited for any more."""
    while not server.events.empty():
        server.seen.append(server.events.get())


def workers(server):
    return server.metric("pyw_edge_workers")


def test_instances_by_binding_and_by_api(pyw):
    with tempfile.TemporaryDirectory() as folder:
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token, other = server.token("--account", "one"), server.token("--account", "two")
            host = "shop.one.localhost"
            status, text = server.upload(token, "shop", orders().replace("class Order", "class Orders"), BINDING)
            assert status == 400 and "10021" in text and '\\"Order\\"' in text, text
            assert call(server, token, "GET", "/orders")[:2] == (404, 10200)
            assert call(server, token, "PUT", "/orders", {"script_name": "shop", "class_name": "Order"})[:2] == (404, 10007)
            made = deployed(server, token)
            assert (made["name"], made["script_name"], made["class_name"]) == ("orders", "shop", "Order"), made
            assert [item["id"] for item in api(server, token, "GET", "")] == [made["id"]]
            assert deployed(server, token) == made  # the same again changes nothing
            assert call(server, token, "PUT", "/orders", {"script_name": "shop", "class_name": "Sale"})[0] == 400
            assert call(server, token, "PUT", "/sales", {"script_name": "shop", "class_name": "Order"})[0] == 400
            assert call(server, token, "PUT", "/orders", {"script_name": "shop", "class_name": "Order", "limits": {"steps": 5}})[0] == 400

            status, text = server.get("/create/one?params=" + MS.format("fails", 2), host)
            assert status == 200 and json.loads(text)["id"] == "one", text
            one = ends(server, token, "one")
            assert one["output"] == {"reserved": {"by": "one", "attempt": 3}, "by": "one"} and one["success"] is True, one
            tries = [(item["success"], (item["error"] or {}).get("message")) for item in step(one, "reserve-1")["attempts"]]
            assert tries == [(False, "sold out"), (False, "sold out"), (True, None)], tries
            assert step(one, "reserve-1")["output"] == {"by": "one", "attempt": 3} and one["params"] == {"fails": 2}
            assert json.loads(server.get("/status/one", host)[1])["status"] == "complete"

            created = create(server, token, "two", fails=9)
            assert created["id"] == "two", created
            two = ends(server, token, "two", "errored")
            assert two["error"]["message"] == "sold out" and len(step(two, "reserve-1")["attempts"]) == 4, two
            assert call(server, token, "POST", "/orders/instances", {"instance_id": "two"})[0] == 400
            assert call(server, token, "GET", "/orders/instances/none")[:2] == (404, 10400)
            assert call(server, token, "PATCH", "/orders/instances/two/status", {"status": "jump"})[0] == 400
            both = api(server, token, "POST", "/orders/instances/batch", [{"instance_id": "three"}, {"instance_id": "four"}])
            assert [item["id"] for item in both] == ["three", "four"], both
            listed = api(server, token, "GET", "/orders/instances?status=errored")
            assert [(item["id"], item["status"]) for item in listed] == [("two", "errored")], listed
            pages = []
            cursor = ""
            while cursor is not None:
                text = server.call("GET", f"/client/v4/accounts/{token['account_id']}/workflows/orders/instances/?per_page=3{cursor}", token)[1]
                pages.append([item["id"] for item in json.loads(text)["result"]])
                following = json.loads(text)["result_info"].get("cursor")
                cursor = following and f"&cursor={following}"
            assert [len(page) for page in pages] == [3, 1] and set(sum(pages, [])) == {"one", "two", "three", "four"}, pages

            # Another account has none of it, and may have one of the same name.
            assert api(server, other, "GET", "") == []
            for path in ("/orders", "/orders/versions", "/orders/instances", "/orders/instances/one"):
                assert call(server, other, "GET", path)[:2] == (404, 10200), path
            assert call(server, other, "POST", "/orders/instances", {})[:2] == (404, 10200)
            status, _ = server.call("GET", f"/client/v4/accounts/{token['account_id']}/workflows", other)
            assert status == 403
            deployed(server, other)
            assert api(server, other, "GET", "/orders/instances") == []


def test_a_sleep_goes_on_without_traffic(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data", "--idle", "1") as server:
            token = server.token()
            deployed(server, token)
            wait_until(lambda: workers(server) == 0, "nothing runs")
            drain(server)
            # Code that runs is not idle, whoever asked for it; then it sleeps, and nobody is needed.
            server.get("/create/slow?params=" + MS.format("slow", 4000))
            server.wait_for("worker_ended")
            slow = ends(server, token, "slow")
            assert len(step(slow, "slow-1")["attempts"]) == 1, slow
            wait_until(lambda: workers(server) == 0, "nothing runs")
            server.get("/create/idle?params=" + MS.format("sleep", 8000))
            wait_until(lambda: workers(server) == 0, "the Worker has ended")
            wait_until(lambda: workers(server) == 1, "the sleep's end starts it")
            nap = step(ends(server, token, "idle"), "nap-1")
            assert nap["finished"] is True and nap["end"] > nap["start"], nap
            # A new version goes on with what the old one began.
            server.get("/create/over?params=" + MS.format("sleep", 8000))
            wait_until(lambda: step(instance(server, token, "over"), "nap-1"), "it sleeps")
            deployed(server, token, "two")
            over = ends(server, token, "over")["output"]
            assert over["reserved"]["by"] == "one" and over["by"] == "two", over


def test_nothing_is_lost_by_a_kill(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)

        def goes_on_after_kill(server):
            drain(server)
            for pid in server.children():
                os.kill(pid, signal.SIGKILL)
            server.wait_for("worker_ended")
            server.wait_for("worker_started")

        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            deployed(server, token)
            server.get("/create/one?params=" + MS.format("sleep", 5000))
            wait_until(lambda: instance(server, token, "one")["status"] == "waiting", "it sleeps")
            goes_on_after_kill(server)
            assert len(step(ends(server, token, "one"), "reserve-1")["attempts"]) == 1
            # In the middle of a step: the attempt is lost, and made again.
            server.get("/create/two?params=%7B%22slow%22%3A60000%2C%22once%22%3A1%7D")
            wait_until(lambda: any(item["name"] == "slow-1" for item in instance(server, token, "two")["steps"]), "it works")
            goes_on_after_kill(server)
            two = ends(server, token, "two")
            assert [item["success"] for item in step(two, "slow-1")["attempts"]] == [False, True], two
            server.get("/create/three?params=" + MS.format("sleep", 5000))
            wait_until(lambda: instance(server, token, "three")["status"] == "waiting", "it sleeps")
            server.process.kill()
            server.process.wait()
        with EdgeServer(pyw, root / "data") as server:
            server.wait_for("worker_started")
            assert ends(server, token, "three")["output"]["by"] == "one"
            assert {item["id"] for item in api(server, token, "GET", "/orders/instances?status=complete")} == {"one", "two", "three"}


def test_events_and_changes_of_state_by_the_api(pyw):
    with tempfile.TemporaryDirectory() as folder:
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            deployed(server, token)

            def change(name, status):
                return api(server, token, "PATCH", f"/orders/instances/{name}/status", {"status": status})

            for name in ("paid", "paused", "ended", "again"):
                create(server, token, name, wait=1)
                ends(server, token, name, "waiting")
            api(server, token, "POST", "/orders/instances/paid/events/paid", {"cents": 250})
            assert ends(server, token, "paid")["output"]["paid"] == {"cents": 250}
            assert change("paused", "pause") == {"status": "paused"}
            api(server, token, "POST", "/orders/instances/paused/events/paid", "early")
            assert instance(server, token, "paused")["status"] == "paused"
            change("paused", "resume")
            assert ends(server, token, "paused")["output"]["paid"] == "early"
            assert change("ended", "terminate") == {"status": "terminated"}
            ended = instance(server, token, "ended")
            assert ended["success"] is False and ended["steps"][-1]["type"] == "termination", ended
            assert call(server, token, "PATCH", "/orders/instances/ended/status", {"status": "resume"})[0] == 400
            change("ended", "restart")
            ends(server, token, "ended", "waiting")
            api(server, token, "PUT", "/orders/instances/terminate?status=waiting")
            assert {name: ends(server, token, name, "terminated")["status"] for name in ("ended", "again")}
            assert api(server, token, "DELETE", "/orders/instances/again") == {"status": "ok"}
            gone = api(server, token, "POST", "/orders/instances/batch/delete", {"instances": ["ended", "again"]})
            assert [item["id"] for item in gone["deleted"]] == ["ended"] and gone["errors"][0]["code"] == 10400, gone
            assert {item["id"] for item in api(server, token, "GET", "/orders/instances")} == {"paid", "paused"}


def test_deleted_is_deleted_and_other_workers_reach_it(pyw):
    with tempfile.TemporaryDirectory() as folder:
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            deployed(server, token)
            create(server, token, "one")
            ends(server, token, "one")
            foreign = [{**BINDING[0], "script_name": "shop"}]
            status, text = server.upload(token, "front", orders("front"), [{**foreign[0], "workflow_name": "sales"}])
            assert status == 400 and "10200" in text, text
            status, text = server.upload(token, "front", orders("front"), foreign)
            assert status == 200, text
            assert json.loads(server.get("/create/two?params={}", "front.localhost")[1])["id"] == "two"
            assert ends(server, token, "two")["output"]["by"] == "one"
            status, text = server.upload(token, "front", orders("front"), BINDING)
            assert status == 409 and "shop" in text, text  # the name is taken
            # Of a split deployment one version has the engines.
            version = server.upload(token, "shop", orders("two"), BINDING, versions=True)
            ids = [json.loads(version[1])["result"]["id"]]
            path = f"/client/v4/accounts/{token['account_id']}/workers/scripts/shop"
            ids += [item["id"] for item in json.loads(server.call("GET", path + "/versions", token)[1])["result"]["items"] if item["id"] != ids[0]]
            split = {"strategy": "percentage", "versions": [{"version_id": ids[0], "percentage": 40}, {"version_id": ids[1], "percentage": 60}]}
            assert server.call("POST", path + "/deployments", token, json.dumps(split))[0] == 200
            for key in range(8):
                name = f"split{key}"
                server.get(f"/create/{name}?params={{}}", headers={"Cloudflare-Workers-Version-Key": str(key)})
                assert ends(server, token, name)["output"]["by"] == "one"
            api(server, token, "DELETE", "/orders")
            assert call(server, token, "GET", "/orders/instances")[:2] == (404, 10200)
            deployed(server, token)
            assert api(server, token, "GET", "/orders/instances") == []
            create(server, token, "one", wait=1)
            ends(server, token, "one", "waiting")
            assert server.call("DELETE", path, token)[0] == 200
            assert api(server, token, "GET", "") == []
            deployed(server, token)
            assert api(server, token, "GET", "/orders/instances") == []
            create(server, token, "one")
            ends(server, token, "one")


PYTHON = """from urllib.parse import urlparse
from workers import Response, WorkerEntrypoint, WorkflowEntrypoint


class Order(WorkflowEntrypoint):
    async def run(self, event, step):
        @step.do("price")
        async def price():
            return event["payload"]["count"] * 350
        cents = await price()
        await step.sleep("nap", "5 seconds")
        paid = await step.wait_for_event("payment", "paid", timeout="1 hour")
        return {"cents": cents, "by": paid["payload"]["by"]}


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        made = await self.env.ORDERS.create(id=urlparse(request.url).path[1:], params={"count": 3})
        return Response(made.id)
"""


def test_pyw_deploys_and_looks_after_a_workflow_in_python(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        (project / "wrangler.toml").unlink()
        (project / "wrangler.json").write_text(json.dumps({
            "name": "shop", "main": "src/entry.py", "compatibility_date": "2026-10-01", "compatibility_flags": ["python_workers"],
            "workflows": [{"binding": "ORDERS", "name": "orders", "class_name": "Order"}]}))
        (project / "src/entry.py").write_text(PYTHON.replace("class Order", "class Orders"))
        with EdgeServer(pyw, pathlib.Path(folder) / "data", "--idle", "1") as server:
            token = server.token()
            refused = server.deploy(project, token)
            assert refused.returncode == 1 and "Order" in refused.stderr, refused.stderr
            (project / "src/entry.py").write_text(PYTHON)

            def run(*arguments):
                done = server.run(project, token, "--json", "workflows", *arguments)
                assert done.returncode == 0, (arguments, done.stderr)
                return json.loads(done.stdout)

            done = server.deploy(project, token)
            assert done.returncode == 0 and "workflow: orders" in done.stdout + done.stderr, done.stderr
            assert [item["name"] for item in run("list")] == ["orders"]
            assert run("describe", "orders")["latest_version"]["class_name"] == "Order"
            assert server.get("/first") == (200, "first")
            assert run("trigger", "orders", '{"count": 2}', "--id", "second")["id"] == "second"
            wait_until(lambda: workers(server) == 0, "they sleep, nothing runs")
            wait_until(lambda: workers(server) == 1, "the sleep's end starts it")
            for name, cents in (("first", 1050), ("second", 700)):
                wait_until(lambda: step(run("instances", "describe", "orders", name), "nap-1")["finished"], "it has slept")
                run("instances", "send-event", "orders", name, "--type", "paid", "--payload", '{"by": "Ada"}')
                wait_until(lambda: run("instances", "describe", "orders", name)["status"] == "complete", "it is paid")
                assert run("instances", "describe", "orders", name)["output"] == {"cents": cents, "by": "Ada"}
            run("trigger", "orders", '{"count": 1}', "--id", "third")
            for change, status in (("pause", "paused"), ("resume", "waiting"), ("terminate", "terminated")):
                run("instances", change, "orders", "third")
                wait_until(lambda: run("instances", "describe", "orders", "third")["status"] == status, status)
            listed = run("instances", "list", "orders", "--status", "terminated")
            assert [item["id"] for item in listed] == ["third"], listed


checks.main(globals())
