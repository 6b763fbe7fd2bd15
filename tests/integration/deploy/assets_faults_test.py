"""Uploading assets when the session has run out, a gateway fails, and the platform confirms nothing.

usage: assets_faults_test.py PYW CASES_FOLDER
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from api_server import ACCOUNT, Server, client_environment


def token(**payload):
    coded = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    return f"e30.{coded}.c2ln"


def good(result, status=200):
    return status, {"success": True, "errors": [], "messages": [], "result": result}, {}


def refused(status, headers=None):
    return status, {"success": False, "errors": [{"code": 1, "message": "on order"}], "messages": [], "result": None}, headers or {}


def run(pyw, project, requests, session, upload_answers):
    """Deploys; the asset endpoints answer as told, the rest as recorded."""
    known = json.loads(json.dumps(requests).replace("{account_id}", ACCOUNT))
    uploads = iter(upload_answers)

    def answer(seen):
        if seen.path.endswith("/assets-upload-session"):
            manifest = json.loads(seen.body)["manifest"]
            hashes = sorted({entry["hash"] for entry in manifest.values()})
            return good({"jwt": session, "buckets": [hashes]}, 201)
        if "/assets/upload" in seen.path:
            return next(uploads)
        for request in known:
            if (request["method"], request["path"]) == (seen.method, seen.path):
                return request["response"]["status"], request["response"]["body"], {}
        return refused(404)

    with tempfile.TemporaryDirectory() as home:
        server = Server(answer)
        done = subprocess.run([pyw, "deploy"], cwd=project, env=client_environment(server, Path(home), os.environ),
                              capture_output=True, text=True, timeout=120)
        server.close()
        return done, [s for s in server.seen if "/assets/upload" in s.path and "session" not in s.path]


def main():
    pyw, cases = sys.argv[1], Path(sys.argv[2])
    requests = json.loads((cases / "assets" / "steps.json").read_text())["steps"][0]["requests"]
    valid, expired = token(exp=4102444800), token(exp=1)
    later = {"Retry-After": "0"}
    checks = [
        ("a gateway error passes", valid, [refused(502, later), good({"jwt": token(kind="done")}, 201)], 0, "", 2),
        ("a cut connection passes", valid, [None, good({"jwt": token(kind="done")}, 201)], 0, "", 2),
        ("the session has run out", expired, [refused(401, later)] * 6, 1, "took too long", 6),
        ("it never works", valid, [refused(500, later)] * 6, 1, "on order", 6),
        ("no confirmation", valid, [good({}, 202)], 1, "did not confirm", 1),
    ]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(cases / "assets" / "project", project)
        for name, session, answers, code, text, count in checks:
            done, uploads = run(pyw, project, requests, session, answers)
            problems = [f"exit code {done.returncode}"] if done.returncode != code else []
            problems += [f"`{text}` is not said"] if text not in done.stderr else []
            problems += [f"{len(uploads)} uploads, not {count}"] if len(uploads) != count else []
            problems += ["the session token is shown"] if session in done.stdout + done.stderr else []
            if any(seen.headers["Authorization"] != f"Bearer {session}" for seen in uploads):
                problems.append("the upload does not carry the session's token")
            failures += bool(problems)
            for problem in problems:
                print(f"{name}: {problem}\n{done.stderr[-700:]}")
    print(f"{failures} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


sys.exit(main())
