#!/usr/bin/env python3
"""Data written by wrangler is read by pyw, and the other way round: `--persist-to .wrangler/state`.

    tests/compat/share_with_wrangler.py --pyw build/release/pyw --wrangler FOLDER/node_modules/.bin/wrangler

Where Node is older than the newest wrangler wants, an older wrangler will do with the workerd that pyw has:
workerd upgrades a folder's bookkeeping in place, and an older one than the last that wrote does not start on it.
"""
import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

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
  ]
}"""
PYPROJECT = '[project]\nname = "shared"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
ENTRY = """from workers import Response, WorkerEntrypoint

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        value = await self.env.STORE.get("wrangler")
        photo = await self.env.BUCKET.get("wrangler.txt")
        teas = await self.env.DB.prepare("SELECT name FROM teas").all()
        others = await self.env.NAMELESS.prepare("SELECT name FROM teas").all()
        return Response.json([value, await photo.text(), *(row.name for row in [*teas.results, *others.results])])
"""


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
    parser.add_argument("--workerd", help="the workerd that wrangler runs, in place of its own")
    options = parser.parse_args()
    quiet = {"WRANGLER_SEND_METRICS": "false", "CI": "1"}
    if options.workerd:
        quiet["MINIFLARE_WORKERD_PATH"] = options.workerd
    wrangler = ([str(options.wrangler)], ["--local"], quiet)
    pyw = ([str(options.pyw)], ["--persist-to", ".wrangler/state"], {})
    with tempfile.TemporaryDirectory(prefix="pyw-share-") as folder, contextlib.chdir(folder):
        pathlib.Path("src").mkdir()
        for name, text in (("wrangler.jsonc", CONFIG), ("pyproject.toml", PYPROJECT), ("src/entry.py", ENTRY)):
            pathlib.Path(name).write_text(text)
        write_all(wrangler[0], "wrangler", wrangler[1], wrangler[2])
        check_all(pyw[0], "wrangler", pyw[1], pyw[2])
        with DevSession(options.pyw, folder, *pyw[1]) as session:
            status, text = session.ready().get()
            assert status == 200 and "value of wrangler" in text and "NAMELESS wrangler" in text, text
        write_all(pyw[0], "pyw", pyw[1], pyw[2])
        check_all(wrangler[0], "pyw", wrangler[1], wrangler[2])
        check_all(wrangler[0], "wrangler", wrangler[1], wrangler[2])
    print("KV, R2 and D1: what each writes the other reads")


if __name__ == "__main__":
    main()
