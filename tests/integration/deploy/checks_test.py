"""Each check of the Python code before anything is sent: what it finds, where, that `--strict` stops and `--no-check` is silent, and
that right code is not complained about. And the file that `pyw auth login` leaves.

usage: checks_test.py PYW CASES_FOLDER
The two checks that want the runtime (syntax of the platform's own Python, the top level) are in syntax_test and target_extensions_test.
"""
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent.parent / "compat")]
from answers import answers
from api_server import Server, client_environment

failures = []
CONFIG = """name = "checked"
main = "src/entry.py"
compatibility_date = "2026-01-15"
compatibility_flags = ["python_workers"]
"""
ENTRY = """from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("hello")
"""
PYPROJECT = '[project]\nname = "checked"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi"]\n'
SDK = {"python_modules/workers/__init__.py": "", "python_modules/fastapi/__init__.py": ""}
OLD, NEW = 1_700_000_000, 1_800_000_000


def check(name, condition, detail=""):
    if not condition:
        failures.append(name)
        print(f"{name}: {detail}")


def case(name, said, files=None, config="", entry=ENTRY, times=None, quiet=False):
    """One project and what must be said of it: all of `said`. `quiet`: nothing may be."""
    return {"name": name, "said": said, "times": times or {}, "quiet": quiet,
            "files": {"wrangler.toml": CONFIG + config, "src/entry.py": entry, **(files or {})}}


SYNCED = {"pyproject.toml": PYPROJECT, "pylock.toml": "x", "python_modules/.synced": "x", **SDK}
BINDING = '\n[[durable_objects.bindings]]\nname = "ROOM"\nclass_name = "%s"\n[[migrations]]\ntag = "1"\nnew_sqlite_classes = ["%s"]\n'
WORKFLOW = '\n[[workflows]]\nname = "flow"\nbinding = "FLOW"\nclass_name = "%s"\n'
CASES = [
    case("right code", [], {**SYNCED, "src/helper.py": "import json\nimport fastapi\nfrom js import fetch\n", ".dev.vars": "KEY=long-secret-1\n"},
         config=BINDING % ("Default", "Default"), times={"python_modules/.synced": NEW}, quiet=True),
    case("an import that nothing answers", ["src/helper.py:2:8: warning", "nothing in the bundle is called `nowhere`", "uv add nowhere"],
         {"src/helper.py": "import json\nimport nowhere.deep\n"}),
    case("an import inside a function is not the top level's", [], {"src/helper.py": "def f():\n    import nowhere\n"}, quiet=True),
    case("a Durable Object's class", ["wrangler.toml:7:", "the binding `ROOM` names the class `Missing`, which `entry.py` does not define"],
         config=BINDING % ("Missing", "Missing")),
    case("a Workflow's class", ["wrangler.toml:", "names the class `Gone`, which `entry.py` does not define"], config=WORKFLOW % "Gone"),
    case("a class of another Worker", [], config=(BINDING % ("Missing", "Other")).replace('class_name = "Missing"',
         'class_name = "Missing"\nscript_name = "other"').split("[[migrations]]")[0], quiet=True),
    case("a native library of this machine", ["python_modules/numpy/core.so: warning", "for another machine"],
         {**SYNCED, "python_modules/numpy/core.so": b"\x7fELF\x02\x01"}, times={"python_modules/.synced": NEW}),
    case("a native library of the platform", [], {**SYNCED, "python_modules/numpy/core.so": b"\0asm\x01"},
         times={"python_modules/.synced": NEW}, quiet=True),
    case("a secret in a module", ["src/helper.py:2:8: warning", "the value of the secret `KEY` stands in this file"],
         {".dev.vars": "KEY=long-secret-1\nSHORT=ab\n", "src/helper.py": "x = 1\nKEY = 'long-secret-1'\nab = 2\n"}),
    case("a secret in a text file", ["src/page.html:1:4: warning"], {".dev.vars": "KEY=long-secret-1\n", "src/page.html": "<b>long-secret-1"}),
    case("never synced", ["pyproject.toml:", "the packages of pyproject.toml are not in `python_modules`"], {"pyproject.toml": PYPROJECT}),
    case("pyproject.toml is newer", ["pyproject.toml is newer than `python_modules`"], SYNCED,
         times={"python_modules/.synced": OLD, "pyproject.toml": NEW, "pylock.toml": OLD}),
    case("the lock is newer", ["pylock.toml is newer than `python_modules`"], SYNCED,
         times={"python_modules/.synced": OLD + 5, "pyproject.toml": OLD, "pylock.toml": NEW}),
    case("no SDK", ["lacks the SDK (workers-runtime-sdk)"], {k: v for k, v in SYNCED.items() if "/workers/" not in k},
         times={"python_modules/.synced": NEW}),
    case("too large", ["the bundle has 65.0 MiB", "the biggest parts:", "40.0 MiB  python_modules/big", "25.0 MiB  huge.bin"],
         {**SYNCED, "src/huge.bin": 25 << 20, "python_modules/big/a.bin": 40 << 20}, times={"python_modules/.synced": NEW}),
]


