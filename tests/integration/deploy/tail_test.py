"""`pyw tail` against a server of the tests' own: plain, over TLS with an own authority, through a proxy, broken and ended.

usage: tail_test.py PYW
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from api_server import Server, client_environment
from tail_server import BINARY, CLOSE, PING, PONG, TEXT, TailServer, TunnelProxy, frame, read_frame

EVENT = {"outcome": "ok", "eventTimestamp": 1767225600000, "exceptions": [], "scriptName": "greeter",
         "logs": [{"level": "log", "message": ["hello", {"a": 1}]}], "event": {"request": {"method": "GET", "url": "https://x.example/"}}}
failures = []


def check(name, condition, detail=""):
    if not condition:
        failures.append(name)
        print(f"{name}: {detail}")


class Api:
    """Makes tails at the given WebSocket address and notes what is asked."""

    def __init__(self, url):
        self.url, self.calls = url, []
        self.server = Server(self.answer)

    def answer(self, seen):
        self.calls.append((seen.method, re.sub("^/accounts/[^/]*/", "", seen.path), seen.body))
        if seen.method == "POST":
            result = {"id": f"tail{len(self.calls)}", "url": self.url, "expires_at": "2026-12-01T00:00:00Z"}
        elif seen.path.startswith("/zones/"):
            result = [{"pattern": "x.example/*", "script": "routed"}]
        elif seen.path == "/zones":
            result = [{"id": "z1", "name": "x.example"}]
        else:
            result = {}
        return 200, {"success": True, "errors": [], "messages": [], "result": result}, {}


def run(pyw, api, arguments, interrupt_after=None, environment=None):
    """Runs until it ends, or, once `interrupt_after` is on stdout, until SIGINT has ended it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "home").mkdir()
        settings = {**client_environment(api.server, Path(folder) / "home", os.environ), **(environment or {})}
        with tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen([pyw, "tail", *arguments], cwd=folder, env=settings, text=True, stdout=subprocess.PIPE,
                                       stderr=errors)
            lines = []
            for line in process.stdout:
                lines.append(line)
                if interrupt_after and interrupt_after in line:
                    process.send_signal(signal.SIGINT)
                    interrupt_after = None
            code = process.wait(timeout=60)
            errors.seek(0)
            return code, "".join(lines), errors.read()


def send_event_and_wait(seen):
    def talk(connection, stream, number):
        seen.append(read_frame(stream))
        payload = json.dumps(EVENT).encode()
        connection.sendall(frame(BINARY, payload[:10], final=False) + frame(PING, b"there?") + frame(0, payload[10:]))
        seen.append(read_frame(stream))
        read_frame(stream)  # until the client goes
    return talk


def events(pyw, options, label, server_options=None, environment=None):
    """One event, then Ctrl-C: the tail is deleted."""
    seen = []
    server = TailServer(send_event_and_wait(seen), **(server_options or {}))
    api = Api(server.url)
    code, out, err = run(pyw, api, ["greeter", *options], "x.example", environment)
    check(f"{label}: exit", code == 0, f"{code} {err}")
    check(f"{label}: begins", seen and seen[0] == (TEXT, b'{"debug":false}'), seen)
    check(f"{label}: pong", (PONG, b"there?") in seen, seen)
    check(f"{label}: handshake", server.heads[0][0] == "GET /tail?x=1 HTTP/1.1" and
          server.heads[0][1]["sec-websocket-protocol"] == "trace-v1", server.heads)
    check(f"{label}: deleted", [c[:2] for c in api.calls] == [("POST", "workers/scripts/greeter/tails"),
                                                              ("DELETE", "workers/scripts/greeter/tails/tail1")], api.calls)
    server.close()
    return out, err, api, server


