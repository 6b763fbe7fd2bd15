#!/usr/bin/env python3
"""`limits.subrequests`: how many requests one run of a handler may make."""
import concurrent.futures
import contextlib
import http.server
import json
import pathlib
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession  # noqa: E402

LIMIT = 6
CONFIG = {
    "name": "counted",
    "main": "src/entry.py",
    "compatibility_date": "2026-10-01",
    "compatibility_flags": ["python_workers"],
    "limits": {"subrequests": LIMIT},
    "kv_namespaces": [{"binding": "KV", "id": "kv"}],
    "d1_databases": [{"binding": "DB", "database_name": "db", "database_id": "db"}],
    "r2_buckets": [{"binding": "BUCKET", "bucket_name": "bucket"}],
    "queues": {"producers": [{"binding": "QUEUE", "queue": "queue"}]},
    "durable_objects": {"bindings": [{"name": "OBJECTS", "class_name": "Object"}]},
    "migrations": [{"tag": "v1", "new_sqlite_classes": ["Object"]}],
    "vars": {"TARGET": ""},
}
PYPROJECT = '[project]\nname = "counted"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
# GET /KIND/WAY makes two more requests than it may, and tells how many were made and what the next one said.
CODE = '''import asyncio
import js
from urllib.parse import urlparse
from pyodide.ffi import run_sync
from workers import DurableObject, Response, WorkerEntrypoint

class Object(DurableObject):
    async def fetch(self, request):
        return Response("object")

class Default(WorkerEntrypoint):
    async def one(self, kind):
        env = self.env
        if kind == "fetch":
            await (await js.fetch(env.TARGET)).text()
        elif kind == "kv":
            await env.KV.get("a")
        elif kind == "d1":
            await env.DB.prepare("SELECT 1").run()
        elif kind == "r2":
            await env.BUCKET.head("a")
        elif kind == "queue":
            await env.QUEUE.send("a")
        elif kind == "object":
            await env.OBJECTS.get(env.OBJECTS.idFromName("a")).fetch("http://object/")
        elif kind == "cache":
            await js.caches.default.match("http://cache/")

    async def fetch(self, request):
        _, kind, way = urlparse(request.url).path.split("/")
        said = []
        async def one():
            try:
                await self.one(kind)
                said.append("made")
            except Exception as error:
                said.append(str(error))
        if way == "after":
            for _ in range(8):
                await one()
        elif way == "together":
            await asyncio.gather(*(one() for _ in range(8)))
        elif way == "sync":
            for _ in range(8):
                run_sync(one())
        elif way == "slowly":
            for _ in range(8):
                await asyncio.sleep(0.01)
                await asyncio.create_task(one())
        return Response.json([said.count("made"), sorted({each for each in said if each != "made"})])
'''
# The same for Workers in JavaScript; /class/… is answered by an object, whose method calls others of its own.
JAVASCRIPT = '''import { DurableObject } from "cloudflare:workers";
const kept = fetch;

const ways = {
  fetch: async (env) => await (await fetch(env.TARGET)).text(),
  kept: async (env) => await (await kept(env.TARGET)).text(),
  kv: async (env) => await env.KV.get("a"),
  d1: async (env) => await env.DB.prepare("SELECT 1").run(),
  r2: async (env) => await env.BUCKET.head("a"),
  queue: async (env) => await env.QUEUE.send("a"),
  object: async (env) => await env.OBJECTS.get(env.OBJECTS.idFromName("a")).fetch("http://object/"),
  cache: async () => await caches.default.match("http://cache/"),
};

async function eight(one) {
  const said = [];
  for (let number = 0; number < 8; number++) {
    try {
      await one();
      said.push("made");
    } catch (error) {
      said.push(String(error));
    }
    await scheduler.wait(1);
  }
  return Response.json([said.filter((each) => each === "made").length, [...new Set(said.filter((each) => each !== "made"))]]);
}

export class Object extends DurableObject {
  one() {
    return this.env.KV.get("a");
  }
  fetch(request) {
    return new URL(request.url).pathname === "/" ? new Response("object") : eight(() => this.one());
  }
}

class App {
  #name = "app";
  async fetch(request, env) {
    if (this.#name !== "app") throw new Error("not called on its own object");
    const kind = new URL(request.url).pathname.split("/")[1];
    if (kind === "env") return Response.json(Reflect.ownKeys(env).sort());
    if (kind === "class") return await env.OBJECTS.get(env.OBJECTS.idFromName("a")).fetch(request);
    return await eight(() => ways[kind](env));
  }
}

export default new App();
'''
REFUSED = "Too many subrequests by single Worker invocation."


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def check_run(session, path):
    status, text = session.get(path)
    assert status == 200, (path, text)
    made, refusals = json.loads(text)
    assert made == LIMIT and len(refusals) == 1 and REFUSED in refusals[0], (path, made, refusals)


@contextlib.contextmanager
def worker(pyw, entry, code, more):
    with tempfile.TemporaryDirectory(prefix="pyw-counted-") as folder, \
            http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as target:
        threading.Thread(target=target.serve_forever, daemon=True).start()
        root = pathlib.Path(folder)
        (root / "src").mkdir()
        config = {**CONFIG, "main": entry, "vars": {"TARGET": f"http://127.0.0.1:{target.server_port}/"}, **more}
        (root / "wrangler.jsonc").write_text(json.dumps(config))
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / entry).write_text(code)
        try:
            with DevSession(pyw, root) as session:
                session.ready()
                yield session
        finally:
            target.shutdown()


KINDS = ("fetch", "kv", "d1", "r2", "queue", "object", "cache")


def check_at_once(session, paths):
    """Runs at the same time in one isolate."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda path: check_run(session, path), paths))


def test_each_run_has_its_own_count(pyw):
    with worker(pyw, "src/entry.py", CODE, {}) as session:
        for kind in KINDS:
            check_run(session, f"/{kind}/after")
        for way in ("together", "sync", "slowly"):
            check_run(session, f"/kv/{way}")
            check_run(session, f"/fetch/{way}")
        check_at_once(session, ["/kv/slowly", "/kv/after", "/kv/together"] * 8)


def test_a_worker_in_javascript(pyw):
    for flags in ([], ["nodejs_compat"]):
        with worker(pyw, "src/index.js", JAVASCRIPT, {"compatibility_flags": flags}) as session:
            for kind in (*KINDS, "kept", "class"):
                check_run(session, f"/{kind}/after")
            check_at_once(session, ["/kv/", "/class/"] * 8)
            assert json.loads(session.get("/env/")[1]) == ["BUCKET", "DB", "KV", "OBJECTS", "QUEUE", "TARGET"]


if __name__ == "__main__":
    sys.exit(main(globals()))
