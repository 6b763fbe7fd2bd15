#!/usr/bin/env python3
"""Measures what docs/performance.md shows. Nothing here asserts a time; people read the numbers.

    bench/run.py [--pyw PROGRAM] [--runs N] [NAME …]
"""
import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "bench")]
from deploy import DeployBench  # noqa: E402
from dev_session import DevSession  # noqa: E402

FASTAPI_ENTRY = """import asgi
import httpx
import msgpack
from fastapi import FastAPI
from pydantic import BaseModel
from workers import WorkerEntrypoint

app = FastAPI()


class Item(BaseModel):
    name: str
    price: float


@app.get("/")
async def root():
    return {"packed": msgpack.packb({"a": 1}).hex()}


@app.post("/items")
async def items(item: Item):
    return {"name": item.name, "total": item.price * 2}


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return await asgi.fetch(app, request.js_object, self.env)
"""
HELLO_ENTRY = """from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("hello")
"""


def make_project(folder, entry, dependencies):
    (folder / "src").mkdir(parents=True)
    (folder / "src/entry.py").write_text(entry)
    listed = ", ".join(f'"{name}"' for name in dependencies)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "bench"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = [{listed}]\n')
    (folder / "wrangler.toml").write_text(
        'name = "bench"\nmain = "src/entry.py"\ncompatibility_date = "2026-10-01"\n'
        'compatibility_flags = ["python_workers"]\n')
    return folder


