#!/usr/bin/env python3
"""Data written by wrangler is read by pyw, and the other way round: `--persist-to .wrangler/state`.

    tests/compat/share_with_wrangler.py --pyw build/release/pyw --wrangler FOLDER/node_modules/.bin/wrangler

Node has to be as new as that wrangler wants: `npm install wrangler node` has both, and --node names the program.
Where Node is older than the newest wrangler wants, an older wrangler will do with the workerd that pyw has:
workerd upgrades a folder's bookkeeping in place, and an older one than the last that wrote does not start on it.
"""
import argparse
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from dev_session import DevSession  # noqa: E402

CONFIG = """{
  "name": "shared",
  "main": "src/entry.py",
  "compatibility_date": "2026-04-01",
  "compatibility_flags": ["python_workers"],
  "kv_namespaces": [{ "binding": "STORE", "id": "store-id" }],
  "r2_buckets": [{ "binding": "BUCKET", "bucket_name": "photos" }],
  "d1_databases": [
    { "binding": "DB", "database_name": "shop", "database_id": "11111111-1111-1111-1111-111111111111" },
    { "binding": "NAMELESS", "database_name": "other" }
  ],
  "durable_objects": { "bindings": [{ "name": "ROOMS", "class_name": "Room" }] },
  "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Room"] }]
}"""
PYPROJECT = '[project]\nname = "shared"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
ENTRY = """from workers import DurableObject, Response, WorkerEntrypoint

class Room(DurableObject):
    async def say(self, words):
        self.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS said (words TEXT)")
        self.ctx.storage.sql.exec("INSERT INTO said VALUES (?)", words)
        await self.ctx.storage.put("last", words)
        return [row.words for row in self.ctx.storage.sql.exec("SELECT words FROM said").toArray()]

    async def last(self):
        return await self.ctx.storage.get("last")

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.url.endswith("/room"):
            room = self.env.ROOMS.getByName("lobby")
            return Response.json([await room.last(), *await room.say("pyw")])
        value = await self.env.STORE.get("wrangler")
        photo = await self.env.BUCKET.get("wrangler.txt")
        teas = await self.env.DB.prepare("SELECT name FROM teas").all()
        others = await self.env.NAMELESS.prepare("SELECT name FROM teas").all()
        return Response.json([value, await photo.text(), *(row.name for row in [*teas.results, *others.results])])
"""
TWIN_KEYS = ("name", "compatibility_date", "durable_objects", "migrations")
# The same objects in a Worker that wrangler serves without Python.
TWIN = """import { DurableObject } from "cloudflare:workers";

export class Room extends DurableObject {
  async say(words) {
    const before = await this.ctx.storage.get("last");
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS said (words TEXT)");
    this.ctx.storage.sql.exec("INSERT INTO said VALUES (?)", words);
    await this.ctx.storage.put("last", words);
    return [before, ...this.ctx.storage.sql.exec("SELECT words FROM said").toArray().map((row) => row.words)];
  }
}

export default {
  async fetch(request, env) {
    return Response.json(await env.ROOMS.getByName("lobby").say("wrangler"));
  },
};
"""


def ask_wrangler(argv, environment):
    """-> what the twin's object says, under a `wrangler dev` of its own"""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with open("wrangler.log", "wb") as log:
        server = subprocess.Popen([*argv, "dev", "-c", "twin.jsonc", "--ip", "127.0.0.1", "--port", str(port), "--inspector-port", "0"],
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment},
                                  start_new_session=True)
    deadline = time.monotonic() + 90
    try:
        while True:
            with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
                return json.load(answer)
            assert server.poll() is None and time.monotonic() < deadline, pathlib.Path("wrangler.log").read_text()[-2000:]
            time.sleep(0.2)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def share_objects(pyw, wrangler, environment):
    """Alternating, each sees what the other said: rows and key-value data of one object."""
    state = ["--persist-to", ".wrangler/state"]
    assert ask_wrangler(wrangler, environment) == [None, "wrangler"]

    def ask_pyw():
        with DevSession(pyw, ".", *state) as session:
            status, text = session.ready().get("/room")
            session.stop()
            assert status == 200, text
            return json.loads(text)

    assert ask_pyw() == ["wrangler", "wrangler", "pyw"]
    assert ask_wrangler(wrangler, environment) == ["pyw", "wrangler", "pyw", "wrangler"]
    found = run([str(pyw)], ["do", "query", "ROOMS", "lobby", "--command", "SELECT count(*) AS n FROM said", "--json", *state], {})
    assert json.loads(found)[0]["results"] == [{"n": 3}], found


