#!/usr/bin/env python3
"""Memory snapshots with real uv, real workerd and real Pyodide: what is restored is what would have run.

    test_snapshot.py --pyw PROGRAM [TEST …]

PYW_SNAPSHOT_PROGRAMS and PYW_SNAPSHOT_SEED say how many programs are generated, and from which seed on.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession  # noqa: E402
from programs import program  # noqa: E402

WRANGLER = """name = "under-test"
main = "src/entry.py"
compatibility_date = "{date}"
compatibility_flags = ["python_workers"]

[vars]
STAGE = "config"
"""
PYPROJECT = '[project]\nname = "under-test"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = []\n'
PYTHON_314 = "2026-10-01"
PYTHON_313 = "2025-11-01"
WORKER = """
class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response(answer())
"""
HEAD = "from workers import Response, WorkerEntrypoint\n"

PROGRAMS = int(os.environ.get("PYW_SNAPSHOT_PROGRAMS", "4"))
FIRST_SEED = int(os.environ.get("PYW_SNAPSHOT_SEED", "20261121"))


class Project:
    def __init__(self, pyw, entry, date=PYTHON_314):
        self.pyw = pyw
        self.folder = tempfile.TemporaryDirectory(prefix="pyw-snapshot-")
        self.root = pathlib.Path(self.folder.name)
        (self.root / "src").mkdir()
        (self.root / "wrangler.toml").write_text(WRANGLER.format(date=date))
        (self.root / "pyproject.toml").write_text(PYPROJECT)
        self.write(entry)
        self.run("-q", "sync")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def write(self, entry):
        (self.root / "src/entry.py").write_text(entry)

    def run(self, *arguments, code=0):
        done = subprocess.run([self.pyw, *arguments], cwd=self.root, capture_output=True, text=True)
        assert done.returncode == code, (done.returncode, done.stdout[-1500:], done.stderr[-3000:])
        return done.stdout

    def layers(self, *arguments, code=0):
        """The layers by name, as `pyw snapshot ARGUMENTS --json` tells them."""
        told = json.loads(self.run("snapshot", *arguments, "--json", code=code))
        return {layer["layer"]: layer for layer in told["layers"]}

    @property
    def file(self):
        return self.root / ".pyw/snapshots/dedicated.pywsnap"

    def answer(self, *arguments):
        with DevSession(self.pyw, self.root, *arguments) as session:
            session.ready()
            answer = session.get()
            session.stop()
        return answer


# At the top level of a snapshot's build the clock stands still, long ago: so it shows which one ran.
SHOWS_WHEN = HEAD + "import time\nsince = time.time()\ndef answer(): return str(since < 1600000000)\n" + WORKER


def test_the_top_level_runs_once_and_not_again_until_the_code_changes(pyw):
    with Project(pyw, SHOWS_WHEN) as project:
        built = project.layers("build")
        assert [layer["state"] for layer in built.values()] == ["ready"] * 3, built
        assert project.answer() == (200, "True")
        assert project.answer("--no-snapshot") == (200, "False")
        project.write(SHOWS_WHEN + "# changed\n")
        assert project.layers("info")["dedicated"]["state"] == "outdated"
        assert project.answer("--drain", "0")[1] == "False"


SHOWS_WHAT_WAS_THERE = HEAD + """
import random, secrets, sys, uuid
was_there = "fractions" in sys.modules
def answer(): return repr((was_there, [random.random(), secrets.token_hex(4), str(uuid.uuid4())]))
""" + WORKER


def test_the_first_start_of_a_project_continues_from_the_base_that_all_share(pyw):
    with Project(pyw, SHOWS_WHAT_WAS_THERE) as project:
        base = pathlib.Path(project.layers("build", "--layer", "base")["base"]["file"])
        (status, first), (_, again) = project.answer(), project.answer("--no-snapshot")
        assert status == 200 and eval(first)[0] is True and eval(again)[0] is False, (first, again)
        with Project(pyw, SHOWS_WHAT_WAS_THERE, date="2026-11-01") as other:
            assert eval(other.answer()[1])[1] != eval(first)[1]
            # Nothing of the project is in it: made anew for another date and its flags it is the same.
            before = base.read_bytes()
            assert other.layers("build", "--layer", "base", "--force")["base"]["file"] == str(base)
            assert base.read_bytes() == before


def test_python_3_13_is_restored_too(pyw):
    with Project(pyw, SHOWS_WHEN, date=PYTHON_313) as project:
        assert project.layers("build", "--layer", "base")["base"]["state"] == "ready"
        assert project.answer() == (200, "False")
        built = project.layers("build")
        assert built["dedicated"]["python"] == "3.13", built
        assert project.answer() == (200, "True")


def test_dev_makes_the_snapshots_beside_the_worker(pyw):
    with Project(pyw, SHOWS_WHEN) as project:
        with DevSession(pyw, project.root) as session:
            session.ready()
            assert session.get() == (200, "False")
            # Waits for the lock that the builder in the background holds, then finds nothing left to do.
            assert project.layers("build")["dedicated"]["state"] == "ready"
            session.stop()
        assert project.answer() == (200, "True")


RANDOM = HEAD + """
import js, os, random, secrets, tempfile, uuid
def answer():
    return repr([random.random(), os.urandom(4).hex(), str(uuid.uuid4()), secrets.token_hex(4), random.Random().random(),
                 random.SystemRandom().random(), next(tempfile._get_candidate_names()), js.crypto.randomUUID(),
                 js.Math.random()])
