"""`pyw types` as users meet it: written, up to date, stale, into an environment; and its stubs before both checkers.

The checkers are installed by pip and npm into a temporary folder; without them, or without a network, that part is
skipped and says so.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import venv

WRANGLER = {
    "name": "app", "main": "src/entry.py", "compatibility_date": "2026-04-01",
    "compatibility_flags": ["python_workers"], "vars": {"GREETING": "hello", "LIMITS": {"max": 3}},
    "kv_namespaces": [{"binding": "KV", "id": "1"}],
    "durable_objects": {"bindings": [{"name": "COUNTER", "class_name": "Counter"}]},
    "migrations": [{"tag": "v1", "new_sqlite_classes": ["Counter"]}],
}
ENTRY = '''from js import URL
from workers import DurableObject, Request, Response, WorkerEntrypoint


class Counter(DurableObject):
    async def add(self, by: int = 1) -> int:
        return by


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        text = await self.env.KV.get("k")
        stub = self.env.COUNTER.getByName("room")
        total: int = await stub.add(2)
        print(URL.new(request.url).pathname, total, self.env.LIMITS.max)
        return Response(text or self.env.GREETING)
'''
WRONG = ENTRY.replace("stub.add(2)", "stub.ad(2)").replace('KV.get("k")', 'KV.get(3)')


def run(pyw, folder, *arguments, expect=0):
    done = subprocess.run([str(pyw), "types", *arguments], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == expect, (arguments, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done


def make_project(root):
    folder = root / "app"
    (folder / "src").mkdir(parents=True)
    (folder / "wrangler.json").write_text(json.dumps(WRANGLER))
    (folder / ".dev.vars").write_text("TOKEN=secret\n")
    (folder / "src/entry.py").write_text(ENTRY)
    return folder


def test_writing(pyw, folder):
    run(pyw, folder, "--check", "--outdir", "typings", expect=1)
    run(pyw, folder, "--outdir", "typings")
    run(pyw, folder, "--check", "--outdir", "typings")
    env = (folder / "typings/js-stubs/__init__.pyi").read_text()
    assert 'GREETING: Literal["hello"]' in env and "TOKEN: str" in env and "secret" not in env, env
    assert "async def add(self, by: int = ...) -> int: ..." in env, env
    again = json.loads(run(pyw, folder, "--outdir", "typings", "--json").stdout)
    assert again["written"] == [] and again["unchanged"] > 10, again


def test_stale(pyw, folder):
    config = folder / "wrangler.json"
    config.write_text(config.read_text().replace("hello", "welcome"))
    stale = run(pyw, folder, "--check", "--outdir", "typings", expect=1)
    assert '+    GREETING: Literal["welcome"]' in stale.stdout, stale.stdout
    changed = json.loads(run(pyw, folder, "--outdir", "typings", "--json").stdout)
    assert [pathlib.Path(path).name for path in changed["written"]] == ["__init__.pyi"], changed


def test_environment(pyw, folder):
    packages = folder / ".venv/lib/python3.13/site-packages"
    packages.mkdir(parents=True)
    (folder / ".venv/pyvenv.cfg").write_text("home = /usr\n")
    run(pyw, folder)
    assert (packages / "js-stubs/__init__.pyi").exists() and (packages / "workers-stubs/__init__.pyi").exists()
    shutil.rmtree(folder / ".venv")


def test_report(pyw, folder):
    report = json.loads(run(pyw, folder, "--report", "--json").stdout)
    assert report["type_names"] - report["importable"] <= 5, report["importable"]
    assert report["unknown_syntax"] == [], report["unknown_syntax"]


def test_checkers(pyw, folder, root):
    environment = root / "checkers"
    venv.create(environment, with_pip=True)
    installed = subprocess.run([environment / "bin/pip", "install", "-q", "mypy==2.4.1", "workers-runtime-sdk==1.9.5"],
                               capture_output=True, text=True)
    if installed.returncode != 0:
        print("skipped: no checkers here:", installed.stderr.strip().splitlines()[-1:])
        return
    with_ffi = subprocess.run([environment / "bin/pip", "download", "-q", "--no-deps", "--python-version", "3.13",
                               "--only-binary=:all:", "pyodide-py==0.29.5", "-d", root], capture_output=True, text=True)
    if with_ffi.returncode != 0:
        print("skipped: no pyodide-py here")
        return
    packages = next((environment / "lib").glob("python*/site-packages"))
    for wheel in root.glob("pyodide_py*.whl"):
        shutil.unpack_archive(wheel, packages, "zip")
    run(pyw, folder, "--outdir", str(packages))
    for source, expected in ((ENTRY, 0), (WRONG, 2)):
        (folder / "src/entry.py").write_text(source)
        done = subprocess.run([environment / "bin/mypy", "--strict", "--python-version", "3.13", "src/entry.py"],
                              cwd=folder, capture_output=True, text=True)
        assert done.stdout.count(": error:") == expected, done.stdout + done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=pathlib.Path)
    pyw = parser.parse_args().pyw.resolve()
    os.environ.pop("VIRTUAL_ENV", None)
    os.environ["NO_COLOR"] = "1"
    root = pathlib.Path(tempfile.mkdtemp(prefix="pyw-types-"))
    try:
        folder = make_project(root)
        test_writing(pyw, folder)
        test_stale(pyw, folder)
        test_environment(pyw, folder)
        test_report(pyw, folder)
        test_checkers(pyw, folder, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print("types: ok")


if __name__ == "__main__":
    sys.exit(main())
