"""Bindings to an account's data under `pyw edge serve`: KV, D1, R2, rate limits, analytics, the cache; and the same data by
`pyw kv|d1|r2 --remote`. Real workerd and Pyodide.

usage: test_data.py --pyw PROGRAM [NAME …]
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

PYTHON = """import json
from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        env = self.env
        await env.KV.put("greeting", "hello")
        await env.DB.exec("CREATE TABLE IF NOT EXISTS visits (at TEXT)")
        await env.DB.prepare("INSERT INTO visits VALUES (?)").bind("now").run()
        counted = await env.DB.prepare("SELECT count(*) AS n FROM visits").first("n")
        await env.PHOTOS.put("a/b.txt", "an object")
        kept = await env.PHOTOS.get("a/b.txt")
        limited = await env.LIMIT.limit({"key": "one"})
        env.POINTS.writeDataPoint({"blobs": ["x"]})
        return Response(json.dumps({"kv": await env.KV.get("greeting"), "visits": counted, "r2": await kept.text(),
                                    "allowed": limited.success}))
"""
# Small and fast to start: what is asked for is in the path.
JAVASCRIPT = """const answers = {
  put: (env, key, value) => env.KV.put(key, value).then(() => "put"),
  get: (env, key) => env.KV.get(key),
  sql: async (env, text) => JSON.stringify((await env.DB.prepare(text).all()).results),
  store: (env, key, value) => env.PHOTOS.put(key, value).then(() => "stored"),
  fetch: async (env, key) => (await env.PHOTOS.get(key))?.text() ?? "nothing",
  cache: async (env, value) => {
    if (value) await caches.default.put("http://cached/x", new Response(value, { headers: { "cache-control": "max-age=60" } }));
    return (await caches.default.match("http://cached/x"))?.text() ?? "nothing";
  },
};
export default {
  async fetch(request, env) {
    const [what, ...words] = new URL(request.url).pathname.slice(1).split("/").map(decodeURIComponent);
    return new Response(await answers[what](env, ...words));
  },
};
"""


TYPES = {"kv_namespaces": ("kv_namespace", {"id": "namespace_id"}), "d1_databases": ("d1", {"database_id": "id"}),
         "r2_buckets": ("r2_bucket", {"bucket_name": "bucket_name"})}


def upload(server, token, configured, name="shop", **more):
    """The Worker above with bindings as the configuration has them. -> (status, text)"""
    bindings = [{"type": TYPES[section][0], "name": item["binding"], **{api: item[key] for key, api in TYPES[section][1].items()}}
                for section, items in configured.items() for item in items]
    return server.upload(token, name, JAVASCRIPT, bindings, **more)


def uploaded(*arguments, **named):
    status, text = upload(*arguments, **named)
    assert status == 200, text
    return json.loads(text)["result"]


def make_project_of(folder, configured):
    """For commands that take a binding's name."""
    folder.mkdir()
    (folder / "entry.py").write_text("")
    (folder / "wrangler.json").write_text(json.dumps({"name": "shop", "main": "entry.py", "compatibility_date": "2026-10-01",
                                                      "compatibility_flags": ["python_workers"], **configured}))
    return folder


def run(server, project, token, *arguments):
    done = server.run(project, token, *arguments)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def created(server, token, path, body):
    status, text = server.call("POST", f"/client/v4/accounts/{token['account_id']}{path}", token, json.dumps(body))
    assert status == 200, text
    return json.loads(text)["result"]


def make_stores(server, token):
    """-> the bindings"""
    namespace = created(server, token, "/storage/kv/namespaces", {"title": "cache"})["id"]
    database = created(server, token, "/d1/database", {"name": "shop-db"})["uuid"]
    created(server, token, "/r2/buckets", {"name": "photos"})
    return {"kv_namespaces": [{"binding": "KV", "id": namespace}],
            "d1_databases": [{"binding": "DB", "database_name": "shop-db", "database_id": database}],
            "r2_buckets": [{"binding": "PHOTOS", "bucket_name": "photos"}]}


