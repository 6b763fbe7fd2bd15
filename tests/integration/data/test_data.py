#!/usr/bin/env python3
"""`pyw kv|r2|d1|do|analytics|queues|workflows --local`: alone, and beside a running `pyw dev`, on the same data."""
import contextlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
import dev_session  # noqa: E402
from dev_session import DevSession  # noqa: E402

WRANGLER = """{
  "name": "under-test",
  "main": "src/entry.py",
  "compatibility_date": "2026-10-01",
  "compatibility_flags": ["python_workers"],
  "kv_namespaces": [{ "binding": "STORE", "id": "store-id" }],
  "r2_buckets": [{ "binding": "BUCKET", "bucket_name": "photos" }],
  "d1_databases": [{ "binding": "DB", "database_name": "shop" }],
  "queues": {
    "producers": [{ "binding": "JOBS", "queue": "jobs" }],
    "consumers": [{ "queue": "jobs", "max_batch_timeout": 0 }]
  },
  "analytics_engine_datasets": [{ "binding": "VISITS", "dataset": "visits" }, { "binding": "UNUSED" }],
  "durable_objects": {
    "bindings": [{ "name": "ROOMS", "class_name": "Room" }, { "name": "OLD", "class_name": "Old" }]
  },
  "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Room"], "new_classes": ["Old"] }],
  "workflows": [{ "binding": "ORDERS", "name": "orders", "class_name": "Order" }]
}"""
PYPROJECT = '[project]\nname = "under-test"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
ENTRY = '''from urllib.parse import urlparse
from workers import DurableObject, Response, WorkerEntrypoint, WorkflowEntrypoint

class Room(DurableObject):
    def __init__(self, ctx, env):
        super().__init__(ctx, env)
        self.since = "then"
        self.sql = self.ctx.storage.sql
        self.sql.exec("CREATE TABLE IF NOT EXISTS said (id INTEGER PRIMARY KEY, words TEXT)")

    async def say(self, words):
        self.sql.exec("INSERT INTO said (words) VALUES (?)", words)
        self.since, before = "now", self.since
        return [before, *(row.words for row in self.sql.exec("SELECT words FROM said ORDER BY id").toArray())]

    async def remind(self, ms):
        await self.ctx.storage.setAlarm(ms)

    async def alarm(self, *_):
        self.sql.exec("INSERT INTO said (words) VALUES ('alarm')")

class Old(DurableObject):
    async def say(self, words):
        await self.ctx.storage.put("words", words)

class Order(WorkflowEntrypoint):
    async def run(self, event, step):
        @step.do("price")
        async def price():
            return event["payload"]["count"] * 350
        cents = await price()
        paid = await step.wait_for_event("payment", "paid", timeout="1 hour")
        return {"cents": cents, "by": paid["payload"]["by"]}

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        what, _, key = urlparse(request.url).path[1:].partition("/")
        if what == "kv":
            return Response(str(await self.env.STORE.get(key)))
        if what == "set":
            await self.env.STORE.put(key, "from the Worker")
            return Response("ok")
        if what == "rows":
            rows = await self.env.DB.prepare("SELECT name FROM teas ORDER BY name").all()
            return Response.json([row.name for row in rows.results])
        if what in ("say", "old"):
            name, _, words = key.partition("/")
            rooms = self.env.ROOMS if what == "say" else self.env.OLD
            return Response.json(await rooms.getByName(name).say(words))
        if what == "visit":
            self.env.VISITS.writeDataPoint({"indexes": [key], "blobs": ["page", "\u8336"], "doubles": [2, 0.25]})
            return Response("ok")
        if what == "remind":
            name, _, ms = key.partition("/")
            await self.env.ROOMS.getByName(name).remind(int(ms))
            return Response("ok")
        return Response("?", status=404)

    async def queue(self, batch, env, ctx):
        for message in batch.messages:
            await self.env.STORE.put("message", str(message.body["text"]))
'''
SCHEMA = """-- teas; and a trigger with semicolons of its own
CREATE TABLE teas (name TEXT PRIMARY KEY, note TEXT DEFAULT 'a;b');
CREATE TABLE log (what TEXT);
CREATE TRIGGER noted AFTER INSERT ON teas BEGIN
  INSERT INTO log VALUES (CASE WHEN new.name = 'x' THEN 'no' ELSE 'new; ' || new.name END);
  INSERT INTO log VALUES ('done');
END;
INSERT INTO teas (name) VALUES ('sencha'); /* ; */
INSERT INTO teas (name) VALUES ('oolong')
"""


