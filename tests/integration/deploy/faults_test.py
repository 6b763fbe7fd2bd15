"""A deployment against an API that fails at each request in turn: what is retried, what stops, what is said.

usage: faults_test.py PYW CASES_FOLDER
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from api_server import ACCOUNT, Dripping, Half, Server, client_environment

TOKEN = "test-token-0123456789"
REFUSED = {"success": False, "errors": [{"code": 10001, "message": "on order"}], "messages": [], "result": None}
# What each fault answers; None cuts the connection.
FAULTS = {
    "cut": None,
    "500": (500, REFUSED, {}),
    "502": (502, REFUSED, {}),
    "504": (504, REFUSED, {}),
    "429": (429, REFUSED, {}),
    "429 with Retry-After": (429, REFUSED, {"Retry-After": "0"}),
    "malformed": (500, "<html>oops</html>", {}),
    "malformed 200": (200, '{"success": true, "result": [oops', {}),
    "slow": Dripping,  # the right answer, in pieces
    "half": Half,  # the right answer, cut in its middle
}
RETRIED = ("/versions", "/workers/workers/greeter", "/scripts/greeter/subdomain")  # 5xx and 429 are tried again
ALWAYS = 99
HARMLESS = ("/settings", "/script-settings")  # any failure only costs a warning, or nothing


class Faulty:
    """Answers as recorded, but the request number `at` fails, `times` times."""

    def __init__(self, requests, at, fault, times):
        self.known = json.loads(json.dumps(requests).replace("{account_id}", ACCOUNT))
        self.at, self.fault, self.left, self.count = at, fault, times, 0
        self.failing = None

    def answer(self, seen):
        here = (seen.method, seen.path)
        if self.failing is None and self.count == self.at:
            self.failing = here
        self.count += 1
        fails = here == self.failing and self.left > 0
        self.left -= fails
        if fails and not isinstance(self.fault, type):
            return self.fault
        for request in self.known:
            if (request["method"], request["path"]) == here:
                body = request["response"]["body"]
                return request["response"]["status"], self.fault(json.dumps(body)) if fails else body, {}
        return 404, REFUSED, {}


def deploy(pyw, project, requests, at, fault, times):
    with tempfile.TemporaryDirectory() as home:
        faulty = Faulty(requests, at, fault, times)
        server = Server(faulty.answer)
        done = subprocess.run([pyw, "deploy"], cwd=project, env=client_environment(server, Path(home), os.environ),
                              capture_output=True, text=True, timeout=120)
        server.close()
        return done, server.seen, faulty


def expected_success(name, request, times):
    """Whether one deployment must come through; None: it may."""
    path, method = request["path"], request["method"]
    if path.endswith(HARMLESS) or name == "slow":
        return True
    if times == ALWAYS:
        return False
    if name == "malformed 200":
        return None if method == "GET" else False  # who says yes in no words may have done it: it is not repeated
    if name == "half":
        return None
    if name == "cut":
        # A connection that was kept open and dies before a byte of the answer came is opened anew by the HTTP library.
        return True if method == "GET" or path.endswith(RETRIED) else None
    return path.endswith(RETRIED)


def main():
    pyw, cases = sys.argv[1], Path(sys.argv[2])
    steps = json.loads((cases / "hello" / "steps.json").read_text())["steps"]
    requests = steps[1]["requests"]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(cases / "hello" / "project", project)
        for at, request in enumerate(requests):
            for name, fault in FAULTS.items():
                for times in (1, ALWAYS) if name in ("cut", "502") else (1,):
                    done, seen, faulty = deploy(pyw, project, requests, at, fault, times)
                    label = f"{name} x{times} at {request['method']} {request['path'].split('/', 3)[-1]}"
                    wanted = expected_success(name, request, times)
                    wanted = done.returncode == 0 if wanted is None else wanted
                    problems = []
                    if (done.returncode == 0) != wanted or done.returncode not in (0, 1):
                        problems.append(f"exit code {done.returncode}")
                    if TOKEN in done.stdout + done.stderr:
                        problems.append("the token is shown")
                    if not wanted and faulty.failing[1].split("/")[-1] not in done.stderr:
                        problems.append("the error does not name the request")
                    if not wanted and request["path"].endswith("/deployments") and request["method"] == "POST" \
                            and "old deployment is still live" not in done.stderr:
                        problems.append("it is not said what is live")
                    failures += bool(problems)
                    for problem in problems:
                        print(f"{label}: {problem}\n{done.stderr[-700:]}")
    print(f"{failures} faults were handled wrongly" if failures else "all faults were handled")
    return 1 if failures else 0


sys.exit(main())
