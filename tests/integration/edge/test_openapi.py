"""schemathesis against `pyw edge serve`, by the description that the server gives of itself: no 5xx, answers as described, no crash.

usage: test_openapi.py --pyw PROGRAM      (PYW_OPENAPI_EXAMPLES: how many an operation and phase, default 10)
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from edge_server import EdgeServer, make_project

EXAMPLES = int(os.environ.get("PYW_OPENAPI_EXAMPLES", "10"))
TOOL = "schemathesis==4.32.5"


def schemathesis(pyw, folder, server, token, parameters):
    folder.mkdir()
    lines = [f'"path.{name}" = "{value}"' for name, value in parameters.items()]
    (folder / "schemathesis.toml").write_text("[parameters]\n" + "\n".join(lines) + "\n")
    uv = subprocess.run([str(pyw), "toolchain", "path", "uv"], capture_output=True, text=True, check=True).stdout.strip()
    argv = [uv, "tool", "run", "--from", TOOL, "st", "run", f"{server.api}/openapi.json", "--url", f"{server.api}/client/v4",
            "-H", f"Authorization: Bearer {token['token']}", "--checks", "not_a_server_error,response_schema_conformance",
            "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "9", "--workers", "1", "--no-shrink",
            "--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off"]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=3000, env={**os.environ, "NO_COLOR": "1"})


def test_no_request_that_fits_the_description_or_does_not_breaks_the_server(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project = make_project(pyw, root / "shop")
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            deployed = server.deploy(project, token)
            assert deployed.returncode == 0, deployed.stderr
            described = json.loads(server.call("GET", "/openapi.json")[1])
            assert len(described["paths"]) > 30, list(described["paths"])
            # Once with names that are there, once with any.
            for name, parameters in (("known", {"account": token["account_id"], "script": "shop"}), ("any", {"account": token["account_id"]})):
                done = schemathesis(pyw, root / name, server, token, parameters)
                assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
                print("\n".join(line for line in done.stdout.splitlines() if re.search(r"generated|passed|Operations", line))[-600:])
            told = server.call("GET", "/metrics")[1]
            statuses = re.findall(r'pyw_edge_api_requests_total{method="\w+",status="(\d+)"} (\d+)', told)
            seen = {}
            for status, count in statuses:
                seen[status] = seen.get(status, 0) + int(count)
            print(f"the API answered {dict(sorted(seen.items()))}, {sum(seen.values())} in all")
            assert not [status for status in seen if status.startswith("5")], seen
            assert seen.get("200", 0) > 100 and server.call("GET", "/readyz")[0] == 200
            again = server.deploy(project, token)  # whatever became of the Worker
            assert again.returncode == 0, again.stderr
            assert server.get() == (200, "one")


checks.main(globals())
