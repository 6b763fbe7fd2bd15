#!/usr/bin/env python3
"""pyw against the production runtime on this machine, in turns: process start to the first correct answer, peak memory,
requests a second. Both run in the same workerd, both restore a dedicated snapshot.

    bench/production.py --source WORKERD_REPOSITORY [--pyw PROGRAM] [--runs N] [--rounds N] [hello|fastapi …]

The production runtime is in workerd but for one file, a bundle with Pyodide that workerd fetches when it first needs it.
Where it cannot be fetched, it is made here as the public recipe says: `--source` is a clone of cloudflare/workerd,
whose src/pyodide/helpers.bzl lists what is replaced in Pyodide's JavaScript; `npm pack` brings Pyodide, and `capnp`
(Debian package capnproto) writes the bundle. workerd takes it under the flag python_workers_development, without a
digest. wrk is needed for the rates.
"""
import argparse
import ast
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import time

from cold_start import ROOT, Variant, ask, compile_configuration, peak_memory, requests_a_second, row, start

# What the pinned workerd asks for; with another version it stops and names this one.
PYODIDE = "314.0.6"
FLAGS = ["python_workers", "python_workers_development"]
BUNDLE = """@0xbcc8f57c63814005;
using Modules = import "/workerd/jsg/modules.capnp";
const bundle :Modules.Bundle = (modules = [
  (name = "pyodideRuntime-internal:pyodide.asm", src = embed "pyodide.asm.mjs", type = internal),
  (name = "pyodideRuntime-internal:pyodide.asm.wasm", wasm = embed "pyodide.asm.wasm", type = internal),
  (name = "pyodideRuntime-internal:python_stdlib.zip", data = embed "python_stdlib.zip", type = internal),
]);
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", required=True, help="a clone of cloudflare/workerd")
    parser.add_argument("--pyw", type=pathlib.Path, default=ROOT / "build/release/pyw")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("names", nargs="*", default=["fastapi", "hello"])
    given = parser.parse_args()
    pyw = given.pyw.resolve()
    workerd = subprocess.run([pyw, "toolchain", "path", "workerd"], capture_output=True, text=True, check=True).stdout.strip()
    with tempfile.TemporaryDirectory(prefix="pyw-production-") as name:
        folder = pathlib.Path(name)
        bundles = make_bundle(given.source, folder / "bundle")
        for worker in given.names:
            variant = Variant(pyw, folder, worker, "dedicated")
            variant.compile(workerd)
            compare(workerd, {"pyw": ([], variant.compiled), "production": production(workerd, bundles, variant)},
                    variant, given)


def compare(workerd, commands, variant, given):
    taken = {name: [] for name in commands}
    for _ in range(given.runs):
        for name, command in commands.items():
            taken[name].append(first_answer(workerd, command, variant.expected))
    rates = rates_in_turns(workerd, commands, variant.expected, given.rounds) if shutil.which("wrk") else {}
    for name, runs in taken.items():
        label = f"{variant.name}, {name}"
        row(label, "first answer", [1000 * seconds for seconds, _ in runs])
        row(label, "peak memory", [size / 1e6 for _, size in runs], "MB")
        if name in rates:
            row(label, "steady", rates[name], "1/s")
    if rates:
        row(f"{variant.name}, ratio", "steady, of pairs", [ours / theirs for ours, theirs in zip(*rates.values())], "x")


# --- The production runtime ---

def make_bundle(source, folder):
    """-> a folder with the bundle under the name that workerd looks for."""
    folder.mkdir()
    packed = subprocess.run(["npm", "pack", f"pyodide@{PYODIDE}"], cwd=folder, capture_output=True, text=True, check=True)
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        for name in ("pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
            (folder / name).write_bytes(archive.extractfile(f"package/{name}").read())
    code = folder / "pyodide.asm.mjs"
    code.write_text(patched(code.read_text(), of_repository(source, "src/pyodide/helpers.bzl")))
    schema = folder / "include/workerd/jsg/modules.capnp"
    schema.parent.mkdir(parents=True)
    schema.write_text(of_repository(source, "src/workerd/jsg/modules.capnp"))
    (folder / "bundle.capnp").write_text(BUNDLE)
    with (folder / "pyodide_dev.capnp.bin").open("wb") as file:
        subprocess.run(["capnp", "eval", "-I", "include", "-I", "/usr/include", "bundle.capnp", "bundle", "-o", "binary"],
                       cwd=folder, stdout=file, check=True)
    return folder


def of_repository(source, path):
    return subprocess.run(["git", "-C", source, "show", f"HEAD:{path}"], capture_output=True, text=True, check=True).stdout


def patched(code, recipe):
    """Pyodide's JavaScript with the recipe's replacements. The pinned workerd is newer than the repository's last public
    state (2026-08-22): a module of its own has another name there, and one hook is an option of Emscripten's module."""
    lists = constants(recipe)
    for old, new in lists["_REPLACEMENTS_COMMON"] + lists["_REPLACEMENTS_COMMON_314"]:
        if "reportUndefinedSymbols" in old:
            code = re.sub(r"\breportUndefinedSymbols\(\)", "Module.reportUndefinedSymbolsNoOp()", code)
            continue
        new = new.replace("pyodide-internal:pool/builtin_wrappers", "pyodide-internal:builtin_wrappers")
        code = code.replace(old, new.replace("    reportUndefinedSymbolsPatched,\n", ""))
    return code


