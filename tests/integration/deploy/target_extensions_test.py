"""What a target offers beyond the platform's API: snapshots and modules by digest, and a target that misbehaves on order.

usage: target_extensions_test.py PYW CASES_FOLDER
Wants the runtime, as the tests of `pyw dev` do, and fetches it once.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent.parent / "compat")]
from answers import answers
from api_server import Server, client_environment, parts_of

OFFER = {"snapshots": {"format": "PYWSNAP5", "compression": "zstd", "max_bytes": 1 << 30}, "modules": {"digest": "sha256"}}
failures = []


def check(name, condition, detail=""):
    if not condition:
        failures.append(name)
        print(f"{name}: {detail}")


def good(result, status=200):
    return status, {"success": True, "errors": [], "messages": [], "result": result}, {"Content-Type": "application/json"}


def refused(status, headers=None):
    return status, {"success": False, "errors": [{"code": 1, "message": "on order"}], "messages": [], "result": None}, headers or {}


class Target:
    """The API of the tests with the extensions of docs/target-extensions.md. `orders` gives the next answers of a path's end, before
    it does what it should: None cuts the connection, a function gets the request and answers."""

    def __init__(self, offer=OFFER, **orders):
        self.plain, self.offer, self.orders = answers(True), offer, {name: list(items) for name, items in orders.items()}
        self.stored, self.whole, self.modules = {}, set(), set()
        self.server = Server(self.answer)

    def answer(self, seen):
        at = seen.path.find("/workers/pyw/")
        if at < 0:
            if seen.path.endswith("/versions") and seen.method == "POST":
                for part in parts_of(seen.headers["Content-Type"], seen.body):
                    self.modules.add(part.get("sha256"))
            return self.plain(seen)
        what = seen.path[at + len("/workers/pyw/"):].split("/")
        key = f"{what[0]}_{seen.method.lower()}"
        if self.orders.get(key):
            order = self.orders[key].pop(0)
            return order(seen) if callable(order) else order
        if what[0] == "capabilities":
            return good(self.offer) if self.offer is not None else refused(404)
        if what[0] == "modules":
            return good({"known": [d for d in json.loads(seen.body)["digests"] if d in self.modules]})
        return self.snapshot(seen, what[1])

    def snapshot(self, seen, digest):
        if seen.method == "PUT":
            first, last, total = map(int, re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", seen.headers["Content-Range"]).groups())
            held = self.stored.setdefault(digest, b"")
            if first != len(held) or last - first + 1 != len(seen.body):
                return refused(409)
            self.stored[digest] = held + seen.body
            if len(self.stored[digest]) == total:
                if hashlib.sha256(self.stored[digest]).hexdigest() != digest:
                    self.stored[digest] = b""
                    return refused(422)
                self.whole.add(digest)
        elif digest not in self.stored:
            return refused(404)
        return good({"digest": digest, "received": len(self.stored[digest]), "complete": digest in self.whole})

    def requests(self, method, part):
        return [seen for seen in self.server.seen if seen.method == method and part in seen.path]

    def metadata(self):
        seen = self.requests("POST", "/versions")[-1]
        return next(p["json"] for p in parts_of(seen.headers["Content-Type"], seen.body) if p["name"] == "metadata")


def deploy(pyw, project, target, *options, named=True):
    home = project.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {**client_environment(target.server, home, os.environ), "PYW_CACHE_DIR": str(cache)}
    arguments = ["--target", target.server.url] if named else []
    done = subprocess.run([pyw, "deploy", *arguments, *options], cwd=project, env=environment, capture_output=True, text=True, timeout=300)
    target.server.close()
    return done


def at_its_best(pyw, project):
    target = Target()
    done = deploy(pyw, project, target)
    digest = next(iter(target.whole), None)
    check("sent whole", done.returncode == 0 and digest, done.stderr)
    check("named in the metadata", target.metadata().get("pyw_snapshot", {}).get("digest") == digest, target.metadata())
    first = len(target.requests("PUT", "/snapshots/"))
    again = Target()
    again.stored, again.whole, again.modules = target.stored, target.whole, target.modules
    done = deploy(pyw, project, again)
    check("not sent again", first > 0 and not again.requests("PUT", "/snapshots/") and "known already" in done.stderr, done.stderr)
    check("named again", again.metadata().get("pyw_snapshot", {}).get("digest") == digest)
    left_out = again.metadata().get("pyw_modules", {})
    seen = again.requests("POST", "/versions")[-1]
    sent = [p["name"] for p in parts_of(seen.headers["Content-Type"], seen.body)]
    entry = (project / "src" / "entry.py").read_bytes()
    check("known modules are named", left_out.get("entry.py") == {"sha256": hashlib.sha256(entry).hexdigest(), "type": "text/x-python"},
          left_out)
    check("known modules are not sent", sent == ["metadata"], sent)


def without_target(pyw, project):
    target = Target()
    done = deploy(pyw, project, target, named=False)
    check("not a request more without --target", done.returncode == 0 and not target.requests("", "/pyw/"), done.stderr)
    check("nothing in the metadata", not [key for key in target.metadata() if key.startswith("pyw")], target.metadata())


def misbehaving(pyw, project):
    half = {"received": 0}

    def store_half(seen):  # takes a part of the piece, then the line is cut
        digest = seen.path.rsplit("/", 1)[1]
        faulty.stored[digest] = seen.body[:len(seen.body) // 2]
        half["received"] = len(faulty.stored[digest])
        return None

    def another(_seen):
        return good({"digest": "0" * 64, "received": 1, "complete": True})

    def keeps_nothing(seen):
        return good({"digest": seen.path.rsplit("/", 1)[1], "received": 0, "complete": False})

    now = {"Retry-After": "0"}
    cases = [
        ("no such capability", Target(offer=None), False, 0, ""),
        ("an empty offer", Target(offer={}), False, 0, ""),
        ("an offer of another format", Target(offer={"snapshots": {"format": "OTHER", "compression": "zstd"}}), False, 0, ""),
        ("an offer that is no object", Target(offer=[1]), False, 0, ""),
        ("no answer about capabilities", Target(capabilities_get=[None] * 9), False, 0, "did not tell"),
        ("429 for the capabilities, then an answer", Target(capabilities_get=[refused(429, now)]), True, 1, ""),
        ("capabilities that are no JSON", Target(capabilities_get=[(200, "<html>", {})] * 9), False, 0, "did not tell"),
        ("too large", Target(offer={"snapshots": {**OFFER["snapshots"], "max_bytes": 10}}), False, 0, "the target takes 10 B"),
        ("cut at a piece", Target(snapshots_put=[store_half]), True, 2, ""),
        ("429 for a piece", Target(snapshots_put=[refused(429, now)]), True, 2, ""),
        ("502 for a piece", Target(snapshots_put=[refused(502, now)]), True, 2, ""),
        ("a digest that does not come out right", Target(snapshots_put=[refused(422)]), True, 2, ""),
        ("it never does", Target(snapshots_put=[refused(422)] * 9), False, 2, "no memory snapshot goes along"),
        ("429 for ever", Target(snapshots_put=[refused(429, now)] * 9), False, 5, "no memory snapshot goes along"),
        ("429 for an hour", Target(snapshots_put=[refused(429, {"Retry-After": "3600"})]), False, 1, "no memory snapshot goes along"),
        ("answers for another snapshot", Target(snapshots_get=[another]), False, 0, "another snapshot"),
        ("keeps nothing", Target(snapshots_put=[keeps_nothing] * 9), False, 5, "keeps none"),
        ("refuses", Target(snapshots_put=[refused(403)]), False, 1, "no memory snapshot goes along"),
    ]
    for name, faulty, uploaded, puts, text in cases:
        done = deploy(pyw, project, faulty)
        check(f"{name}: deploys", done.returncode == 0, done.stderr[-800:])
        check(f"{name}: {'with' if uploaded else 'without'}", ("pyw_snapshot" in faulty.metadata()) == uploaded and
              bool(faulty.whole) == uploaded, done.stderr[-800:])
        sent = [seen.headers["Content-Range"] for seen in faulty.requests("PUT", "/snapshots/")]
        # The first piece, as often as it failed and once more; a cut connection libcurl itself tries once again.
        firsts = sum(1 for piece in sent if piece.startswith("bytes 0-"))
        check(f"{name}: pieces", firsts == puts or (name.startswith("cut") and firsts <= puts), sent)
        check(f"{name}: says `{text}`", text in done.stderr, done.stderr[-800:])
        if name == "cut at a piece":
            check("resumed where it was cut", half["received"] > 0 and any(p.startswith(f"bytes {half['received']}-") for p in sent), sent)


def top_level(pyw, project):
    entry = project / "src" / "entry.py"
    text = entry.read_text()
    entry.write_text(text + f"\nraise RuntimeError('at the top {os.getpid()}')\n")
    target = Target()
    done = deploy(pyw, project, target, "--strict")
    check("a failing top level: nothing is sent", done.returncode == 1 and not target.server.seen and "top level fails: RuntimeError: at the"
          in done.stderr and f"entry.py:{len(text.splitlines()) + 2}" in done.stderr, done.stderr)
    done = deploy(pyw, project, Target(), "--strict", "--dry-run")
    check("a dry run remembers it", done.returncode == 1 and "RuntimeError" in done.stderr, done.stderr)
    done = deploy(pyw, project, Target(), "--no-check", "--dry-run")
    check("--no-check does not", done.returncode == 0 and "RuntimeError" not in done.stderr, done.stderr)
    entry.write_text(text + f"\nkept = open('/tmp/kept-{os.getpid()}', 'w')\n")
    target = Target()
    done = deploy(pyw, project, target)
    check("memory that cannot be kept is no failure", done.returncode == 0 and "top level fails" not in done.stderr, done.stderr)
    check("but no snapshot goes along, and why", "pyw_snapshot" not in target.metadata() and "cannot hold" in done.stderr, done.stderr)
    loop = "\ndef find():\n    while True:\n        pass\n\n\nfind()\n"
    entry.write_text(text + loop + f"# {os.getpid()}\n")
    os.environ["PYW_TOP_LEVEL_TIMEOUT"] = "1.5"
    target = Target()
    done = deploy(pyw, project, target, "--strict")
    line = len(text.splitlines()) + 3  # of `while`; `pass` comes next
    check("a top level that loops is stopped, with its place", done.returncode == 1 and not target.server.seen and
          any(f"src/entry.py:{at}:" in done.stderr for at in (line, line + 1)) and "top level fails: it had not ended after 1.5 s" in done.stderr, done.stderr)
    done = deploy(pyw, project, Target(), "--strict", "--dry-run")
    check("that is not remembered: it may end another time", done.returncode == 0, done.stderr)
    os.environ["PYW_TOP_LEVEL_TIMEOUT"] = "soon"
    done = deploy(pyw, project, Target())
    check("a limit that is none", done.returncode == 2 and "PYW_TOP_LEVEL_TIMEOUT is `soon`" in done.stderr, done.stderr)
    del os.environ["PYW_TOP_LEVEL_TIMEOUT"]
    entry.write_text(text)


def main():
    global cache
    pyw, cases = sys.argv[1], Path(sys.argv[2])
    subprocess.run([pyw, "toolchain", "install"], check=True, capture_output=True)
    listed = json.loads(subprocess.run([pyw, "toolchain", "list", "--json"], check=True, capture_output=True, text=True).stdout)
    cache = Path(listed["cache"])
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(cases / "hello" / "project", project)
        config = project / "wrangler.toml"
        config.write_text(config.read_text().replace("2026-01-15", "2026-10-01"))
        (project / "pyproject.toml").write_text(
            '[project]\nname = "hello"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = []\n')
        subprocess.run([pyw, "-q", "sync"], cwd=project, check=True)
        for part in (at_its_best, without_target, misbehaving, top_level):
            part(pyw, project)
    print(f"{len(failures)} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


cache = None
sys.exit(main())