def formats_and_filters(pyw):
    out, _, _, _ = events(pyw, ["--format", "json"], "json")
    check("json: one line", json.loads(out) == EVENT and out.count("\n") == 1, out)
    out, _, _, _ = events(pyw, ["--format", "pretty"], "pretty")
    check("pretty: words", out == '2026-01-01T00:00:00.000Z  GET https://x.example/ - ok\n  (log) hello {"a":1}\n', out)
    out, _, _, _ = events(pyw, [], "no terminal")
    check("no terminal: json", json.loads(out) == EVENT, out)
    _, _, api, _ = events(pyw, ["--status", "error", "--method", "GET", "--header", "a:b", "--search", "s", "--sampling-rate", "0.5",
                                "--ip", "self", "--version-id", "v"], "filters")
    check("filters: body", json.loads(api.calls[0][2]) == {"filters": [
        {"sampling_rate": 0.5}, {"outcome": ["exception", "exceededCpu", "exceededMemory", "unknown"]}, {"method": ["GET"]},
        {"header": {"key": "a", "query": "b"}}, {"client_ip": ["self"]}, {"query": "s"}, {"scriptVersion": "v"}]}, api.calls[0])


def over_tls(pyw, folder):
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    pair = {"certificate": (certificate, key)}
    events(pyw, [], "TLS", pair, {"SSL_CERT_FILE": str(certificate)})
    proxy = TunnelProxy()
    _, _, _, server = events(pyw, [], "TLS through a proxy", pair,
                             {"SSL_CERT_FILE": str(certificate), "https_proxy": proxy.url, "no_proxy": "127.0.0.1"})
    check("proxy: asked", proxy.asked == [f"CONNECT localhost:{server.port}"], proxy.asked)
    proxy.close()
    server = TailServer(send_event_and_wait([]), **pair)
    code, _, err = run(pyw, Api(server.url), ["greeter"])
    check("an unknown authority is refused", code == 1 and "certificate" in err, f"{code} {err}")
    server.close()


def ends_and_breaks(pyw):
    def close(code):
        def talk(connection, stream, number):
            read_frame(stream)
            connection.sendall(frame(CLOSE, code.to_bytes(2, "big")))
        return talk

    server = TailServer(close(1000))
    api = Api(server.url)
    code, _, err = run(pyw, api, ["greeter"])
    check("closed by the server", code == 0 and len(api.calls) == 2, f"{code} {err} {api.calls}")
    server.close()

    def once(connection, stream, number):
        if number > 1:
            send_event_and_wait([])(connection, stream, number)

    server = TailServer(once)
    api = Api(server.url)
    code, out, err = run(pyw, api, ["greeter"], "x.example")
    check("connected again", code == 0 and "x.example" in out and "trying again" in err, f"{code} {err}")
    check("each tail is deleted", [c[0] for c in api.calls] == ["POST", "DELETE", "POST", "DELETE"], api.calls)
    server.close()

    server = TailServer(once, refuse=True)
    api = Api(server.url)
    code, _, err = run(pyw, api, ["greeter"])
    check("no WebSocket", code == 1 and "status 403" in err and api.calls[-1][0] == "DELETE", f"{code} {err}")
    server.close()


def other_names(pyw):
    seen = []
    server = TailServer(send_event_and_wait(seen))
    api = Api(server.url)
    code, _, err = run(pyw, api, ["x.example/*"], "x.example")
    posts = [c[1] for c in api.calls if c[0] == "POST"]
    check("by route", code == 0 and posts == ["workers/scripts/routed/tails"], f"{code} {err} {api.calls}")
    code, _, err = run(pyw, api, ["greeter", "--sampling-rate", "2"])
    check("a rate over 1", code == 2, f"{code} {err}")
    server.close()


def main():
    pyw = sys.argv[1]
    formats_and_filters(pyw)
    with tempfile.TemporaryDirectory() as folder:
        over_tls(pyw, Path(folder))
    ends_and_breaks(pyw)
    other_names(pyw)
    print(f"{len(failures)} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


sys.exit(main())