""" + WORKER


def test_two_restored_processes_differ_in_every_random_source(pyw):
    with Project(pyw, RANDOM) as project:
        project.run("snapshot", "build")
        one, other = eval(project.answer()[1]), eval(project.answer()[1])
        assert all(a != b for a, b in zip(one, other)), (one, other)


def test_randomness_at_the_top_level_is_an_error_with_its_place(pyw):
    calls = {"import random\nx = random.random()": 3, "import uuid\nx = uuid.uuid4()": 3,
             "import secrets\nx = secrets.token_hex()": 3, "import os\nx = os.urandom(4)": 3,
             "import random\nx = random.Random()": 3, "import js\nx = js.crypto.randomUUID()": 3,
             "import js\nx = js.Math.random()": 3,
             "import js\nx = js.crypto.getRandomValues(js.Uint8Array.new(4))": 3}
    with Project(pyw, "") as project:
        for call, line in calls.items():
            project.write(HEAD + call + "\ndef answer(): return ''\n" + WORKER)
            [reason] = project.layers("build", "--layer", "dedicated", code=1)["dedicated"]["reasons"]
            assert "at the top level" in reason["message"], (call, reason)
            assert (reason["path"], reason["line"]) == ("src/entry.py", line), (call, reason)


def test_a_top_level_that_does_not_end_is_stopped_and_tried_again(pyw):
    with Project(pyw, HEAD + "x = 0\nwhile True: x += 1\n" + WORKER, PYTHON_313) as project:
        limited = {**os.environ, "PYW_TOP_LEVEL_TIMEOUT": "1"}
        for _ in range(2):
            done = subprocess.run([pyw, "snapshot", "build"], cwd=project.root, env=limited, capture_output=True, text=True, timeout=120)
            assert done.returncode == 1, done
            assert "src/entry.py:3:" in done.stderr and "the top level: it had not ended after 1 s" in done.stderr, done.stderr
        assert not list((project.root / ".pyw" / "snapshots").glob("build-*")), "left behind"
        project.write(HEAD + "def answer(): return 'ends'\n" + WORKER)
        assert project.layers("build")["dedicated"]["state"] == "ready"


REFUSED = HEAD + """import asyncio, ctypes, random
from pyodide.ffi import to_js
class Holder: pass
h = Holder()
h.inner = {"a": [to_js([1, 2])]}
cb = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 3)
f = open("/tmp/x", "w")
open("/home/y", "w").close()
async def later():
    await asyncio.Event().wait()
