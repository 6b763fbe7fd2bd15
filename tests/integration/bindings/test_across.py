#!/usr/bin/env python3
"""Queues and workflows from one Worker to another, and the registry by which they find each other."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession, wait_until  # noqa: E402

PYPROJECT = '[project]\nname = "under-test"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
COMMON = {"main": "src/entry.py", "compatibility_date": "2026-10-01", "compatibility_flags": ["python_workers"]}
SHOP = {
    **COMMON,
    "name": "shop",
    "services": [{"binding": "STOCK", "service": "stock"}],
    "queues": {
        "producers": [
            {"binding": "ORDERS", "queue": "orders"},
            {"binding": "PARCELS", "queue": "parcels"},
            {"binding": "LATER", "queue": "own", "delivery_delay": 2},
            {"binding": "LATER_ORDERS", "queue": "orders", "delivery_delay": 2},
        ],
        "consumers": [
            {"queue": "parcels", "max_batch_timeout": 0, "max_retries": 0, "dead_letter_queue": "returns"},
            {"queue": "own", "max_batch_timeout": 0, "max_batch_size": 1},
        ],
    },
    "workflows": [{"binding": "DELIVERY", "name": "delivery", "class_name": "Delivery", "script_name": "stock"}],
}
STOCK = {
    **COMMON,
    "name": "stock",
    "kv_namespaces": [{"binding": "GOT", "id": "got"}],
    "queues": {"consumers": [{"queue": "orders", "max_batch_timeout": 0, "max_batch_size": 1},
                             {"queue": "returns", "max_batch_timeout": 0}]},
    "workflows": [{"binding": "OWN", "name": "delivery", "class_name": "Delivery"}],
}
SHOP_CODE = '''import time
from urllib.parse import urlparse
from workers import Response, WorkerEntrypoint

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        what, _, value = urlparse(request.url).path[1:].partition("/")
        if what == "order":
            await self.env.ORDERS.send({"tea": value})
            return Response("sent")
        if what == "parcels":
            await self.env.PARCELS.send(value, contentType="text")
            await self.env.PARCELS.send({"tea": value})
            return Response("sent")
        if what == "later":
            sent = time.time()
            await self.env.LATER.send({"name": "at once", "sent": sent, "delay": 0}, delaySeconds=0)
            await self.env.LATER.send({"name": "by configuration", "sent": sent, "delay": 2})
            await self.env.LATER.sendBatch([{"body": {"name": "in a batch", "sent": sent, "delay": 2}},
                                            {"body": {"name": "its own", "sent": sent, "delay": 1}, "delaySeconds": 1}])
            await self.env.LATER.sendBatch([{"body": {"name": "of a batch", "sent": sent, "delay": 3}}], delaySeconds=3)
            return Response("sent")
        if what == "order-later":
            await self.env.LATER_ORDERS.send({"tea": value, "sent": time.time()})
            return Response("sent")
        if what == "deliver":
            instance = await self.env.DELIVERY.create(id=value, params={"grams": 50})
            return Response(instance.id)
        if what == "delivery":
            status = await (await self.env.DELIVERY.get(value)).status()
            return Response.json([status["status"], status["output"]])
        return await self.env.STOCK.fetch("http://stock/")

    async def queue(self, batch, env, ctx):
        if batch.queue == "parcels":
            raise ValueError("nobody is at home")
        for message in batch.messages:
            body = message.body
            early = time.time() - body["sent"] < body["delay"]
            print("came", body["name"], "EARLY" if early else "in time")
'''
STOCK_CODE = '''import time
from workers import Response, WorkerEntrypoint, WorkflowEntrypoint

class Delivery(WorkflowEntrypoint):
    async def run(self, event, step):
        @step.do("weigh")
        async def weigh():
            return event["payload"]["grams"] * 2
        return {"grams": await weigh()}

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response(await self.env.GOT.get("teas") or "")

    async def queue(self, batch, env, ctx):
        for message in batch.messages:
            body = message.body
            if batch.queue == "returns":
                print("came back:", body if isinstance(body, str) else dict(body), "attempt", message.attempts)
                continue
            if "sent" in body:
                print("ordered", body["tea"], "EARLY" if time.time() - body["sent"] < 2 else "in time")
            await self.env.GOT.put("teas", (await self.env.GOT.get("teas") or "") + body["tea"] + " ")
'''


class Workers:
    """Both projects in a folder with a registry of their own."""

    def __init__(self, pyw):
        self.pyw = pyw
        self.folder = tempfile.TemporaryDirectory(prefix="pyw-across-")
        self.root = pathlib.Path(self.folder.name)
        self.registry = self.root / "registry"
        for config, code in ((SHOP, SHOP_CODE), (STOCK, STOCK_CODE)):
            project = self.root / config["name"]
            (project / "src").mkdir(parents=True)
            (project / "wrangler.jsonc").write_text(json.dumps(config))
            (project / "pyproject.toml").write_text(PYPROJECT)
            (project / "src/entry.py").write_text(code)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def dev(self, *names):
        """The first one's session, with the others as companions."""
        configs = [word for name in names for word in ("-c", f"{name}/wrangler.jsonc")]
        environment = {"WRANGLER_REGISTRY_PATH": str(self.registry)}
        return DevSession(self.pyw, self.root, before=configs, environment=environment)

    def noted(self):
        return sorted(entry.name for entry in self.registry.iterdir())


