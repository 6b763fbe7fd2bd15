"""Requests that no client should send, to the API and to the Workers' address: never a 5xx, never the end of the server.

usage: test_malformed.py --pyw PROGRAM      (PYW_MALFORMED: how many, default 3000)
"""
import json
import os
import pathlib
import random
import socket
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from edge_server import EdgeServer, make_project

COUNT = int(os.environ.get("PYW_MALFORMED", "3000"))
NAMES = ["shop", "x" * 300, "..", "%2e%2e", "a%00b", "%ff", "-", "ünï", "a b", ""]
ENDS = ["", "/versions", "/versions/1", "/deployments", "/secrets", "/secrets/A", "/secrets-bulk", "/settings", "/script-settings",
        "/subdomain", "/schedules", "/routes", "/domains/records", "/domains/changeset", "/references"]
VALUES = [None, True, 1, -1, 1e400, "", "x", "\ud800", [], [1], {}, {"a": None}, "A" * 5000, [[[[[[]]]]]]]


def answer_of(port, raw):
    """The status of what comes back; None when the connection was closed without an answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        try:
            client.sendall(raw)
            client.shutdown(socket.SHUT_WR)
            head = b""
            while b"\r\n" not in head and (piece := client.recv(4096)):
                head += piece
        except OSError:  # it was refused before all was sent
            return None
    return int(head.split(b" ")[1]) if head.startswith(b"HTTP/1.") else None


class Maker:
    def __init__(self, account, token):
        self.chance, self.account, self.token = random.Random(9), account, token

    def pick(self, items):
        return self.chance.choice(items)

    def json(self):
        keys = ["secrets", "versions", "name", "text", "enabled", "pattern", "origins", "digests", "strategy", "env", "main_module",
                "bindings", "compatibility_date", "compatibility_flags", "pyw_modules", "pyw_snapshot", "annotations", "tags", "cron"]
        made = {self.pick(keys): self.pick(VALUES) for _ in range(self.chance.randint(0, 5))}
        if self.chance.random() < 0.3:
            made["versions"] = [{"version_id": self.pick(VALUES), "percentage": self.pick(VALUES)}]
        if self.chance.random() < 0.3:
            made["bindings"] = [{"name": self.pick(VALUES), "type": self.pick(["inherit", "plain_text", "secret_text", 7])}]
        return json.dumps(self.pick([made, [made], self.pick(VALUES)])).encode()

    def form(self):
        part = b'--B\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n' + self.json() + b"\r\n"
        more = b'--B\r\nContent-Disposition: form-data; name="../x.py"; filename="x"\r\nContent-Type: text/x-python\r\n\r\nx\r\n'
        whole = part + self.pick([b"", more]) + b"--B--\r\n"
        return whole[:self.chance.randint(0, len(whole))] if self.chance.random() < 0.4 else whole

    def request(self):
        account = self.pick([self.account] * 6 + ["0" * 32, "x"])
        path = self.pick([f"/accounts/{account}/workers/scripts/{self.pick(NAMES)}{self.pick(ENDS)}"] * 4 +
                         [f"/accounts/{account}/workers/pyw/snapshots/{self.pick(['0' * 64, 'x', '..'])}",
                          f"/accounts/{account}/workers/pyw/modules", f"/accounts/{account}/workers/services/{self.pick(NAMES)}",
                          f"/zones?name={self.pick(NAMES)}", "/%", "//", "*", "/accounts?page=" + self.pick(["-1", "x", "9" * 40])])
        multipart = self.chance.random() < 0.4
        body = self.form() if multipart else self.pick([b"", b"{", b"\xff\xfe", self.json(), self.json()])
        head = [f"{self.pick(['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'BREW'])} {path} HTTP/1.1",
                f"Host: {self.pick(['127.0.0.1'] * 8 + ['evil.example', ''])}",
                f"Authorization: {self.pick([f'Bearer {self.token}'] * 8 + ['Bearer', 'Basic x', ''])}",
                f"Content-Type: {'multipart/form-data; boundary=' + self.pick(['B', 'B', '']) if multipart else self.pick(['application/json', 'text/plain', ''])}",
                f"Content-Range: {self.pick(['bytes 0-0/1', 'bytes 1-0/1', 'bytes 0-9/99999999999999999999', 'x'])}",
                f"Content-Length: {self.pick([len(body)] * 8 + [len(body) + 5, -1, 'x', 10**30])}"]
        raw = "\r\n".join(head).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body
        if self.chance.random() < 0.1:
            at = self.chance.randrange(len(raw))
            raw = raw[:at] + bytes([self.chance.randrange(256)]) + raw[at + 1:]
        return raw


def test_malformed_requests_are_refused(pyw):
    with tempfile.TemporaryDirectory() as folder:
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            done = server.deploy(project, token)
            assert done.returncode == 0, done.stderr
            make = Maker(token["account_id"], token["token"])
            api, seen = int(server.api.rsplit(":", 1)[1]), {}
            for _ in range(COUNT):
                raw = make.request()
                status = answer_of(api, raw)
                assert status is None or status < 500, (status, raw[:2000])
                seen[status] = seen.get(status, 0) + 1
            print(f"the API answered {dict(sorted((str(k), v) for k, v in seen.items()))}")
            assert server.call("GET", "/readyz")[0] == 200
            deployed = server.deploy(project, token)  # whatever became of the Worker, it can be deployed again
            assert deployed.returncode == 0, deployed.stderr
            assert server.get() == (200, "one")
            for raw in [b"\r\n\r\n", b"GET\r\n\r\n", b"GET http://shop.localhost/cdn-cgi/pyw/start HTTP/1.1\r\nHost: shop.localhost\r\n\r\n",
                        b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: x\r\n\r\n",
                        b"POST / HTTP/1.1\r\nHost: shop.localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                        b"POST / HTTP/1.1\r\nHost: shop.localhost\r\nContent-Length: 10\r\n\r\nabc", b"\x16\x03\x01\x02\x00" + b"x" * 600]:
                status = answer_of(server.port, raw)
                assert status is None or status < 500, (status, raw)
            assert server.get() == (200, "one")


checks.main(globals())
