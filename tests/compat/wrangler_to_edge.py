"""The real wrangler against `pyw edge serve`: deploys, sets secrets, splits traffic, rolls back, deletes.

usage: wrangler_to_edge.py --pyw PYW --tools FOLDER
FOLDER as for compare_with_wrangler.py.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
from compare_with_wrangler import install
from edge_server import EdgeServer, make_project, say


class Wrangler:
    def __init__(self, cli, tools, server, token, project, home):
        self.cli, self.project = cli, project
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CLOUDFLARE_", "CF_", "WRANGLER_"))}
        self.environment = {**kept, "CI": "true", "NO_COLOR": "1", "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"),
                            "WRANGLER_SEND_METRICS": "false", "NODE_COMPILE_CACHE": str(tools / "compiled"),
                            "CLOUDFLARE_API_BASE_URL": f"{server.api}/client/v4", "CLOUDFLARE_API_TOKEN": token["token"]}

    def __call__(self, *arguments, stdin="", code=0):
        done = subprocess.run([*self.cli, *arguments], cwd=self.project, env=self.environment, capture_output=True, text=True,
                              timeout=180, input=stdin)
        assert done.returncode == code, f"wrangler {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        print(f"ok wrangler {' '.join(arguments)}")
        return done.stdout + done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=pathlib.Path, required=True)
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    given = parser.parse_args()
    pyw, tools = given.pyw.resolve(), given.tools.resolve()
    cli = install(tools)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "home").mkdir()
        project = make_project(pyw, root / "shop", "one")
        with EdgeServer(pyw, root / "data") as server:
            wrangler = Wrangler(cli, tools, server, server.token(), project, root / "home")
            assert "default" in wrangler("whoami")
            assert "Current Version ID" in wrangler("deploy")
            assert server.get() == (200, "one")
            say(project, "two")
            wrangler("deploy", "--message", "the second")
            assert server.get() == (200, "two")
            wrangler("secret", "put", "KEY", stdin="hunter2\n")
            assert server.get("/secret") == (200, "hunter2")
            assert "KEY" in wrangler("secret", "list")
            say(project, "three")
            wrangler("versions", "upload")
            assert server.get() == (200, "two")
            listed = json.loads(wrangler("versions", "list", "--json").split("\n\n")[-1])
            newest = max(listed, key=lambda item: item["number"])["id"]
            oldest = min(listed, key=lambda item: item["number"])["id"]
            wrangler("versions", "view", newest)
            wrangler("versions", "deploy", f"{oldest}@50%", f"{newest}@50%", "--yes")
            seen = {server.get(headers={"Cloudflare-Workers-Version-Key": str(key)}) for key in range(20)}
            assert seen == {(200, "one"), (200, "three")}, seen
            wrangler("deployments", "list")
            wrangler("deployments", "status")
            wrangler("rollback", oldest, "--yes", "--message", "back")
            assert {server.get() for _ in range(5)} == {(200, "one")}
            (project / "src/entry.py").write_text("raise RuntimeError('at the top')\n")
            refused = wrangler("deploy", code=1)
            assert "10021" in refused and "RuntimeError: at the top" in refused, refused
            assert server.get() == (200, "one")
            wrangler("delete", "--force")
            assert server.get()[0] == 404
    print("all passed")


main()