def run(argv, more=(), environment=None):
    result = subprocess.run([*argv, *more], capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    assert result.returncode == 0, (argv, more, result.stdout[-500:], result.stderr[-1500:])
    return result.stdout


def write_all(argv, who, where, environment):
    pathlib.Path("photo.txt").write_text(f"photo of {who}")
    run(argv, ["kv", "key", "put", who, f"value of {who}", "--binding", "STORE", *where], environment)
    run(argv, ["r2", "object", "put", f"photos/{who}.txt", "--file", "photo.txt", *where], environment)
    for database in ("DB", "NAMELESS"):
        run(argv, ["d1", "execute", database, *where, "--command",
                   f"CREATE TABLE IF NOT EXISTS teas (name TEXT); INSERT INTO teas VALUES ('{database} {who}')"], environment)


def check_all(argv, who, where, environment):
    assert f"value of {who}" in run(argv, ["kv", "key", "get", who, "--binding", "STORE", *where], environment)
    assert f"photo of {who}" in run(argv, ["r2", "object", "get", f"photos/{who}.txt", "--pipe", *where], environment)
    for database in ("DB", "NAMELESS"):
        assert f"{database} {who}" in run(
            argv, ["d1", "execute", database, *where, "--command", "SELECT name FROM teas"], environment)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--wrangler", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--node", help="the Node that runs wrangler")
    parser.add_argument("--workerd", help="the workerd that wrangler runs, in place of its own")
    options = parser.parse_args()
    quiet = {"WRANGLER_SEND_METRICS": "false", "CI": "1"}
    if options.workerd:
        quiet["MINIFLARE_WORKERD_PATH"] = options.workerd
    wrangler = ([*([options.node] if options.node else []), str(options.wrangler)], ["--local"], quiet)
    pyw = ([str(options.pyw)], ["--persist-to", ".wrangler/state"], {})
    with tempfile.TemporaryDirectory(prefix="pyw-share-") as folder, contextlib.chdir(folder):
        pathlib.Path("src").mkdir()
        for name, text in (("wrangler.jsonc", CONFIG), ("pyproject.toml", PYPROJECT), ("src/entry.py", ENTRY)):
            pathlib.Path(name).write_text(text)
        pathlib.Path("src/twin.js").write_text(TWIN)
        pathlib.Path("twin.jsonc").write_text(json.dumps({
            **{key: value for key, value in json.loads(CONFIG).items() if key in TWIN_KEYS}, "main": "src/twin.js"}))
        share_objects(options.pyw, wrangler[0], wrangler[2])
        write_all(wrangler[0], "wrangler", wrangler[1], wrangler[2])
        check_all(pyw[0], "wrangler", pyw[1], pyw[2])
        with DevSession(options.pyw, folder, *pyw[1]) as session:
            status, text = session.ready().get()
            assert status == 200 and "value of wrangler" in text and "NAMELESS wrangler" in text, text
        write_all(pyw[0], "pyw", pyw[1], pyw[2])
        check_all(wrangler[0], "pyw", wrangler[1], wrangler[2])
        check_all(wrangler[0], "wrangler", wrangler[1], wrangler[2])
    print("KV, R2, D1 and Durable Objects: what each writes the other reads")


if __name__ == "__main__":
    main()