def wait_until(condition):
    dev_session.wait_until(condition, "the local data to change", 60)


class Project:
    def __init__(self, pyw):
        self.pyw = pyw
        self.folder = tempfile.TemporaryDirectory(prefix="pyw-data-")
        self.root = pathlib.Path(self.folder.name)
        (self.root / "src").mkdir()
        (self.root / "wrangler.jsonc").write_text(WRANGLER)
        (self.root / "pyproject.toml").write_text(PYPROJECT)
        (self.root / "src/entry.py").write_text(ENTRY)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def run(self, *arguments, status=0):
        """-> what it wrote to stdout"""
        done = subprocess.run([str(self.pyw), *arguments], cwd=self.root, capture_output=True, timeout=120,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr.decode())
        self.errors = done.stderr.decode()
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--json"))


def test_kv_alone(pyw):
    with Project(pyw) as project:
        project.run("kv", "key", "put", "a/ä b", "one", "--binding", "STORE", "--metadata", '{"x": 1}')
        (project.root / "bytes").write_bytes(bytes(range(256)))
        project.run("kv", "key", "put", "bytes", "--path", "bytes", "--binding", "STORE", "--ttl", "3600")
        assert project.run("kv", "key", "get", "a/ä b", "--binding", "STORE") == b"one"
        assert project.run("kv", "key", "get", "bytes", "--namespace-id", "store-id") == bytes(range(256))
        keys = project.json("kv", "key", "list", "--binding", "STORE")
        assert [key["name"] for key in keys] == ["a/ä b", "bytes"] and keys[0]["metadata"] == {"x": 1}, keys
        assert "expiration" in keys[1], keys
        project.run("kv", "key", "delete", "bytes", "--binding", "STORE")
        project.run("kv", "key", "get", "bytes", "--binding", "STORE", status=1)
        assert "there is no `bytes`" in project.errors, project.errors
        many = [{"key": f"k{i:05}", "value": str(i)} for i in range(2500)]
        (project.root / "many.json").write_text(json.dumps(many))
        project.run("kv", "bulk", "put", "many.json", "--binding", "STORE")
        assert len(project.json("kv", "key", "list", "--binding", "STORE", "--prefix", "k")) == 2500


def test_r2_alone(pyw):
    with Project(pyw) as project:
        content = bytes(range(256)) * 40000  # 10 MB: not in one piece
        (project.root / "picture").write_bytes(content)
        project.run("r2", "object", "put", "photos/a b/ä.png", "--file", "picture", "--content-type", "image/png")
        project.run("r2", "object", "get", "photos/a b/ä.png", "--file", "back")
        assert (project.root / "back").read_bytes() == content
        project.run("r2", "object", "delete", "photos/a b/ä.png")
        project.run("r2", "object", "get", "photos/a b/ä.png", "--file", "gone", status=1)
        assert not (project.root / "gone").exists()
        project.run("r2", "object", "get", "nowhere/x", "--file", "gone", status=1)


def test_d1_alone(pyw):
    with Project(pyw) as project:
        (project.root / "schema.sql").write_text(SCHEMA)
        project.run("d1", "execute", "shop", "--file", "schema.sql")
        rows = project.json("d1", "execute", "DB", "--command", "SELECT what FROM log ORDER BY rowid")[0]["results"]
        assert [row["what"] for row in rows] == ["new; sencha", "done", "new; oolong", "done"], rows
        two = project.json("d1", "execute", "DB", "--command", "SELECT 1 AS a; SELECT note FROM teas LIMIT 1")
        assert [result["results"] for result in two] == [[{"a": 1}], [{"note": "a;b"}]], two
        project.run("d1", "execute", "DB", "--command", "INSERT INTO teas (name) VALUES ('bancha'); INSERT INTO no VALUES (1)",
                    status=1)
        assert "no such table: no" in project.errors, project.errors
        left = project.json("d1", "execute", "DB", "--command", "SELECT count(*) AS n FROM teas")[0]["results"]
        assert left == [{"n": 2}], left
        project.run("d1", "export", "DB", "--output", "dump.sql")
        dump = (project.root / "dump.sql").read_text()
        assert "CREATE TRIGGER noted" in dump and "INSERT INTO \"teas\"" in dump, dump
        project.run("d1", "migrations", "create", "DB", "add price")
        (project.root / "migrations/0001_add_price.sql").write_text("ALTER TABLE teas ADD COLUMN cents INT;\n")
        assert project.run("d1", "migrations", "list", "DB") == b"0001_add_price.sql\n"
        project.run("d1", "migrations", "apply", "DB")
        assert project.run("d1", "migrations", "list", "DB") == b""
        project.run("d1", "execute", "nothere", "--command", "SELECT 1", status=1)
        assert "the configuration has no D1 database `nothere`" in project.errors, project.errors


