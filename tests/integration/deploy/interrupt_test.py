"""Ctrl-C at each point of a deployment: it ends, and says whether the old or the new deployment is live.

usage: interrupt_test.py PYW CASES_FOLDER
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from api_server import ACCOUNT, Server, client_environment

# (first deployment or a later one, the request that Ctrl-C comes in, how often, whether it is answered then, what is said)
MOMENTS = [
    (1, "GET", "/workers/services/greeter", 1, False, "nothing was deployed, the live Worker is unchanged"),
    (1, "POST", "/workers/scripts/greeter/versions", 1, False, "the old deployment of `greeter` is still live"),
    (1, "POST", "/workers/scripts/greeter/deployments", 1, True, "is live; its triggers were not set"),
    (1, "POST", "/workers/scripts/greeter/deployments", 2, False, "stopped without an answer"),
    (1, "POST", "/workers/scripts/greeter/subdomain", 1, False, "is live; not all triggers may be set"),
    (0, "PUT", "/workers/scripts/greeter", 1, True, "is live; its triggers were not set"),
    (0, "POST", "/workers/scripts/greeter/subdomain", 1, False, "is live; not all triggers may be set"),
]


class Holding:
    """Answers as recorded, but holds one request back."""

    def __init__(self, requests, method, path):
        self.known = json.loads(json.dumps(requests).replace("{account_id}", ACCOUNT))
        self.method, self.path = method, path
        self.arrived, self.go = threading.Event(), threading.Event()
        self.after = 0

    def answer(self, seen):
        self.after += self.arrived.is_set()
        if seen.method == self.method and seen.path.endswith(self.path) and not self.arrived.is_set():
            self.arrived.set()
            self.go.wait(60)
        for request in self.known:
            if (request["method"], request["path"]) == (seen.method, seen.path):
                return request["response"]["status"], request["response"]["body"], {}
        return 404, {"success": False, "errors": [], "messages": [], "result": None}, {}


def waits_for_signal(process):
    """The first signal is noted by a handler: it has run once none is pending and the handler's note is taken."""
    status = Path(f"/proc/{process.pid}/status")
    while True:
        pending = [int(line.split()[1], 16) for line in status.read_text().splitlines() if line.startswith(("SigPnd", "ShdPnd"))]
        if not any(mask & (1 << (signal.SIGINT - 1)) for mask in pending):
            return


def interrupt(pyw, project, requests, method, path, times, answered):
    with tempfile.TemporaryDirectory() as home:
        holding = Holding(requests, method, path)
        server = Server(holding.answer)
        process = subprocess.Popen([pyw, "deploy"], cwd=project, env=client_environment(server, Path(home), os.environ), text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert holding.arrived.wait(60), "the request does not come"
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            waits_for_signal(process) if process.poll() is None else None
        if answered:
            holding.go.set()
        out, err = process.communicate(timeout=60)
        holding.go.set()
        server.close()
        return process.returncode, out, err, holding.after


def main():
    pyw, cases = sys.argv[1], Path(sys.argv[2])
    steps = json.loads((cases / "hello" / "steps.json").read_text())["steps"]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(cases / "hello" / "project", project)
        for step, method, path, times, answered, said in MOMENTS:
            code, out, err, after = interrupt(pyw, project, steps[step]["requests"], method, path, times, answered)
            if code != 130 or said not in err or out:
                failures += 1
                print(f"{method} {path} x{times}: exit {code}, {after} requests after it\n{out}{err[-600:]}")
    print(f"{failures} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


sys.exit(main())
