"""A project made by `pyw init` needs no settings: `pyw types`, and mypy, pyright and basedpyright find no error in it,
whatever way they are started; and `pyw types --setup` gives the same to a project that has its own files already."""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import checkers

# Needs packages from the index, which `pyw sync` installs: tests/integration/sync has that.
WITH_PACKAGES = {"django", "fastapi", "image", "langchain", "sync-http-clients"}


def run(pyw, folder, *arguments):
    done = subprocess.run([str(pyw), *arguments], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (arguments, done.stdout[-2000:], done.stderr[-2000:])
    return done


def errors_in(environment, folder):
    """What any checker calls an error, started as people start them."""
    found = []
    for arguments in ([], ["src/entry.py"]):
        found += [line for line in environment.mypy(folder, *arguments).splitlines() if ": error:" in line]
    found += [each["message"] for each in environment.pyright(folder) if each["severity"] != "information"]
    based = subprocess.run([environment.python, "-m", "basedpyright", "--level", "error", "--outputjson"], cwd=folder,
                           capture_output=True, text=True, timeout=300)
    found += [each["message"] for each in json.loads(based.stdout)["generalDiagnostics"]]
    return found


def test_template(pyw, environment, root, name):
    run(pyw, root, "init", name, "--template", name, "--no-sync")
    folder = root / name
    settings = (folder / "pyproject.toml").read_text()
    (folder / "python_modules").mkdir(exist_ok=True)  # as many packages bring it, for mypy to stop at
    (folder / "python_modules/typing_extensions.py").write_text("from typing import *\n")
    run(pyw, folder, "types")
    assert (folder / ".pyw/types/js/__init__.pyi").is_file() and (folder / ".pyw/wrangler.schema.json").is_file()
    assert not errors_in(environment, folder), (name, errors_in(environment, folder))
    run(pyw, folder, "types", "--setup")  # the template has all of it
    assert (folder / "pyproject.toml").read_text() == settings, name
    entry = folder / "src/entry.py"  # and the checkers do read the types
    entry.write_text(entry.read_text() + "\n\nasync def wrong(worker: Default) -> None:\n    worker.env.NO_SUCH_BINDING\n")
    assert any("NO_SUCH_BINDING" in error for error in errors_in(environment, folder)), name


def test_setup(pyw, environment, root):
    folder = root / "own"
    run(pyw, root, "init", "own", "--template", "kv", "--no-sync")
    before = ('# ours\n[project]\nname = "own" # the name\nversion = "1"\nrequires-python = ">=3.13"\n\n'
              '[tool.mypy]\nstrict = false # for now\n\n[tool.other]\nx = 1\n')
    (folder / "pyproject.toml").write_text(before)
    (folder / ".vscode/settings.json").write_text('// mine\n{\n  "editor.rulers": [120], // wide\n}\n')
    (folder / ".gitignore").write_text("*.log")
    run(pyw, folder, "types", "--setup")
    after = (folder / "pyproject.toml").read_text()
    positions = [after.index(line + "\n") for line in before.splitlines() if line]
    assert positions == sorted(positions), after
    assert re.search(r"strict = false # for now\npython_version", after) and "[tool.pyright]" in after, after
    vscode = (folder / ".vscode/settings.json").read_text()
    assert vscode.startswith("// mine\n{\n") and "// wide" in vscode and "json.schemas" in vscode, vscode
    assert (folder / ".gitignore").read_text() == "*.log\n/.pyw/\n"
    run(pyw, folder, "types", "--setup")
    assert (folder / "pyproject.toml").read_text() == after and (folder / ".vscode/settings.json").read_text() == vscode
    assert not errors_in(environment, folder), errors_in(environment, folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=pathlib.Path)
    parser.add_argument("--environment", type=pathlib.Path, default=checkers.ROOT / "build/tools/checkers")
    parser.add_argument("templates", nargs="*")
    options = parser.parse_args()
    pyw = options.pyw.resolve()
    os.environ.pop("VIRTUAL_ENV", None)
    os.environ["NO_COLOR"] = "1"
    environment = checkers.install(options.environment.resolve())
    root = pathlib.Path(tempfile.mkdtemp(prefix="pyw-type-templates-")).resolve()
    # The SDK is not installed where a project has no environment.
    away = root / "sdk"
    (environment.packages / "workers").rename(away)
    try:
        listed = json.loads(run(pyw, root, "init", "--list", "--json").stdout)
        names = options.templates or [each["name"] for each in listed if each["name"] not in WITH_PACKAGES]
        for name in names:
            test_template(pyw, environment, root, name)
        test_setup(pyw, environment, root)
        print(f"{len(names) + 1} passed, 0 failed")
    finally:
        away.rename(environment.packages / "workers")
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
