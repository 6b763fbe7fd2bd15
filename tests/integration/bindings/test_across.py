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
    "queues": {"producers": [{"binding": "ORDERS", "queue": "orders"}]},
    "workflows": [{"binding": "DELIVERY", "name": "delivery", "class_name": "Delivery", "script_name": "stock"}],
}
STOCK = {
    **COMMON,
    "name": "stock",
    "kv_namespaces": [{"binding": "GOT", "id": "got"}],
    "queues": {"consumers": [{"queue": "orders", "max_batch_timeout": 0, "max_batch_size": 1}]},
    "workflows": [{"binding": "OWN", "name": "delivery", "class_name": "Delivery"}],
}
SHOP_CODE = '''from urllib.parse import urlparse
from workers import Response, WorkerEntrypoint

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        what, _, value = urlparse(request.url).path[1:].partition("/")
        if what == "order":
            await self.env.ORDERS.send({"tea": value})
            return Response("sent")
        if what == "deliver":
            instance = await self.env.DELIVERY.create(id=value, params={"grams": 50})
            return Response(instance.id)
        if what == "delivery":
            status = await (await self.env.DELIVERY.get(value)).status()
            return Response.json([status["status"], status["output"]])
        return await self.env.STOCK.fetch("http://stock/")
'''
STOCK_CODE = '''from workers import Response, WorkerEntrypoint, WorkflowEntrypoint

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
            await self.env.GOT.put("teas", (await self.env.GOT.get("teas") or "") + message.body["tea"] + " ")
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
        # What was killed leaves its entry; whoever comes next takes it away.
        (workers.registry / "ghost").write_text((workers.registry / "shop").read_text())
        with workers.dev("shop", "stock") as both:
            both.ready()
            both.wait_for("ready", worker="stock")
            wait_until(lambda: both.get() == (200, "sencha "), "the order that waited", 60)
            assert workers.noted() == ["shop", "stock"], workers.noted()
            for tea in ("oolong", "bancha"):
                assert both.get(f"/order/{tea}") == (200, "sent")
            wait_until(lambda: both.get() == (200, "sencha oolong bancha "), "orders in their order", 60)
            assert both.get("/deliver/first") == (200, "first")
            wait_until(lambda: json.loads(both.get("/delivery/first")[1]) == ["complete", {"grams": 100}], "the delivery", 60)
            assert both.stop() == 0
        assert workers.noted() == []


if __name__ == "__main__":
    main(globals())