def make(root, wanted):
    for name, content in wanted["files"].items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, int):
            with file.open("wb") as out:
                out.truncate(content)
        else:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
    for name, when in wanted["times"].items():
        os.utime(root / name, (when, when))


def run(pyw, root, server, *arguments, stdin=""):
    home = root.parent / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run([pyw, *arguments], cwd=root, env=client_environment(server, home, os.environ), capture_output=True, text=True,
                          timeout=120, input=stdin)


def one_case(pyw, server, wanted):
    name = wanted["name"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        make(root, wanted)
        done = run(pyw, root, server, "deploy", "--dry-run")
        check(f"{name}: a warning", done.returncode == 0 and all(text in done.stderr for text in wanted["said"]), done.stderr)
        check(f"{name}: no secret is shown", "long-secret-1" not in done.stdout + done.stderr, done.stderr)
        if wanted["quiet"]:
            check(f"{name}: nothing is said", "warning" not in done.stderr, done.stderr)
        server.seen.clear()
        done = run(pyw, root, server, "deploy", "--strict")
        check(f"{name}: --strict", done.returncode == (0 if wanted["quiet"] else 1), done.stderr)
        check(f"{name}: --strict sends nothing", wanted["quiet"] or not server.seen, [s.path for s in server.seen])
        if not wanted["quiet"]:
            check(f"{name}: --strict says the same", all(text.replace("warning", "error") in done.stderr for text in wanted["said"]), done.stderr)
        done = run(pyw, root, server, "deploy", "--dry-run", "--strict", "--no-check")
        check(f"{name}: --no-check", done.returncode == 0 and "warning" not in done.stderr, done.stderr)


def stored_token(pyw, server, folder):
    token = "stored-token-0123456789"
    done = run(pyw, folder, server, "auth", "login", stdin=token + "\n")
    file = folder.parent / "home" / "config" / "pyw" / "api-token"
    check("auth login: stored", done.returncode == 0 and file.read_text().strip() == token, done.stderr)
    check("auth login: for its owner alone", stat.S_IMODE(file.stat().st_mode) == 0o600, oct(file.stat().st_mode))
    check("auth login: nothing beside it", [p.name for p in file.parent.iterdir()] == ["api-token"], list(file.parent.iterdir()))
    check("auth login: not shown", token not in done.stdout + done.stderr, done.stderr)
    file.chmod(0o644)
    done = run(pyw, folder, server, "auth", "login", stdin=token + "2\n")
    check("auth login: again, closed again", done.returncode == 0 and stat.S_IMODE(file.stat().st_mode) == 0o600, done.stderr)
    done = run(pyw, folder, server, "auth", "login", stdin=f" \t{token}\r\n\n")
    check("auth login: blanks around it do not count", done.returncode == 0 and file.read_text() == token + "\n", done.stderr)
    server.seen.clear()
    for bad in (f"{token} {token}", f"{token}\n{token}\n", f"CLOUDFLARE_API_TOKEN= {token}", f"{token[:9]}…", f"Bearer {token}"):
        done = run(pyw, folder, server, "auth", "login", stdin=bad)
        check(f"auth login: {bad!r} is refused", done.returncode == 1 and "has a character that no token has" in done.stderr, done.stderr)
        check(f"auth login: {bad!r} is not shown", token[:9] not in done.stdout + done.stderr, done.stderr)
    for empty in ("", " \n"):
        done = run(pyw, folder, server, "auth", "login", stdin=empty)
        check("auth login: nothing", done.returncode == 2 and "no token was given" in done.stderr, done.stderr)
    check("auth login: none of that is asked of the API", not server.seen, [s.path for s in server.seen])
    check("auth login: the good one stays", file.read_text() == token + "\n")
    run(pyw, folder, server, "auth", "logout")
    check("auth logout", not file.exists())


def empty_secret(pyw, server, folder):
    """Nothing at all (`< /dev/null`) is a slip: it would take the place of the value that works."""
    server.seen.clear()
    for command in (["secret", "put", "KEY"], ["versions", "secret", "put", "KEY"]):
        done = run(pyw, folder, server, *command, stdin="\n")
        check(f"{' '.join(command)}: nothing", done.returncode == 2 and "no value was given for the secret `KEY`" in done.stderr, done.stderr)
    check("an empty secret is not sent", not [s for s in server.seen if s.method != "GET"], [s.path for s in server.seen])


def main():
    pyw = sys.argv[1]
    server = Server(answers(True))
    for wanted in CASES:
        one_case(pyw, server, wanted)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(Path(sys.argv[2]) / "hello" / "project", project)
        stored_token(pyw, server, project)
        empty_secret(pyw, server, project)
    server.close()
    print(f"{len(failures)} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


sys.exit(main())