def test_beside_a_running_worker(pyw):
    with Project(pyw) as project:
        (project.root / "schema.sql").write_text(SCHEMA)
        project.run("d1", "execute", "shop", "--file", "schema.sql")
        project.run("kv", "key", "put", "greeting", "from outside", "--binding", "STORE")
        with DevSession(pyw, project.root) as session:
            session.ready()
            assert session.get("/kv/greeting") == (200, "from outside")
            assert json.loads(session.get("/rows")[1]) == ["oolong", "sencha"]
            session.get("/set/mine")
            assert project.run("kv", "key", "get", "mine", "--binding", "STORE") == b"from the Worker"
            project.run("--offline", "kv", "key", "put", "greeting", "again", "--binding", "STORE")
            assert session.get("/kv/greeting") == (200, "again")
            project.run("queues", "send", "jobs", '{"text": "by hand"}', "--local")
            wait_until(lambda: session.get("/kv/message") == (200, "by hand"))
            check_workflows(project)


def check_workflows(project):
    started = project.json("workflows", "trigger", "orders", '{"count": 2}', "--id", "first", "--local")
    assert started["id"] == "first", started

    def state():
        return project.json("workflows", "instances", "describe", "orders", "first", "--local")

    wait_until(lambda: state()["status"] == "waiting")
    listed = project.json("workflows", "instances", "list", "orders", "--local")
    assert [(item["id"], item["status"]) for item in listed] == [("first", "waiting")], listed
    assert any(event["type"] == "step_completed" for event in state()["steps"]), state()
    project.run("workflows", "instances", "send-event", "orders", "first", "--type", "paid", "--payload", '{"by": "Ada"}', "--local")
    wait_until(lambda: state()["status"] == "complete")
    assert state()["output"] == {"cents": 700, "by": "Ada"}, state()
    project.json("workflows", "trigger", "orders", '{"count": 1}', "--id", "second", "--local")
    project.run("workflows", "instances", "terminate", "orders", "second", "--local")
    wait_until(lambda: project.json("workflows", "instances", "describe", "orders", "second", "--local")["status"] == "terminated")
    project.run("workflows", "instances", "describe", "orders", "third", "--local", status=1)
    assert "no instance `third`" in project.errors, project.errors


def said(project, name):
    results = project.json("do", "query", "ROOMS", name, "--command", "SELECT words FROM said ORDER BY id")
    return [row["words"] for row in results[0]["results"]]


def names(project, *more):
    return {item["class"]: [entry["name"] for entry in item["objects"]] for item in project.json("do", "list", *more)}


def check_objects_alone(project):
    assert names(project) == {"Room": ["hall", "lobby"], "Old": ["attic"]}, names(project)
    assert said(project, "lobby") == ["hello", "by hand"]
    listed = project.json("do", "list", "ROOMS")[0]
    lobby = next(item["id"] for item in listed["objects"] if item["name"] == "lobby")
    assert said(project, lobby) == ["hello", "by hand"]
    (project.root / "more.sql").write_text("INSERT INTO said (words) VALUES ('one; two'); SELECT count(*) AS n, x'0102' AS b FROM said;")
    results = project.json("do", "query", "Room", "lobby", "--file", "more.sql")
    assert results[1]["results"] == [{"n": 3, "b": [1, 2]}] and results[0]["meta"]["rows_written"] > 0, results
    project.run("do", "query", "ROOMS", "lobby", "--command", "DELETE FROM said; SELECT * FROM nowhere", status=1)
    assert "no such table: nowhere" in project.errors, project.errors
    assert said(project, "lobby") == ["hello", "by hand", "one; two"]
    project.run("do", "query", "OLD", "attic", "--command", "SELECT 1", status=1)
    assert "the class `Old` keeps its data as keys and values, not in SQLite" in project.errors, project.errors
    project.run("do", "query", "ROOMS", "nobody", "--command", "SELECT 1", status=1)
    assert "no object `nobody` of `Room` has data here" in project.errors, project.errors
    project.run("do", "delete", "OLD", "attic")
    project.run("do", "delete", "ROOMS", "--all")
    assert names(project) == {"Room": [], "Old": []}, names(project)


