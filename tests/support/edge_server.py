"""A `pyw edge serve` under test: started on free ports, read event by event, always ended."""
import http.client
import json
import os
import pathlib
import signal
import subprocess

from dev_session import is_running
from event_program import PATIENCE_S, EventProgram

PYPROJECT = '[project]\nname = "shop"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = []\n'
WRANGLER = 'name = "shop"\nmain = "src/entry.py"\ncompatibility_date = "2026-10-01"\ncompatibility_flags = ["python_workers"]\n'
ENTRY = """from workers import Response, WorkerEntrypoint, env

WORD = "{word}"


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.url.endswith("/secret"):
            return Response(str(getattr(self.env, "KEY", None)))
        if request.url.endswith("/boom"):
            raise ValueError("a private detail")
        return Response(WORD)
"""


def make_project(pyw, folder, word="one"):
    folder.mkdir(parents=True)
    (folder / "src").mkdir()
    (folder / "wrangler.toml").write_text(WRANGLER)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "src/entry.py").write_text(ENTRY.replace("{word}", word))
    subprocess.run([str(pyw), "-q", "sync"], cwd=folder, check=True, timeout=300)
    return folder


def say(project, word):
    (project / "src/entry.py").write_text(ENTRY.replace("{word}", word))


class EdgeServer(EventProgram):
    def __init__(self, pyw, data, *arguments, prefix=(), prepared=0):
        """`prefix`: a command that runs the rest of its arguments."""
        self.pyw, self.data = str(pyw), data
        super().__init__([*prefix, self.pyw, "edge", "serve", "--json", "--data", str(data), "--listen", "127.0.0.1:0",
                          "--api-listen", "127.0.0.1:0", "--prepared", str(prepared), *arguments])
        self.told = self.wait_for("listening")
        self.api, self.port = self.told["api"], int(self.told["workers"].rsplit(":", 1)[1])

    def token(self, *arguments):
        """-> {"token", "account_id", …}"""
        made = subprocess.run([self.pyw, "edge", "token", "create", "--json", "--data", str(self.data), *arguments],
                              capture_output=True, text=True, timeout=60)
        assert made.returncode == 0, made.stderr
        return json.loads(made.stdout)

    def run(self, project, token, *arguments, home=None):
        """`pyw …` against this server."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CLOUDFLARE_", "CF_", "WRANGLER_"))}
        kept.update(CI="true", NO_COLOR="1", CLOUDFLARE_API_TOKEN=token["token"], CLOUDFLARE_API_BASE_URL=self.api)
        return subprocess.run([self.pyw, *arguments], cwd=project, env=kept, capture_output=True, text=True, timeout=300)

    def deploy(self, project, token, *arguments):
        return self.run(project, token, "deploy", "--target", self.api, *arguments)

    def upload(self, token, name, source, bindings, versions=False, **metadata):
        """A Worker in JavaScript, by the API itself: it starts fast. `bindings` as the API has them. -> (status, text)"""
        metadata = {"main_module": "index.js", "compatibility_date": "2026-10-01", "bindings": bindings, **metadata}
        body = ("--B\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n" + json.dumps(metadata) +
                "\r\n--B\r\nContent-Disposition: form-data; name=\"index.js\"; filename=\"index.js\"\r\n"
                "Content-Type: application/javascript+module\r\n\r\n" + source + "\r\n--B--")
        path = f"/client/v4/accounts/{token['account_id']}/workers/scripts/{name}"
        answer = self.call("POST" if versions else "PUT", path + ("/versions" if versions else ""), token, body.encode(),
                           headers={"Content-Type": "multipart/form-data; boundary=B"})
        if answer[0] == 200:
            assert self.call("POST", path + "/subdomain", token, '{"enabled": true}')[0] == 200
        return answer

    def get(self, path="/", host="shop.localhost", headers=None, method="GET", body=None):
        """-> (status, text)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body=body, headers={"Host": host, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def call(self, method, path, token=None, body=None, host=None, headers=None):
        """The API: -> (status, text)"""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.api.rsplit(":", 1)[1]), timeout=120)
        given = dict(headers or {})
        if token:
            given["Authorization"] = f"Bearer {token['token']}"
        if host:
            given["Host"] = host
        try:
            connection.request(method, path, body=body, headers=given)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def metric(self, name):
        for line in self.call("GET", "/metrics")[1].splitlines():
            if line.rsplit(" ", 1)[0] == name:
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def children(self):
        found = []
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            try:
                found += [int(word) for word in pathlib.Path(f"/proc/{self.process.pid}/task/{task}/children").read_text().split()]
            except FileNotFoundError:
                pass
        return found

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


__all__ = ["EdgeServer", "is_running", "make_project", "say"]