def test_a_queue_and_a_workflow_of_another_worker(pyw):
    with Workers(pyw) as workers:
        with workers.dev("shop") as alone:  # nobody takes the first order yet
            alone.ready()
            assert alone.get("/order/sencha") == (200, "sent")
            status, text = alone.get("/deliver/early")
            assert status == 500 and "the Worker `stock` does not run here" in text, text
            assert workers.noted() == ["shop"]
            alone.process.kill()
        # What was killed leaves its entry, and whoever comes next takes it away.
        (workers.registry / "ghost").write_text((workers.registry / "shop").read_text())
        with workers.dev("shop", "stock") as both:
            both.ready()
            companion_is_ready(both, "stock")
            wait_until(lambda: both.get() == (200, "sencha "), "the order that waited", 60)
            wait_until(lambda: workers.noted() == ["shop", "stock"], "the entry of the killed one to go", 60)
            # Also when its runtime went down so slowly that the next one has its socket.
            (workers.registry / "ghost").write_text((workers.registry / "shop").read_text())
            wait_until(lambda: workers.noted() == ["shop", "stock"], "the entry with another's socket to go", 60)
            for tea in ("oolong", "bancha"):
                assert both.get(f"/order/{tea}") == (200, "sent")
            wait_until(lambda: both.get() == (200, "sencha oolong bancha "), "orders in their order", 60)
            assert both.get("/deliver/first") == (200, "first")
            wait_until(lambda: json.loads(both.get("/delivery/first")[1]) == ["complete", {"grams": 100}], "the delivery", 60)
            assert both.stop() == 0
        assert workers.noted() == []


def test_dead_letters_go_to_the_worker_that_consumes_them(pyw):
    with Workers(pyw) as workers:
        with workers.dev("shop") as alone:  # they are kept until it runs
            alone.ready()
            assert alone.get("/parcels/early") == (200, "sent")
            alone.wait_for("invocation", kind="queue", outcome="exception")
            assert alone.stop() == 0
        with workers.dev("shop", "stock") as both:
            both.ready()
            wait_for_log(both, "came back: early attempt 1", "came back: {'tea': 'early'} attempt 1")
            assert both.get("/parcels/late") == (200, "sent")
            wait_for_log(both, "came back: {'tea': 'late'} attempt 1")
        # Under a `pyw dev` of its own as well.
        with workers.dev("stock") as stock, workers.dev("shop") as shop:
            stock.ready()
            shop.ready()
            assert shop.get("/parcels/again") == (200, "sent")
            wait_for_log(stock, "came back: {'tea': 'again'} attempt 1")


def test_delays_of_a_producer_and_of_a_message(pyw):
    with Workers(pyw) as workers, workers.dev("shop", "stock") as session:
        session.ready()
        companion_is_ready(session, "stock")
        assert session.get("/later") == (200, "sent")
        # In this order by their delays, and none before its time.
        for name in ("at once", "its own", "by configuration", "in a batch", "of a batch"):
            wait_for_log(session, f"came {name} in time")
        assert session.get("/order-later/genmaicha") == (200, "sent")
        wait_for_log(session, "ordered genmaicha in time")


def companion_is_ready(session, name):
    """It may have been so before the first one was."""
    if not any(event["event"] == "ready" and event.get("worker") == name for event in session.seen):
        session.wait_for("ready", worker=name)


def wait_for_log(session, *texts):
    """Until all of these were said, in whatever order."""
    missing = set(texts)
    while missing:
        said = session.wait_for("log")["text"]
        assert "EARLY" not in said, said
        missing = {text for text in missing if text not in said}


if __name__ == "__main__":
    main(globals())