def constants(recipe):
    """The texts and lists of texts that a Starlark file names at its top; nothing of it is run."""
    values = {}

    def value_of(node):
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return values[node.id]
        if isinstance(node, ast.List):
            return [value_of(each) for each in node.elts]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return value_of(node.left) + value_of(node.right)
        raise ValueError(ast.dump(node))

    for statement in ast.parse(recipe).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id in (
                "_PRELUDE", "_REPLACEMENTS_COMMON", "_REPLACEMENTS_COMMON_314"):
            values[statement.targets[0].id] = value_of(statement.value)
    return values


def production(workerd, bundles, variant):
    """The same project for the production runtime, its dedicated snapshot saved: -> (options, configuration)"""
    folder = variant.root / "production"
    folder.mkdir()
    (folder / "config.capnp").write_text(configuration(variant.root))
    compiled = folder / "config.bin"
    compile_configuration(workerd, folder / "config.capnp", compiled)
    options = [f"--pyodide-bundle-disk-cache-dir={bundles}", f"--python-snapshot-dir={folder}"]
    first_answer(workerd, (options + ["--python-save-snapshot"], compiled), variant.expected)
    return options + ["--python-load-snapshot=snapshot.bin"], compiled


def configuration(root):
    modules = [(path.name, path) for path in (root / "src").glob("*.py")]
    modules += [(str(path.relative_to(root)), path) for path in sorted((root / "python_modules").rglob("*"))
                if path.is_file() and path.stat().st_size > 0 and "__pycache__" not in path.parts]
    kinds = {".py": "pythonModule", ".js": "esModule"}
    entries = [f'(name = "{name}", {kinds.get(path.suffix, "data")} = embed "{path}")' for name, path in modules]
    flags = ", ".join(f'"{flag}"' for flag in FLAGS)
    return ('using Workerd = import "/workerd/workerd.capnp";\n'
            'const config :Workerd.Config = (services = [(name = "main", worker = (compatibilityDate = "2026-10-01",\n'
            f'  compatibilityFlags = [{flags}], modules = [\n' + ",\n".join(entries) + "]))],\n"
            '  sockets = [(name = "http", address = "127.0.0.1:0", service = "main")]);\n')


# --- Both ---

def first_answer(workerd, command, expected):
    began = time.perf_counter()
    options, compiled = command
    port, process = start(workerd, compiled, *options)
    try:
        assert ask(port, "/") == (200, expected)
        return time.perf_counter() - began, peak_memory(process.pid)
    finally:
        process.kill()
        process.wait()


def rates_in_turns(workerd, commands, expected, rounds):
    running = {name: start(workerd, compiled, *options) for name, (options, compiled) in commands.items()}
    rates = {name: [] for name in commands}
    try:
        for port, _ in running.values():
            assert ask(port, "/") == (200, expected)
            requests_a_second(port, 4)
        for _ in range(rounds):
            for name, (port, _) in running.items():
                rates[name].append(requests_a_second(port, 2)[0])
    finally:
        for _, process in running.values():
            process.kill()
            process.wait()
    return rates


if __name__ == "__main__":
    main()