def test_objects_beside_a_running_worker_and_alone(pyw):
    with Project(pyw) as project:
        with DevSession(pyw, project.root) as session:
            session.ready()
            for path in ("/say/lobby/hello", "/say/hall/echo", "/old/attic/dust"):
                assert session.get(path)[0] == 200, path
            project.run("do", "query", "ROOMS", "lobby", "--command", "INSERT INTO said (words) VALUES ('by hand')")
            assert said(project, "lobby") == ["hello", "by hand"]
            assert names(project, "ROOMS") == {"Room": ["hall", "lobby"]}, names(project)
            assert json.loads(session.get("/say/hall/now")[1]) == ["now", "echo", "now"]
            project.run("do", "delete", "ROOMS", "hall")
            assert names(project, "ROOMS") == {"Room": ["lobby"]}, names(project)
            # It begins anew: also what it kept in memory, and its tables, are as in the beginning.
            assert json.loads(session.get("/say/hall/again")[1]) == ["then", "again"]
            # Due while no Worker runs.
            session.get(f"/remind/hall/{int(time.time() * 1000) + 500}")
            session.stop()
        time_due = time.time() + 1
        while time.time() < time_due:
            assert said(project, "hall") == ["again"]
        with DevSession(pyw, project.root) as session:
            session.ready()
            wait_until(lambda: said(project, "hall") == ["again", "alarm"])
            session.stop()
        check_objects_alone(project)


JAVASCRIPT = """import { DurableObject } from "cloudflare:workers";
export class Room extends DurableObject {
  async say(words) { await this.ctx.storage.put("words", words); return new Response(words); }
}
export class Old {  // as classes were before RPC
  constructor(state) { this.state = state; }
  async fetch(request) { await this.state.storage.put("url", request.url); return new Response("kept"); }
}
export default {
  async fetch(request, env) {
    if (request.url.endsWith("/old")) return await env.OLD.get(env.OLD.idFromName("attic")).fetch(request);
    return await env.ROOMS.get(env.ROOMS.idFromName("lobby")).say("hello");
  },
};
"""


def test_objects_of_a_worker_in_javascript_are_listed_beside_it_and_asked_alone(pyw):
    with Project(pyw) as project:
        settings = json.loads(WRANGLER)
        for kind in ("workflows", "queues"):
            del settings[kind]
        settings.update(main="src/entry.js", compatibility_flags=[])
        (project.root / "wrangler.jsonc").write_text(json.dumps(settings))
        (project.root / "src/entry.js").write_text(JAVASCRIPT)
        with DevSession(pyw, project.root) as session:
            session.ready()
            assert session.get("/") == (200, "hello")
            assert session.get("/old") == (200, "kept")
            unnamed = {"Room": [None], "Old": [None]}  # by which name an object was called, only our guest tells
            assert names(project) == unnamed, names(project)
            for arguments in (("query", "ROOMS", "lobby", "--command", "SELECT 1 AS one"), ("delete", "ROOMS", "lobby"),
                              ("delete", "OLD", "attic")):
                project.run("do", *arguments, status=1)
                assert "a running Worker in JavaScript cannot be asked for its objects: end it first" in project.errors, project.errors
            assert names(project) == unnamed, "nothing was changed"
            session.stop()
        assert project.json("do", "query", "ROOMS", "lobby", "--command", "SELECT 1 AS one")[0]["results"] == [{"one": 1}]
        project.run("do", "delete", "OLD", "attic")
        assert names(project) == {"Room": [None], "Old": []}, names(project)


def visits(project):
    sql = "SELECT index1, blob1, blob2, double1, double2, blob20, _sample_interval FROM visits ORDER BY timestamp, index1"
    return [list(row.values()) for row in project.json("analytics", "query", "--command", sql)[0]["results"]]


