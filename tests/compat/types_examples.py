#!/usr/bin/env python3
"""What mypy and pyright say of the public examples of Python Workers with the types of `pyw types`; for docs/types.md.

    tests/compat/types_examples.py --pyw build/release/pyw --repository FOLDER [EXAMPLE …]

FOLDER is a copy of the public repository cloudflare/python-workers-examples; it is not changed. Each example is copied, gets its
packages (`pyw sync`: a network to the package registry) and `pyw types --setup`; then both checkers run at their default settings,
mypy with `--check-untyped-defs` as well, so that it reads functions without annotations.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration/types"))
import checkers  # noqa: E402


def findings(pyw, environment, folder):
    def run(*arguments):
        return subprocess.run([pyw, *arguments], cwd=folder, capture_output=True, text=True, timeout=600)
    has_packages = run("sync").returncode == 0
    typed = run("types", "--setup")
    assert typed.returncode == 0, typed.stderr
    said = [f"mypy: {line}" for line in environment.mypy(folder, "--check-untyped-defs", "src").splitlines()
            if ": error:" in line]
    for each in environment.pyright(folder):
        if each["severity"] == "error":
            path = os.path.relpath(each["file"], folder)
            said.append(f"pyright: {path}:{each['range']['start']['line'] + 1}: {each['message'].splitlines()[0]}")
    if not has_packages:  # Pyodide's own index is needed for some
        print("without its packages: ", end="")
        said = [line for line in said if "import-not-found" not in line and "could not be resolved" not in line]
    return said


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=pathlib.Path)
    parser.add_argument("--repository", required=True, type=pathlib.Path)
    parser.add_argument("examples", nargs="*")
    options = parser.parse_args()
    os.environ["NO_COLOR"] = "1"
    os.environ.pop("VIRTUAL_ENV", None)
    environment = checkers.install(ROOT / "build/tools/checkers")
    folders = sorted(path.parent for path in options.repository.resolve().rglob("wrangler.jsonc")
                     if (path.parent / "pyproject.toml").is_file())
    count = 0
    with tempfile.TemporaryDirectory(prefix="pyw-types-examples-") as root:
        for source in folders:
            name = source.relative_to(options.repository.resolve()).as_posix()
            if options.examples and name not in options.examples:
                continue
            folder = pathlib.Path(root).resolve() / name
            shutil.copytree(source, folder)
            found = findings(str(options.pyw.resolve()), environment, folder)
            count += len(found)
            print(f"{name}: {len(found) or 'nothing'}", *found, sep="\n    ", flush=True)
    print(f"{len(folders)} examples, {count} findings")


if __name__ == "__main__":
    main()
