"""Replays recorded deployments: every request of every step must be the recorded one, in the recorded order.

usage: replay_test.py PYW CASES_FOLDER [CASE …]
The order inside a wave, and after the upload between neighbouring waves, is not significant.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from api_server import ACCOUNT, Server, client_environment

UPLOAD = re.compile(r"/(scripts/[^/]+|versions)$")


class Recording:
    """The requests of one step; each is taken once."""

    def __init__(self, requests):
        self.left = json.loads(json.dumps(requests).replace("{account_id}", ACCOUNT))
        self.problems, self.waves = [], []
        uploads = [r["wave"] for r in self.left if r["method"] in ("PUT", "POST") and UPLOAD.search(r["path"])]
        self.upload_wave = min(uploads, default=10**9)

    def answer(self, seen):
        fits = [r for r in self.left if r["method"] == seen.method and r["path"] == seen.path
                and sorted(map(tuple, r["query"])) == seen.query]
        exact = [r for r in fits if not seen.differs_from(r)]
        if not fits:
            self.problems.append(f"{seen.method} {seen.path}: not expected")
            return 404, {"success": False, "errors": [{"code": 7003, "message": "not in the recording"}]}, {}
        wanted = (exact or fits)[0] if "assets/upload" in seen.path else fits[0]
        self.left.remove(wanted)
        if why := seen.differs_from(wanted):
            self.problems.append(f"{seen.method} {seen.path}: {why}")
        self.waves.append(wanted["wave"])
        response = wanted.get("response") or {"status": 200, "body": {}}
        body = response.get("body")
        return response["status"], "" if body is None else body, {"Content-Type": "application/json"}

    def finish(self):
        self.problems += [f"{r['method']} {r['path']}: not sent" for r in self.left]
        latest = 0
        for wave in self.waves:
            if wave <= self.upload_wave and wave < latest:
                self.problems.append("the order of the requests differs")
            latest = max(latest, wave)
        return self.problems


def write_files(project, files):
    for name, text in (files or {}).items():
        file = project / name
        if text is None:
            file.unlink(missing_ok=True)
            if file.parent != project and file.parent.is_dir() and not any(file.parent.iterdir()):
                file.parent.rmdir()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text if isinstance(text, str) else json.dumps(text))


def run_case(pyw, case):
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        home, project = Path(folder) / "home", Path(folder) / "project"
        home.mkdir()
        shutil.copytree(case / "project", project)
        for number, step in enumerate(json.loads((case / "steps.json").read_text())["steps"]):
            write_files(project, step.get("write"))
            recording = Recording(step["requests"])
            server = Server(recording.answer)
            environment = client_environment(server, home, os.environ)
            for name, value in (step.get("env") or {}).items():
                environment.pop(name, None) if value is None else environment.__setitem__(name, str(value))
            done = subprocess.run([pyw, *step["cmd"]], cwd=project / step.get("cwd", "."), env=environment, timeout=120,
                                  input=step.get("stdin", ""), capture_output=True, text=True)
            server.close()
            problems = recording.finish()
            if done.returncode != step["exit"]:
                problems.append(f"exit code {done.returncode}, not {step['exit']}: {done.stderr[-500:]}")
            failures += bool(problems)
            for problem in problems:
                print(f"{case.name} step {number} ({' '.join(step['cmd'])}): {problem}")
    return failures


def main():
    pyw, cases = sys.argv[1], Path(sys.argv[2])
    chosen = sys.argv[3:] or sorted(p.name for p in cases.iterdir() if (p / "steps.json").exists())
    failures = sum(run_case(pyw, cases / name) for name in chosen)
    print(f"{failures} steps differ" if failures else "all steps match")
    return 1 if failures else 0


sys.exit(main())