def test_data_points_are_kept_and_read(pyw):
    def point(who):
        return [who, "page", "\u8336", 2, 0.25, "", 1]

    with Project(pyw) as project:
        assert [item["points"] for item in project.json("analytics", "list")] == [0, 0]
        with DevSession(pyw, project.root) as session:
            session.ready()
            session.get("/visit/ada")
            wait_until(lambda: project.json("analytics", "list")[0]["points"] == 1)
            assert visits(project) == [point("ada")], visits(project)
            session.process.kill()
        with DevSession(pyw, project.root) as session:
            session.ready()
            session.get("/visit/bob")
            wait_until(lambda: len(visits(project)) == 2)
            session.stop()
        assert visits(project) == [point("ada"), point("bob")], visits(project)
        recent = "SELECT count(*) AS n FROM visits WHERE timestamp > datetime('now', '-1 hour')"
        assert project.json("analytics", "query", "--command", recent)[0]["results"] == [{"n": 2}]
        project.run("analytics", "query", "--command", "DELETE FROM visits", status=1)
        assert "data points can be read only" in project.errors, project.errors
        assert project.json("analytics", "list") == [{"binding": "VISITS", "dataset": "visits", "points": 2},
                                                     {"binding": "UNUSED", "dataset": "UNUSED", "points": 0}]


def test_queues_need_the_worker(pyw):
    with Project(pyw) as project:
        project.run("queues", "send", "jobs", "{}", "--local", status=1)
        assert "no `pyw dev` runs" in project.errors, project.errors


def test_many_at_once_take_turns(pyw):
    with Project(pyw) as project:
        errors = []

        def put(number):
            try:
                project.run("kv", "key", "put", f"k{number}", str(number), "--binding", "STORE")
            except AssertionError as problem:
                errors.append(problem)

        threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert not errors, errors
        assert len(project.json("kv", "key", "list", "--binding", "STORE")) == 4


# The files that wrangler 4 makes for these resources (seen 2026-11-21): an object's name is a hash of the class's key and
# of the resource's.
OF_WRANGLER = {
    "kv/miniflare-KVNamespaceObject/14d3d80f03ccff69c3ab2c530af0d6265b8fc5233d1539807d52f70fdb725479.sqlite":
        "SELECT key FROM _mf_entries",
    "r2/miniflare-R2BucketObject/f94ebab5e3ffccac3dc781425472bd4ed8d96f277d73cecd8b9600d8b42d1a06.sqlite":
        "SELECT key FROM _mf_objects",
    "d1/miniflare-D1DatabaseObject/c917712ba74c5102d69ecf1555a42fe4d03ba423fee62c633ac82b645ae953eb.sqlite":
        "SELECT name FROM teas",
}


def test_a_state_folder_of_wrangler_is_kept_as_wrangler_keeps_it(pyw):
    with Project(pyw) as project:
        config = project.root / "wrangler.jsonc"
        config.write_text(config.read_text().replace(
            '"database_name": "shop"', '"database_name": "shop", "database_id": "11111111-1111-1111-1111-111111111111"'))
        (project.root / "schema.sql").write_text("CREATE TABLE teas (name TEXT); INSERT INTO teas VALUES ('sencha')")
        place = ["--persist-to", ".wrangler/state"]
        project.run("kv", "key", "put", "sencha", "green", "--binding", "STORE", *place)
        project.run("r2", "object", "put", "photos/sencha", "--file", "schema.sql", *place)
        project.run("d1", "execute", "DB", "--file", "schema.sql", *place)
        state = project.root / ".wrangler/state/v3"
        for name, question in OF_WRANGLER.items():
            assert (state / name).exists(), [str(path) for path in state.rglob("*.sqlite")]
            with contextlib.closing(sqlite3.connect(state / name)) as database:
                assert database.execute(question).fetchall() == [("sencha",)], name
        assert list((state / "kv/store-id/blobs").iterdir()), "the values lie beside"
        with DevSession(project.pyw, project.root, *place) as session:
            session.ready()
            assert session.get("/kv/sencha") == (200, "green")
            assert json.loads(session.get("/rows")[1]) == ["sencha"]
            assert (state / "pyw-queues").is_dir() and (state / "pyw-workflows").is_dir()
            assert not (state / "queues").exists() and not (state / "workflows").exists()


if __name__ == "__main__":
    main(globals())
