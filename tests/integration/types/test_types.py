"""`pyw types` as users meet it: written, up to date, stale, into an environment; and its stubs before both checkers.

The checkers are installed by pip, pinned (checkers.txt).
"""
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
    assert "async def add(self, by: int = ..., /) -> int: ..." in env, env
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


def test_checkers(pyw, folder):
    environment = checkers.install(checkers.ROOT / "build/tools/checkers")
    run(pyw, folder, "--outdir", str(environment.packages))
    for source, expected in ((ENTRY, 0), (WRONG, 2)):
        (folder / "src/entry.py").write_text(source)
        said = environment.mypy(folder, "--strict", "--python-version", "3.13", "src/entry.py")
        assert said.count(": error:") == expected, said


def test_named_classes(pyw, root):
    """Every class can be imported, whatever the bindings; the AI models' shapes where the code names one."""
    environment = checkers.install(checkers.ROOT / "build/tools/checkers")
    folder = root / "named"
    folder.mkdir()
    (folder / "wrangler.json").write_text('{"name": "named", "main": "entry.py", "compatibility_date": "2026-04-01", '
                                          '"compatibility_flags": ["python_workers"]}')
    env = environment.packages / "js-stubs/__init__.pyi"
    (folder / "entry.py").write_text("from js import URL\n\nreveal_type(URL.new('a').href)\n")
    run(pyw, folder, "--outdir", str(environment.packages))
    (folder / "entry.py").write_text("from js import StreamBinding\n\ndef f(s: StreamBinding) -> None:\n"
                                     "    reveal_type(s.video('a').id)\n")
    assert "_globals_ai" not in env.read_text(), env.read_text()
    said = environment.mypy(folder, "--strict", "--python-version", "3.13", "entry.py")
    assert ": error:" not in said and '"str"' in said.replace("builtins.", ""), said


def test_stubs_are_clean(pyw, root):
    """The stubs themselves, of a project that has every kind of binding, under both checkers at their strictest."""
    environment = checkers.install(checkers.ROOT / "build/tools/checkers")
    data = checkers.ROOT / "tests/data/types"
    folder = root / "strict"
    (folder / "src").mkdir(parents=True)
    shutil.copy(data / "wrangler.jsonc", folder)
    shutil.copy(data / "entry.py", folder / "src")
    run(pyw, folder, "--outdir", str(environment.packages))
    packages = sorted(path.name for path in environment.packages.glob("*-stubs"))
    assert packages == ["asgi-stubs", "js-stubs", "pyodide-stubs", "workers-stubs"], packages
    for package in packages:
        shutil.copytree(environment.packages / package, folder / "stubs" / package.removesuffix("-stubs"))
        for stub in (folder / "stubs").rglob("*.pyi"):
            text = stub.read_text()
            assert not re.search(r"^# *(mypy|pyright|type):", text, re.M), f"{stub} has a setting for the whole file"
            assert not re.search(r"(type|pyright): ignore\s*$", text, re.M), f"{stub} ignores whatever there is on a line"
    (folder / "mypy.ini").write_text("[mypy]\nstrict = True\npython_version = 3.13\nmypy_path = stubs\n")
    said = environment.mypy(folder / "stubs", "--config-file", "../mypy.ini", "--explicit-package-bases", ".")
    assert ": error:" not in said, said[-3000:]
    (folder / "pyrightconfig.json").write_text(json.dumps({
        "include": ["stubs"], "extraPaths": ["stubs"], "pythonVersion": "3.13", "typeCheckingMode": "strict",
        "reportMissingModuleSource": False, "reportPrivateUsage": False}))
    errors = [f"{each['file']}:{each['range']['start']['line'] + 1}: {each['message']}"
              for each in environment.pyright(folder, "-p", str(folder)) if each["severity"] == "error"]
    assert not errors, errors[:10]


