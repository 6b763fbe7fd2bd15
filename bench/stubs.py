#!/usr/bin/env python3
"""How long `pyw types` takes, how much memory, and what its stubs cost a checker.

    bench/run.py stubs
    bench/stubs.py --pyw PROGRAM [--declarations index.d.ts] [--runs N]

cold     nothing cached: read, lower and write everything from declarations on disk   goal 100 ms
env      only the configuration changed: the lowered runtime comes from the cache     goal 15 ms
memory   the largest resident size                                                    goal 60 MB
checkers mypy and pyright on a Worker of 12 lines, nothing cached, against a `js`
         that is one line (`def __getattr__`), all else the same                      goal 1.3 x
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests/integration/types"))
sys.path.append(str(ROOT / "bench"))
from deploy import peak_memory  # noqa: E402

WORKER = '''from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        name = await self.env.KV.get("name")
        if name is None:
            return Response("nobody", status=404)
        print(name.upper())
        await self.env.KV.put("seen", "yes", expirationTtl=60)
        return Response(f"hello {name}")
'''
CONFIG = {"name": "bench", "main": "entry.py", "compatibility_date": "2026-04-01",
          "compatibility_flags": ["python_workers"], "kv_namespaces": [{"binding": "KV", "id": "1"}]}


def timed(command, folder, environment):
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def pinned_declarations(pyw, folder, environment):
    """Where the first run has put them: later ones must not look for them."""
    subprocess.run([str(pyw), "types", "--outdir", "out"], cwd=folder, env=environment, check=True, capture_output=True)
    found = sorted(pathlib.Path(environment["PYW_CACHE_DIR"]).rglob("index.d.ts"))
    assert found, "no index.d.ts in the cache"
    kept = folder / "declarations.d.ts"
    shutil.copy(next((path for path in found if "experimental" not in path.parts), found[0]), kept)
    return kept


def measure(pyw, runs, root, declarations=None):
    """[(what, seconds, goal)], and the memory in MB."""
    (root / "entry.py").write_text(WORKER)
    (root / "wrangler.json").write_text(json.dumps(CONFIG))
    environment = dict(os.environ, PYW_CACHE_DIR=str(root / "cache"), NO_COLOR="1")
    environment.pop("VIRTUAL_ENV", None)
    declarations = declarations or pinned_declarations(pyw, root, environment)
    command = [str(pyw), "types", "--declarations", str(declarations), "--outdir", "out"]
    cold, env = [], []
    for number in range(runs):
        shutil.rmtree(root / "cache", ignore_errors=True)
        shutil.rmtree(root / "out", ignore_errors=True)
        for seconds, value in ((cold, number), (env, number + 0.5)):
            (root / "wrangler.json").write_text(json.dumps({**CONFIG, "vars": {"N": value}}))
            seconds.append(timed(command, root, environment))
    shutil.rmtree(root / "cache", ignore_errors=True)
    memory = peak_memory(command, root, environment)
    return [("pyw types, nothing cached", cold, "goal 100 ms"), ("pyw types, only Env changed", env, "goal 15 ms")], memory


def measure_checkers(pyw, runs, root):
    """The same Worker before both checkers, with the stubs and with a `js` of one line, in turns."""
    import checkers
    environment = checkers.install(ROOT / "build/tools/checkers")
    project = root / "checked"
    project.mkdir()
    (project / "entry.py").write_text(WORKER)
    (project / "wrangler.json").write_text(json.dumps(CONFIG))
    (project / "pyrightconfig.json").write_text(json.dumps({"pythonVersion": "3.13", "venvPath":
                                                            str(environment.folder.parent), "venv": environment.folder.name}))
    subprocess.run([str(pyw), "types", "--outdir", str(environment.packages)], cwd=project, check=True, capture_output=True)
    stubs, ours = environment.packages / "js-stubs", root / "js-stubs"
    shutil.copytree(stubs, ours)
    times = {}
    for _ in range(runs):
        for kind in ("empty", "ours"):
            shutil.rmtree(stubs)
            if kind == "ours":
                shutil.copytree(ours, stubs)
            else:
                stubs.mkdir()
                (stubs / "__init__.pyi").write_text("from typing import Any\n\ndef __getattr__(name: str) -> Any: ...\n")
            for checker, run in (("mypy", lambda: environment.mypy(project, "--python-version", "3.13", "--cache-dir",
                                                                   os.devnull, "entry.py")),
                                 ("pyright", lambda: environment.pyright(project))):
                started = time.perf_counter()
                run()
                times.setdefault((checker, kind), []).append(time.perf_counter() - started)
    return [(f"{checker}, 12 lines, {'an empty js' if kind == 'empty' else 'our stubs'}", seconds,
             "" if kind == "empty" else f"{min(seconds) / min(times[checker, 'empty']):.2f} x, goal 1.3 x")
            for (checker, kind), seconds in sorted(times.items())]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=pathlib.Path)
    parser.add_argument("--declarations", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pyw-bench-stubs-") as folder:
        root = pathlib.Path(folder).resolve()
        declarations = options.declarations.resolve() if options.declarations else None
        rows, memory = measure(options.pyw.resolve(), options.runs, root, declarations)
        for what, seconds, goal in rows + measure_checkers(options.pyw.resolve(), options.runs, root):
            ordered = sorted(seconds)
            print(f"{what:40} min {ordered[0] * 1000:7.1f}  median {ordered[len(ordered) // 2] * 1000:7.1f}  "
                  f"max {ordered[-1] * 1000:7.1f} ms  {goal}", flush=True)
        print(f"{'memory':40} {memory:.1f} MB  goal 60 MB")


if __name__ == "__main__":
    main()