class Bench:
    def __init__(self, pyw, runs, folder, wrangler):
        self.pyw = pyw
        self.wrangler = wrangler
        self.runs = runs
        self.folder = folder
        self.results = []

    def report(self, name, what, seconds, goal=""):
        row = {"name": name, "what": what, "runs": len(seconds), "goal": goal,
               "min_ms": min(seconds) * 1000, "median_ms": statistics.median(seconds) * 1000,
               "max_ms": max(seconds) * 1000}
        self.results.append(row)
        print(f"{name:12} {what:58} {row['min_ms']:9.1f} {row['median_ms']:9.1f} {row['max_ms']:9.1f} ms  {goal}",
              flush=True)

    def timed(self, argv, **options):
        started = time.perf_counter()
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        return time.perf_counter() - started

    def fastapi(self):
        project = self.folder / "fastapi"
        if not project.exists():
            make_project(project, FASTAPI_ENTRY, ["fastapi", "httpx", "msgpack"])
            subprocess.run([self.pyw, "-q", "sync"], cwd=project, check=True)
        return project

    def hello(self):
        project = self.folder / "hello"
        if not project.exists():
            make_project(project, HELLO_ENTRY, [])
            subprocess.run([self.pyw, "-q", "sync"], cwd=project, check=True)
        return project

    # --- What is measured ---

    def control(self):
        """How fast this machine is today: 13 ms where the facts of shared/facts/snapshot.md were measured."""
        workerd = subprocess.run([self.pyw, "toolchain", "path", "workerd"], capture_output=True, text=True,
                                 check=True).stdout.strip()
        config = self.folder / "control.capnp"
        config.write_text(
            'using Workerd = import "/workerd/workerd.capnp";\n'
            'const config :Workerd.Config = (services = [(name = "main", worker = (modules = [(name = "main.js",\n'
            '  esModule = "export default { fetch() { return new Response() } }")], compatibilityDate = "2026-10-01"))],\n'
            '  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);\n')
        times = []
        for _ in range(21):
            reader, writer = os.pipe()
            started = time.perf_counter()
            process = subprocess.Popen([workerd, "serve", config, f"--control-fd={writer}"], pass_fds=(writer,))
            os.close(writer)
            os.read(reader, 1)
            times.append(time.perf_counter() - started)
            process.kill()
            process.wait()
            os.close(reader)
        self.report("control", "workerd with an empty Worker listens", times, "13 ms on the facts' machine")

    def version(self):
        self.report("version", "pyw --version", [self.timed([self.pyw, "--version"]) for _ in range(50)], "goal 5 ms")

    def sync_idle(self):
        project = self.fastapi()
        self.report("sync-idle", "pyw sync, nothing to do",
                    [self.timed([self.pyw, "sync"], cwd=project) for _ in range(30)], "goal 10 ms")

    def sync_warm(self):
        project = self.fastapi()
        ours, theirs = [], []
        python = self.answering_python()
        for _ in range(self.runs):  # interleaved, so that both see the same machine
            ours.append(self.timed([self.pyw, "sync", "--force"], cwd=project))
            theirs.append(self.uv_alone(project, python))
        self.report("sync-warm", "pyw sync --force", ours, "at most 0.1 s over uv alone")
        self.report("sync-warm", "uv pip compile + uv pip install --target", theirs)

    def answering_python(self):
        """pyw under the name python3.14 answers uv's question about the interpreter."""
        prefix = self.folder / "prefix/bin"
        prefix.mkdir(parents=True, exist_ok=True)
        link = prefix / "python3.14"
        if not link.exists():
            link.symlink_to(self.pyw)
        return link

    def uv_alone(self, project, python):
        uv = shutil.which("uv") or subprocess.run(
            [self.pyw, "toolchain", "path", "uv"], capture_output=True, text=True, check=True).stdout.strip()
        with tempfile.TemporaryDirectory() as name:
            target = pathlib.Path(name)
            requirements = target / "requirements.in"
            requirements.write_text("fastapi\nhttpx\nmsgpack\nworkers-runtime-sdk\n")
            common = ["--python", str(python), "--only-binary", ":all:", "-q"]
            started = time.perf_counter()
            subprocess.run([uv, "pip", "compile", str(requirements), *common, "--no-header",
                            "-o", str(target / "pylock.toml")], check=True, cwd=project)
            subprocess.run([uv, "pip", "install", "-r", str(target / "pylock.toml"), *common, "--preview-features",
                            "pylock", "--target", str(target / "tree")], check=True, cwd=project)
            return time.perf_counter() - started

    def start_once(self, project, path, expected, *arguments):
        started = time.perf_counter()
        with DevSession(self.pyw, project, *arguments) as session:
            session.ready()
            status, text = session.get(path)
            took = time.perf_counter() - started
            assert (status, text) == (200, expected), (status, text)
            session.stop()
        return took

    def build_snapshots(self, project):
        subprocess.run([self.pyw, "-q", "snapshot", "build"], cwd=project, check=True, stdout=subprocess.DEVNULL)

    @contextlib.contextmanager
    def base_snapshot_only(self, project):
        """As when a project is started for the first time: none of its own, none of its packages."""
        told = subprocess.run([self.pyw, "snapshot", "info", "--json"], cwd=project, capture_output=True, check=True)
        files = [pathlib.Path(layer["file"]) for layer in json.loads(told.stdout)["layers"] if layer["layer"] != "base"]
        for file in files:
            file.rename(file.with_suffix(".aside"))
        yield
        for file in files:
            file.with_suffix(".aside").rename(file)

    def start(self):
        for label, project, expected in (
            ("hello", self.hello(), "hello"),
            ("FastAPI", self.fastapi(), '{"packed":"81a16101"}'),
        ):
            self.start_once(project, "/", expected, "--no-snapshot")  # fills the byte code cache
            self.build_snapshots(project)
            fresh, first, restored = [], [], []
            for _ in range(self.runs):
                fresh.append(self.start_once(project, "/", expected, "--no-snapshot"))
                restored.append(self.start_once(project, "/", expected))
                with self.base_snapshot_only(project):
                    first.append(self.start_once(project, "/", expected))
            self.report("start", f"pyw dev to first answer, {label}, no snapshot", fresh,
                        "goal 1500 ms" if label == "FastAPI" else "")
            self.report("start", f"pyw dev to first answer, {label}, first start (base snapshot)", first)
            self.report("start", f"pyw dev to first answer, {label}, restored", restored)

    def reload(self):
        project = self.hello()
        self.build_snapshots(project)
        for label, arguments in (("no snapshot", ["--no-snapshot"]), ("packages restored", [])):
            times = []
            with DevSession(self.pyw, project, *arguments) as session:
                session.ready()
                for number in range(self.runs * 2):
                    session.wait_for_standby()
                    entry = HELLO_ENTRY.replace('"hello"', f'"{label} {number}"')
                    (project / "src/entry.py").write_text(entry)
                    started = time.perf_counter()
                    assert session.get() == (200, f"{label} {number}")
                    times.append(time.perf_counter() - started)
                session.stop()
            self.report("reload", f"hello: save to the new answer, {label}", times)
        (project / "src/entry.py").write_text(HELLO_ENTRY)

    def ends(self):
        """How long it takes to serve again after workerd was killed, and to end everything on SIGTERM."""
        for label, project, path in (("hello", self.hello(), "/"), ("FastAPI", self.fastapi(), "/")):
            self.build_snapshots(project)
            again, stopped = [], []
            for _ in range(self.runs):
                with DevSession(self.pyw, project) as session:
                    session.ready()
                    session.wait_for_standby()
                    killed = session.serving_pid()
                    started = time.perf_counter()
                    os.kill(killed, signal.SIGKILL)
                    while session.get(path)[0] != 200 or session.serving_pid() == killed:
                        pass
                    again.append(time.perf_counter() - started)
                    started = time.perf_counter()
                    session.stop(signal.SIGTERM)
                    stopped.append(time.perf_counter() - started)
            self.report("ends", f"{label}: workerd killed, to the next good answer", again, "goal 500 ms")
            self.report("ends", f"{label}: SIGTERM, until all has ended", stopped, "goal 1000 ms")

    def stubs(self):
        import stubs
        folder = self.folder / "stubs"
        folder.mkdir()
        rows, memory = stubs.measure(self.pyw, self.runs, folder)
        for what, seconds, goal in rows + stubs.measure_checkers(self.pyw, self.runs, folder):
            self.report("stubs", what, seconds, goal)
        self.results.append({"name": "stubs", "what": "memory of pyw types", "megabytes": memory, "goal": "60 MB"})
        print(f"{'stubs':12} {'memory of pyw types':58} {memory:9.1f} MB  goal 60 MB", flush=True)

    def deploy(self):
        folder = self.folder / "deploy"
        folder.mkdir()
        DeployBench(self.pyw, folder, lambda label, seconds, goal: self.report("deploy", label, seconds, goal),
                    lambda line: print(f"{'deploy':12} {line}", flush=True)).run(self.runs, self.wrangler)

    def size(self):
        stripped = self.folder / "stripped"
        subprocess.run(["strip", "-o", stripped, self.pyw], check=True)
        size = stripped.stat().st_size
        self.results.append({"name": "size", "what": "stripped binary", "bytes": size, "goal": "10 MB"})
        print(f"{'size':12} {'stripped binary':58} {size / 1e6:9.2f} MB  goal 10 MB", flush=True)


def main():
    names = ["control", "version", "sync-idle", "sync-warm", "start", "reload", "ends", "stubs", "deploy", "size"]
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=pathlib.Path, default=ROOT / "build/release/pyw")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--wrangler", default="", help="`node … cli.js`, to compare deployments with")
    parser.add_argument("names", nargs="*", choices=[[], *names])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pyw-bench-") as folder:
        bench = Bench(given.pyw.resolve(), given.runs, pathlib.Path(folder), shlex.split(given.wrangler))
        print(f"{platform.machine()}, {os.cpu_count()} cores, {datetime.date.today()}; min, median, max")
        for name in given.names or names:
            getattr(bench, name.replace("-", "_"))()
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/bench.json").write_text(json.dumps(bench.results, indent=1))


if __name__ == "__main__":
    main()
