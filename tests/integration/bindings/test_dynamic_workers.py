#!/usr/bin/env python3
"""Workers in Python that a Worker in Python loads from text (`worker_loaders`)."""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession  # noqa: E402

CONFIG = {
    "name": "parent",
    "main": "src/entry.py",
    "compatibility_date": "2026-10-01",
    "compatibility_flags": ["python_workers"],
    "worker_loaders": [{"binding": "LOADER"}],
}
PYPROJECT = '[project]\nname = "parent"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
# POST /NAME loads the Worker that the body describes, once for each name, and asks it for its answer; POST /NAME/METHOD
# calls a method of its entrypoint `Tools` instead. An empty name: one that is loaded for this request alone.
PARENT = '''from urllib.parse import urlparse
from js import JSON
from pyodide.ffi import create_once_callable
from workers import Response, WorkerEntrypoint

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        name, _, method = urlparse(request.url).path[1:].partition("/")
        if request.method == "GET":
            return Response("the parent")
        definition = JSON.parse(await request.text())
        if name:
            worker = self.env.LOADER.get(name, create_once_callable(lambda: definition))
        else:
            worker = self.env.LOADER.load(definition)
        try:
            if method:
                tools = worker.getEntrypoint("Tools")
                return Response(JSON.stringify(await getattr(tools, method)(3, 4)))
            return await worker.getEntrypoint().fetch("http://loaded/path")
        except Exception as error:
            return Response(f"{type(error).__name__}: {error}", status=500)
'''
LOADED = '''import pathlib
import random
import helper
import js
from urllib.parse import urlparse
from workers import Response, WorkerEntrypoint, import_from_javascript

class Tools(WorkerEntrypoint):
    async def add(self, a, b):
        return {"sum": a + b, "greeting": self.env.GREETING}
    async def names(self, *_):
        return list(js.Object.keys(import_from_javascript("cloudflare:workers").env))
    async def out(self, *_):
        return await js.fetch("http://example.com/")
    async def broken(self, *_):
        return helper.broken()
    async def drawn(self, *_):
        return random.random()

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        text = pathlib.Path(__file__).parent.joinpath("notes/a.txt").read_text()
        return Response(f"{helper.greet(self.env.GREETING)} {urlparse(request.url).path} {text}")
'''
HELPER = 'def greet(greeting):\n    return f"{greeting} from a loaded Worker"\n\ndef broken():\n    raise KeyError("tea")\n'


def definition(entry=LOADED, **more):
    return {
        "compatibilityDate": "2026-04-01",
        "compatibilityFlags": ["python_workers"],
        "mainModule": "entry.py",
        "modules": {"entry.py": entry, "helper.py": {"py": HELPER}, "notes/a.txt": {"text": "a note"}},
        "env": {"GREETING": "hello"},
        "globalOutbound": None,
        **more,
    }


def ask(session, path, what):
    """-> (status, text)"""
    return session.get(path, "POST", json.dumps(what))


def start(pyw, folder, config=CONFIG, code=PARENT):
    root = pathlib.Path(folder)
    (root / config["main"]).parent.mkdir(exist_ok=True)
    (root / "wrangler.jsonc").write_text(json.dumps(config))
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / config["main"]).write_text(code)
    return DevSession(pyw, root)


def test_a_worker_from_text(pyw):
    with tempfile.TemporaryDirectory(prefix="pyw-dynamic-") as folder, start(pyw, folder) as session:
        session.ready()
        assert ask(session, "/one", definition()) == (200, "hello from a loaded Worker /path a note")
        # It is loaded once: another definition by the same name is not asked for.
        assert ask(session, "/one", {})[1] == "hello from a loaded Worker /path a note"
        assert ask(session, "/", definition(env={"GREETING": "hi"})) == (200, "hi from a loaded Worker /path a note")
        # Its named entrypoint, by RPC.
        assert ask(session, "/one/add", definition()) == (200, '{"sum":7,"greeting":"hello"}')
        # Nothing of ours is in its sight, and it draws its own random numbers.
        assert ask(session, "/one/names", definition()) == (200, '["GREETING"]')
        assert ask(session, "/one/drawn", definition())[1] != ask(session, "/two/drawn", definition())[1]
        # `globalOutbound: null`
        status, text = ask(session, "/one/out", definition())
        assert status == 500 and "not permitted to access the internet" in text, text
        # Errors reach the parent with the place in the loaded text, and both go on.
        status, text = ask(session, "/one/broken", definition())
        assert status == 500 and "KeyError: 'tea'" in text and 'helper.py", line 5' in text, text
        status, text = ask(session, "/syntax", definition("def broken(:\n    pass\n"))
        assert status == 500 and "SyntaxError" in text and 'entry.py", line 1' in text, text
        assert ask(session, "/one/add", definition())[0] == 200
        assert session.get() == (200, "the parent")
        session.stop()
        assert not session.has_told("error"), "taken for the parent's"


def test_handlers_of_old(pyw):
    """A date before classes were the way."""
    entry = "from workers import Response\nasync def on_fetch(request, env, ctx):\n    return Response(env.GREETING)\n"
    old = definition(entry, compatibilityDate="2025-01-01")
    with tempfile.TemporaryDirectory(prefix="pyw-dynamic-") as folder, start(pyw, folder) as session:
        session.ready()
        assert ask(session, "/old", old) == (200, "hello")
        new = definition(entry)
        status, text = ask(session, "/new", new)
        assert status == 500, "module handlers since 2025-08-14"


def test_the_snapshot_of_python_is_used(pyw):
    """Loaded Workers continue from the one of Python alone, where there is one."""
    with tempfile.TemporaryDirectory(prefix="pyw-dynamic-") as folder:
        with start(pyw, folder) as session:
            session.ready()
            session.stop()
        subprocess.run([pyw, "snapshot", "build"], cwd=folder, check=True, stderr=subprocess.DEVNULL)
        with start(pyw, folder) as session:
            session.ready()
            described = json.loads((pathlib.Path(folder) / ".pyw/run/dynamic.json").read_text())
            assert pathlib.Path(described["settings"]["snapshot"]).is_file()
            assert ask(session, "/one", definition()) == (200, "hello from a loaded Worker /path a note")
            session.stop()
            assert not session.has_told("log"), session.seen


if __name__ == "__main__":
    sys.exit(main(globals()))