def test_a_python_worker_has_its_stores(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            bindings = make_stores(server, token)
            bindings["ratelimits"] = [{"name": "LIMIT", "namespace_id": "7", "simple": {"limit": 1, "period": 60}}]
            bindings["analytics_engine_datasets"] = [{"binding": "POINTS", "dataset": "visits"}]
            (project / "wrangler.toml").unlink()
            (project / "wrangler.json").write_text(json.dumps(
                {"name": "shop", "main": "src/entry.py", "compatibility_date": "2026-10-01", "compatibility_flags": ["python_workers"], **bindings}))
            (project / "src/entry.py").write_text(PYTHON)
            done = server.deploy(project, token)
            assert done.returncode == 0, done.stderr
            first = json.loads(server.get()[1])
            assert first == {"kv": "hello", "visits": 1, "r2": "an object", "allowed": True}, first
            second = json.loads(server.get()[1])
            assert (second["visits"], second["allowed"]) == (2, False), second


def test_data_outlives_versions_restarts_and_kills(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            stores = make_stores(server, token)
            uploaded(server, token, stores)
            assert server.get("/put/a/one") == (200, "put")
            assert server.get("/sql/CREATE TABLE t (x)".replace(" ", "%20"))[0] == 200
            assert server.get("/sql/INSERT INTO t VALUES (1)".replace(" ", "%20"))[0] == 200
            assert server.get("/store/a%2Fb/object") == (200, "stored")
            assert server.get("/cache/kept") == (200, "kept")
            uploaded(server, token, stores)  # another version
            assert server.get("/get/a") == (200, "one")
            for pid in server.children():  # of the Worker, and of the stores
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: server.get("/get/a") == (200, "one"), "the stores are back")
            assert server.get("/fetch/a%2Fb") == (200, "object")
            server.process.kill()
            server.process.wait()
        with EdgeServer(pyw, root / "data") as server:
            assert server.get("/get/a") == (200, "one")
            assert server.get("/sql/SELECT x FROM t".replace(" ", "%20")) == (200, '[{"x":1}]')
            assert server.get("/fetch/a%2Fb") == (200, "object")
            assert server.get("/cache/") == (200, "kept")


def test_two_versions_at_once_and_two_workers_see_the_same_data(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            bindings = make_stores(server, token)
            project = make_project_of(root / "shop", bindings)
            uploaded(server, token, bindings)
            uploaded(server, token, bindings, "other")
            uploaded(server, token, bindings, versions=True)
            ids = [item["id"] for item in json.loads(run(server, project, token, "versions", "list", "--json"))]
            run(server, project, token, "versions", "deploy", f"{ids[0]}@50%", f"{ids[1]}@50%", "--yes")
            server.get("/sql/CREATE%20TABLE%20t%20(x%20INTEGER)")
            for number in range(20):
                key = {"Cloudflare-Workers-Version-Key": str(number)}
                assert server.get(f"/sql/INSERT%20INTO%20t%20VALUES%20({number})", headers=key)[0] == 200
            assert server.get("/sql/SELECT%20count(*)%20AS%20n%20FROM%20t", host="other.localhost") == (200, '[{"n":20}]')
            assert server.metric("pyw_edge_workers") == 3


def test_the_commands_and_the_workers_see_the_same(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            bindings = make_stores(server, token)
            project = make_project_of(root / "shop", bindings)
            uploaded(server, token, bindings)
            assert "cache" in run(server, project, token, "kv", "namespace", "list")
            run(server, project, token, "kv", "key", "put", "a/b ü", "by command", "--binding", "KV", "--remote")
            assert server.get("/get/a%2Fb%20%C3%BC") == (200, "by command")
            server.get("/put/second/2")
            assert run(server, project, token, "kv", "key", "get", "second", "--binding", "KV", "--remote").strip() == "2"
            listed = run(server, project, token, "kv", "key", "list", "--binding", "KV", "--remote")
            assert "second" in listed and "a/b ü" in listed, listed
            run(server, project, token, "d1", "execute", "DB", "--remote", "--command", "CREATE TABLE t (x); INSERT INTO t VALUES (5)")
            assert server.get("/sql/SELECT%20x%20FROM%20t") == (200, '[{"x":5}]')
            (root / "more.sql").write_text("INSERT INTO t VALUES (6);\nINSERT INTO t VALUES (7);\n")
            told = server.run(project, token, "d1", "execute", "DB", "--remote", "--yes", "--file", str(root / "more.sql"))
            assert told.returncode == 0 and "2 queries" in told.stdout + told.stderr, told
            assert server.get("/sql/SELECT%20count(*)%20AS%20n%20FROM%20t") == (200, '[{"n":3}]')
            (root / "bad.sql").write_text("INSERT INTO t VALUES (8);\nINSERT INTO nothing VALUES (7);\n")
            told = server.run(project, token, "d1", "execute", "DB", "--remote", "--yes", "--file", str(root / "bad.sql"))
            assert told.returncode == 1 and "nothing" in told.stderr, told
            assert server.get("/sql/SELECT%20count(*)%20AS%20n%20FROM%20t") == (200, '[{"n":3}]')
            run(server, project, token, "d1", "export", "DB", "--remote", "--output", str(root / "out.sql"))
            assert "INSERT INTO" in (root / "out.sql").read_text()
            (root / "a.png").write_bytes(bytes(range(256)) * 10000)
            run(server, project, token, "r2", "object", "put", "photos/a b/ü.png", "--file", str(root / "a.png"), "--remote")
            assert server.get("/store/small/text")[0] == 200
            run(server, project, token, "r2", "object", "get", "photos/a b/ü.png", "--file", str(root / "b.png"), "--remote")
            assert (root / "b.png").read_bytes() == (root / "a.png").read_bytes()
            refused = server.run(project, token, "r2", "bucket", "delete", "photos")
            assert refused.returncode == 1 and "not empty" in refused.stderr, refused
            for key in ("a b/ü.png", "small"):
                run(server, project, token, "r2", "object", "delete", f"photos/{key}", "--remote")
            run(server, project, token, "r2", "bucket", "delete", "photos")
            # A name that is created again begins empty.
            identity = bindings["kv_namespaces"][0]["id"]
            run(server, project, token, "kv", "namespace", "delete", "--namespace-id", identity, "--skip-confirmation")
            assert server.run(project, token, "kv", "key", "get", "second", "--namespace-id", identity, "--remote").returncode == 1
            assert server.get("/get/second")[1] != "2"


def test_accounts_have_their_own_data(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data") as server:
            one, two = server.token("--account", "one"), server.token("--account", "two")
            mine = make_stores(server, one)
            make_stores(server, two)
            uploaded(server, one, mine)
            server.get("/put/a/secret", host="shop.one.localhost")
            server.get("/store/a/secret", host="shop.one.localhost")
            # The other's id in a binding, and on all paths of the API, with the one token and with the other.
            status, text = upload(server, two, mine)
            assert status == 400 and "10041" in text, text
            namespace, database = mine["kv_namespaces"][0]["id"], mine["d1_databases"][0]["database_id"]
            for path, method, body in ((f"/storage/kv/namespaces/{namespace}/values/a", "GET", None),
                                       (f"/storage/kv/namespaces/{namespace}/keys", "GET", None),
                                       (f"/storage/kv/namespaces/{namespace}", "DELETE", None),
                                       (f"/d1/database/{database}/query", "POST", '{"sql":"SELECT 1"}')):
                assert server.call(method, f"/client/v4/accounts/{two['account_id']}{path}", two, body)[0] == 404, path
                assert server.call(method, f"/client/v4/accounts/{one['account_id']}{path}", two, body)[0] == 403, path
                assert server.call(method, f"/client/v4/accounts/{one['account_id']}{path}", None, body)[0] == 400, path
            # The bucket has the same name in both.
            theirs = f"/client/v4/accounts/{two['account_id']}/r2/buckets/photos/objects/a"
            assert server.call("GET", theirs, two)[0] == 404
            for traversal in (f"/client/v4/accounts/{two['account_id']}/storage/kv/namespaces/x/../{namespace}/values/a",
                              f"/client/v4/accounts/{two['account_id']}/r2/buckets/photos/objects/../../../../{one['account_id']}/r2/buckets/photos/objects/a"):
                assert server.call("GET", traversal, two)[0] == 404, traversal
            uploaded(server, two, {"r2_buckets": mine["r2_buckets"]})
            assert server.get("/fetch/a", host="shop.two.localhost") == (200, "nothing")
            assert server.get("/fetch/a", host="shop.one.localhost") == (200, "secret")


checks.main(globals())