t = asyncio.ensure_future(later())
random.seed(4)
def answer(): return "runs"
""" + WORKER


def test_what_cannot_be_saved_is_refused_with_object_and_line_and_the_worker_runs(pyw):
    with Project(pyw, REFUSED) as project:
        reasons = project.layers("build", code=1)["dedicated"]["reasons"]
        found = {(reason["line"], reason["message"]) for reason in reasons}
        for line, words in [(5, "the JavaScript value 1,2, held by `entry.h.inner['a'][0]`"), (7, "a C callback"),
                            (8, "the open file /tmp/x, held by `entry.f`"), (0, "the file /home/y"),
                            (0, "the state of the module `random`"), (10, "the task of `later`")]:
            assert any(at == line and words in message for at, message in found), (line, words, found)
        with DevSession(pyw, project.root) as session:
            session.ready()
            assert session.get() == (200, "runs")
            session.stop()
        said = "".join(session.errors)
        assert said.count("held by `entry.f`") == 1, said
        assert "the top level runs at every start, which takes about" in said, said


ENVIRONMENT = HEAD + "from workers import env\n{0}\ndef answer(): return env.API_KEY + env.STAGE\n" + WORKER


def test_the_environment_can_be_imported_but_not_read_while_a_snapshot_is_made(pyw):
    with Project(pyw, ENVIRONMENT.format("")) as project:
        (project.root / ".dev.vars").write_text("API_KEY=planted-in-dev-vars\n")
        assert project.layers("build")["dedicated"]["state"] == "ready"
        assert project.answer() == (200, "planted-in-dev-varsconfig")
        assert b"planted-in-dev-vars" not in project.file.read_bytes()
        for name in ("API_KEY", "STAGE"):
            project.write(ENVIRONMENT.format(f"x = env.{name}"))
            [reason] = project.layers("build", "--layer", "dedicated", code=1)["dedicated"]["reasons"]
            assert f"env.{name} was read at the top level" in reason["message"], reason
            assert reason["line"] == 3, reason
            assert project.answer() == (200, "planted-in-dev-varsconfig")


SECRETS = HEAD + """import base64
small = [base64.b64decode(b"c21hbGwtcGxhbnRlZC1zZWNyZXQtNTU1").decode() + str(i) for i in range(3000)]
big = base64.b64decode(b"YmlnLXBsYW50ZWQtc2VjcmV0LTY2Ng==") * 500
length = len(small) + len(big)
del small, big
def answer(): return str(length)
""" + WORKER


def test_what_was_given_back_is_not_in_the_file(pyw):
    with Project(pyw, SECRETS) as project:
        project.run("snapshot", "build")
        content = project.file.read_bytes()
        assert b"small-planted-secret-555" not in content
        assert b"big-planted-secret-666" not in content
        assert project.answer() == (200, str(3000 + 500 * 22))


def test_the_same_inputs_give_the_same_bytes(pyw):
    with Project(pyw, SHOWS_WHEN) as project:
        project.run("snapshot", "build")
        first = project.file.read_bytes()
        project.run("snapshot", "build", "--force", "--layer", "dedicated")
        assert project.file.read_bytes() == first


def test_a_damaged_or_foreign_snapshot_is_found_and_made_anew(pyw):
    with Project(pyw, SHOWS_WHEN) as project:
        project.run("snapshot", "build", "-o", "packed.zst")
        good = project.file.read_bytes()
        assert (project.root / "packed.zst").stat().st_size < len(good) / 2
        assert json.loads(project.run("snapshot", "info", "packed.zst", "--json"))["layer"] == "dedicated"
        project.run("snapshot", "verify")
        for damaged in (good[:-1] + b"x", good[:5000], b"", b"PYWSNAP1" + good[8:]):
            project.file.write_bytes(damaged)
            project.run("snapshot", "verify", code=1)
            assert project.answer("--drain", "0") in [(200, "False"), (200, "True")]
            assert project.layers("build")["dedicated"]["state"] == "ready"
            assert project.file.read_bytes() == good


def test_info_shows_imports_and_a_flame_graph_and_clean_removes(pyw):
    with Project(pyw, SHOWS_WHEN) as project:
        project.run("snapshot", "build")
        shown = project.layers("info", "--html", "imports.html")["dedicated"]
        assert any(row["module"] == "workers" for row in shown["imports"]), shown["imports"]
        assert "js.fetch" in shown["references"], shown
        page = (project.root / "imports.html").read_text()
        assert ">workers</i>" in page and "http" not in page.split("</style>")[0]
        project.run("snapshot", "clean")
        assert not project.file.exists()
        assert project.layers("info")["dedicated"]["state"] == "missing"


def test_generated_programs_answer_restored_as_fresh(pyw):
    with Project(pyw, "") as project:
        for seed in range(FIRST_SEED, FIRST_SEED + PROGRAMS):
            project.write(program(seed))
            state = project.layers("build", "--layer", "dedicated")["dedicated"]
            assert state["state"] == "ready", (seed, state)
            restored, fresh = project.answer(), project.answer("--no-snapshot")
            assert restored == fresh and fresh[0] == 200, (seed, restored, fresh)


def run_cases(pyw, *arguments):
    cases = HERE.parents[4] / "shared/cases/workers/run_cases.py"
    done = subprocess.run([sys.executable, cases, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_the_workers_of_the_shared_cases_pass_restored(pyw):
    run_cases(pyw, "--command", f"{pyw} dev --port {{port}}", "--sync", f"{pyw} -q sync && {pyw} snapshot build")


def test_the_workers_of_the_shared_cases_pass_fresh(pyw):
    run_cases(pyw, "--command", f"{pyw} dev --no-snapshot --port {{port}}", "--sync", f"{pyw} -q sync")


if __name__ == "__main__":
    main(globals())