def test_watch(pyw, folder):
    """Types follow the configuration: waits for the file to change, however long that takes."""
    written = folder / "watched/js-stubs/__init__.pyi"
    config = folder / "wrangler.json"
    watching = subprocess.Popen([str(pyw), "types", "--watch", "--outdir", "watched"], cwd=folder,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        assert "Wrote the types" in watching.stderr.readline()
        for value in ("first", "second"):
            config.write_text(re.sub(r'"GREETING": "\w+"', f'"GREETING": "{value}"', config.read_text()))
            assert "Wrote the types" in watching.stderr.readline()
            assert f'GREETING: Literal["{value}"]' in written.read_text()
        good = config.read_text()
        config.write_text(good.replace("{", "", 1))
        assert "error" in watching.stderr.readline()
        config.write_text(good.replace("second", "third"))
        while "Wrote the types" not in watching.stderr.readline():
            assert watching.poll() is None
        assert 'GREETING: Literal["third"]' in written.read_text()
    finally:
        watching.kill()
        watching.wait()


FAKE_UV = """#!/bin/sh
case "$1" in
  --version) echo "uv 99.1.2"; exit ;;
  venv) mkdir -p "$4/lib/python$3/site-packages"; echo > "$4/pyvenv.cfg" ;;
  pip) [ -z "$FAIL" ] || { echo "error: no such package" >&2; exit 2; } ;;
esac
echo "$*" >> "$LOG"
"""


def test_venv(pyw, root):
    """An environment on request: what uv is asked for, that the stubs go there, and that one that is there stays."""
    folder, log, uv = root / "venv-project", root / "uv.log", root / "uv"
    (folder / "src").mkdir(parents=True)
    (folder / "src/entry.py").write_text(ENTRY)
    (folder / "wrangler.json").write_text(json.dumps(WRANGLER))
    (folder / "pyproject.toml").write_text('[project]\nname = "v"\nversion = "1"\ndependencies = ["fastapi>=0.1"]\n')
    uv.write_text(FAKE_UV)
    uv.chmod(0o755)
    environment = dict(os.environ, PYW_UV=str(uv), LOG=str(log), PYW_CACHE_DIR=os.environ.get("PYW_CACHE_DIR", ""))
    if not environment["PYW_CACHE_DIR"]:
        del environment["PYW_CACHE_DIR"]

    def make(expect=0, **more):
        log.write_text("")
        done = subprocess.run([str(pyw), "types", "--venv"], cwd=folder, capture_output=True, text=True, timeout=300,
                              env={**environment, **more})
        assert done.returncode == expect, (done.returncode, done.stderr)
        return done, log.read_text().splitlines()

    venv = folder / ".venv"
    _, asked = make()
    assert asked == [f"venv --python 3.13 {venv}", f"pip install --python {venv} fastapi>=0.1 workers-runtime-sdk"], asked
    assert (venv / "lib/python3.13/site-packages/js-stubs/__init__.pyi").is_file()
    (folder / "pylock.toml").write_text('lock-version = "1.0"\ncreated-by = "uv"\n[[packages]]\nname = "fastapi"\nversion = "0.116.1"\n')
    _, asked = make()
    assert asked == [f"pip install --python {venv} fastapi==0.116.1"], asked
    done, _ = make(expect=1, FAIL="1")
    assert "no such package" in done.stderr, done.stderr


def test_dated(pyw, root):
    """The pinned workerd's declarations for the project's date and flags; asked once for each."""
    folder = root / "dated"
    (folder / "src").mkdir(parents=True)
    (folder / "src/entry.py").write_text(ENTRY)
    config = {**WRANGLER, "compatibility_date": "2022-01-01"}

    def globals_with(flags):
        (folder / "wrangler.json").write_text(json.dumps({**config, "compatibility_flags": ["python_workers", *flags]}))
        first = run(pyw, folder, "--dated", "--outdir", "out")
        again = run(pyw, folder, "--dated", "--outdir", "out", "--check")
        assert "asking workerd" not in again.stderr, again.stderr
        return (folder / "out/js-stubs/_globals.pyi").read_text(), first

    old, _ = globals_with([])
    flagged, _ = globals_with(["global_navigator"])
    assert "navigator:" not in old and "navigator:" in flagged
    (folder / "wrangler.json").write_text(json.dumps({**config, "compatibility_flags": ["python_workers", "no_such_flag"]}))
    done = run(pyw, folder, "--dated", "--outdir", "out", expect=1)
    assert "No such compatibility flag: no_such_flag" in done.stderr, done.stderr


AUTH = """import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
export class Room extends DurableObject { join(name, silent = false) { return 1; } }
export default class extends WorkerEntrypoint {
  /** @param {string} token
   *  @returns {Promise<string[] | null>} */
  async roles(token) { return null; }
}
"""
ADMIN = """import { WorkerEntrypoint } from "cloudflare:workers";
import type { Kind, Mail, Person, User } from "./types";
export class Admin extends WorkerEntrypoint<Env> {
  async ban(user: string, ...days: number[]): Promise<boolean> { return true; }
  async find(kind: Kind, ids: number[]): Promise<User | null> { return null; }
  async add(user: User, picture?: Uint8Array): Promise<Date> { return new Date(); }
}
export class People extends WorkerEntrypoint<Env> {
  static make(): People { throw 1; }
  count = 0;
  get size(): number { return 1; }
  set size(value: number) {}
  async save(user: Person, options: { loud?: boolean } = {}): Promise<Person | null> { return user; }
  async all(people: Partial<Person>[], by: keyof Person): Promise<Person[]> { return []; }
}
export class Mails extends WorkflowEntrypoint<Env, Mail> {
  async run(event: Readonly<WorkflowEvent<Mail>>, step: WorkflowStep) {}
}
"""
ADMIN_TYPES = """export type Kind = "name" | "mail";
export interface User { name: string; seen: Date }
export interface Named { readonly name: string }
export interface Person extends Named { age?: number; boss?: Person; mails: Mail[] }
export type Mail = { to: string[] };
"""
FRONT = """from datetime import datetime
from typing import Any, Literal, NotRequired, TypedDict

from workers import Request, Response, WorkerEntrypoint


class Mine(TypedDict):
    name: Literal["m"]
    age: int
    boss: NotRequired[Any]
    mails: list[Any]


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(await self.env.AUTH.roles("t"))
        reveal_type(await self.env.ADMIN.ban("u", 1, 2))
        await self.env.ROOM.getByName("r").join("me")
        user = await self.env.ADMIN.find("name", [1, 2])
        if user is not None:
            print(user["name"], user.name)
        ids: list[int] = []
        await self.env.ADMIN.find("mail", ids)
        reveal_type(await self.env.ADMIN.add({"name": "x", "seen": datetime.now()}, b"x"))
        user.name  # E
        if user is not None:
            reveal_type((user.seen, user["seen"]))
            user.sex  # E
            user["sex"]  # E
            await self.env.ADMIN.add(user)
        await self.env.ADMIN.find("phone", [1])  # E
        await self.env.ADMIN.find("name", ("a",))  # E
        await self.env.ADMIN.add("x")  # E
        people = self.env.PEOPLE
        boss = await people.save({"name": "x", "mails": [{"to": ["y"]}]}, loud=True)
        await people.save({"name": "x", "age": 3, "boss": {"name": "b", "mails": []}, "mails": []}, {"loud": True})
        if boss is not None:
            if boss.boss is not None:
                print(boss.boss.mails[0].to[0].upper(), boss["boss"])
            as_dict: dict[str, Any] = dict(boss)
            await people.save(as_dict)  # E
            await self.env.KV.put("k", "v", as_dict)  # E
            await people.save(boss, **as_dict)
            await self.env.KV.put("k", "v", **as_dict)
            await people.save(boss)
            await people.all([boss, {"age": 1}, {}], "name")
        mine: Mine = {"name": "m", "age": 1, "mails": []}
        await people.save(mine)
        await people.save({"name": 1, "mails": []})  # E
        await people.save({"name": "x"})  # E
        await people.save({"name": "x", "mails": [], "agee": 1})  # E
        await people.save({"name": "x", "mails": [{"to": "y"}]})  # E
        await people.save({"name": "x", "mails": []}, quiet=True)  # E
        await people.all([], "sex")  # E
        people.make()  # E
        people.size = 3  # E
        people.count  # E
        await self.env.ELSEWHERE.anything(1)
        made = await self.env.MAILS.create(id="m", params={"to": ["x"]})
        reveal_type(made.id)
        await self.env.AWAY.create(params=1)
        await self.env.MAILS.create(params={"to": "x"})  # E
        await self.env.MAILS.create(params=1)  # E
        await self.env.MAILS.create(parms={"to": ["x"]})  # E
        await self.env.AUTH.roles()  # E
        await self.env.AUTH.roles(3)  # E
        await self.env.AUTH.rolls("t")  # E
        await self.env.ADMIN.ban("u", "x")  # E
        await self.env.ROOM.getByName("r").join()  # E
        return Response("")
"""


def test_other_workers(pyw, root):
    """Bindings to Workers in JavaScript and TypeScript that lie beside the project: their methods, and no others."""
    environment = checkers.install(checkers.ROOT / "build/tools/checkers")
    for name, config, source, text in (
            ("auth", 'name = "auth-service"\nmain = "index.js"\n', "index.js", AUTH),
            ("admin", 'name = "admin"\nmain = "src/index.ts"\n', "src/index.ts", ADMIN),
            ("broken", 'name = "admin', "index.js", "")):
        (root / "pair" / name / source).parent.mkdir(parents=True)
        (root / "pair" / name / source).write_text(text)
        (root / "pair" / name / "wrangler.toml").write_text(config + 'compatibility_date = "2026-04-01"\n')
    (root / "pair/admin/src/types.ts").write_text(ADMIN_TYPES)
    folder = root / "pair" / "front"
    folder.mkdir()
    (folder / "entry.py").write_text(FRONT)
    (folder / "wrangler.json").write_text(json.dumps({
        "name": "front", "main": "entry.py", "compatibility_date": "2026-04-01", "compatibility_flags": ["python_workers"],
        "kv_namespaces": [{"binding": "KV", "id": "1"}],
        "services": [{"binding": "AUTH", "service": "auth-service"}, {"binding": "ADMIN", "service": "admin", "entrypoint": "Admin"},
                     {"binding": "PEOPLE", "service": "admin", "entrypoint": "People"},
                     {"binding": "ELSEWHERE", "service": "not-here"}],
        "durable_objects": {"bindings": [{"name": "ROOM", "class_name": "Room", "script_name": "auth-service"}]},
        "workflows": [{"binding": "MAILS", "name": "mails", "class_name": "Mails", "script_name": "admin"},
                      {"binding": "AWAY", "name": "away", "class_name": "Away", "script_name": "not-here"}]}))
    run(pyw, folder, "--outdir", str(environment.packages))
    said = environment.mypy(folder, "--strict", "--python-version", "3.13", "entry.py")
    wanted = {number for number, line in enumerate(FRONT.splitlines(), 1) if line.endswith("# E")}
    errors = {int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line}
    assert errors == wanted, said
    (folder / "pyrightconfig.json").write_text(json.dumps({
        "pythonVersion": "3.13", "venvPath": str(environment.folder.parent), "venv": environment.folder.name}))
    by_pyright = {each["range"]["start"]["line"] + 1 for each in environment.pyright(folder, "-p", str(folder))
                  if each["severity"] == "error"}
    assert by_pyright == wanted, by_pyright ^ wanted
    for revealed in ("list[str] | None", "bool", "datetime.datetime", "str", "tuple[datetime.datetime, datetime.datetime]"):
        assert f'"{revealed}"' in said.replace("builtins.", ""), said
    watch_other_worker(pyw, folder, root / "pair/auth/index.js")


def watch_other_worker(pyw, folder, source):
    """`--watch` sees what happens to the code of the Workers that the bindings name."""
    watching = subprocess.Popen([str(pyw), "types", "--watch", "--outdir", "watched"], cwd=folder,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        assert "Wrote the types" in watching.stderr.readline()
        source.write_text(source.read_text().replace("roles(token)", "rights(token)"))
        assert "Wrote the types" in watching.stderr.readline()
        stub = (folder / "watched/js-stubs/__init__.pyi").read_text()
        assert "def rights(" in stub and "def roles(" not in stub, stub
    finally:
        watching.kill()
        watching.wait()


def python_313():
    """A Python 3.13 of this machine, also of a version manager that keeps it out of PATH; None where there is none."""
    places = [shutil.which("python3.13"), *sorted(pathlib.Path.home().glob(".pyenv/versions/3.13*/bin/python3.13"))]
    for place in filter(None, places):
        if subprocess.run([place, "-c", ""], capture_output=True).returncode == 0:
            return pathlib.Path(place)
    return None


def test_venv_with_real_uv(pyw, root):
    """The user's uv settings and index: the environment has the packages and the types, and mypy in it sees both."""
    folder = root / "real-venv"
    (folder / "src").mkdir(parents=True)
    (folder / "src/entry.py").write_text(ENTRY + "\n\nimport idna\n\nreveal_type(idna.encode(\"a\"))\n")
    (folder / "wrangler.json").write_text(json.dumps(WRANGLER))
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "v"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["idna==3.10"]\n')
    environment = dict(os.environ)
    venv, python = folder / ".venv", python_313()
    if python:
        environment["PATH"] = f"{python.parent}:{environment['PATH']}"
    else:  # uv would fetch one, from a place that not every machine reaches: an environment that is there stays
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)

    def make():
        done = subprocess.run([str(pyw), "types", "--venv"], cwd=folder, capture_output=True, text=True, timeout=300, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stderr

    make()
    configuration = (venv / "pyvenv.cfg").read_text()
    assert not python or "3.13" in configuration, configuration
    packages = next((venv / "lib").glob("python3*/site-packages"))
    for name in ("idna", "workers", "js-stubs", "workers-stubs"):
        assert (packages / name).is_dir(), f"no {name} in {sorted(path.name for path in packages.iterdir())}"
    said = checkers.install(checkers.ROOT / "build/tools/checkers").mypy(
        folder, "--strict", "--python-version", "3.13", "--python-executable", str(venv / "bin/python3"), "src/entry.py")
    assert ": error:" not in said and 'Revealed type is "bytes"' in said.replace("builtins.", ""), said
    make()
    assert (venv / "pyvenv.cfg").read_text() == configuration


def test_pyproject_schema(pyw, root):
    """[tool.pyw] gets a schema of its own where it is the configuration; settings that are there stay."""
    folder = root / "tool-pyw"
    (folder / "src").mkdir(parents=True)
    (folder / "src/entry.py").write_text(ENTRY)
    table = {key: value for key, value in WRANGLER.items() if isinstance(value, (str, list)) and key != "kv_namespaces"}
    (folder / "pyproject.toml").write_text("[tool.pyw]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items()
                                                                   if key != "migrations"))
    settings = folder / ".vscode/settings.json"
    settings.parent.mkdir()
    settings.write_text('{\n  // mine\n  "evenBetterToml.schema.associations": {\n    ".*/wrangler\\\\.toml$": "./.pyw/wrangler.schema.json"'
                        '\n  },\n}\n')
    run(pyw, folder, "--setup")
    text = settings.read_text()
    assert "// mine" in text and r'".*/pyproject\\.toml$": "./.pyw/pyproject.schema.json"' in text, text
    schema = json.loads((folder / ".pyw/pyproject.schema.json").read_text())
    ours = schema["properties"]["tool"]["properties"]["pyw"]
    references = set(re.findall(r"#/definitions/(\w+)", json.dumps(schema)))
    assert "compatibility_date" in json.dumps(ours["properties"]) and references <= set(schema["definitions"]), references
    run(pyw, folder, "--setup")
    assert settings.read_text() == text


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
        test_watch(pyw, folder)
        test_dated(pyw, root)
        test_other_workers(pyw, root)
        test_venv(pyw, root)
        test_venv_with_real_uv(pyw, root)
        test_pyproject_schema(pyw, root)
        test_checkers(pyw, folder)
        test_named_classes(pyw, root)
        test_stubs_are_clean(pyw, root)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print("types: ok")


if __name__ == "__main__":
    sys.exit(main())
