"""A deploy API that answers as it is told, on loopback; the tests' own. Python's standard library only.

Answers(requests): what to answer, in the order in which the client should ask. Misbehaves on order: a fault per request
(cut the connection, wait, answer with anything).
"""
import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

ACCOUNT = "0af1c9a4b2de4c6f8a7b6c5d4e3f2a1b"


def parts_of(content_type, body):
    """The parts of a multipart body, in order, metadata parsed and other contents hashed."""
    boundary = re.search(r"boundary=([^;]+)", content_type).group(1).strip('"').encode()
    parts = []
    for chunk in body.split(b"--" + boundary)[1:-1]:
        head, _, content = chunk[2:].partition(b"\r\n\r\n")
        content = content[:-2]
        head = head.decode("utf-8", "surrogateescape")

        def field(name, text=head):
            found = re.search(r'[ ;]%s="([^"]*)"' % name, text)
            return found.group(1) if found else None

        kind = re.search(r"(?im)^content-type: *(.*?)\r?$", head)
        part = {"name": field("name"), "filename": field("filename"), "content_type": kind.group(1) if kind else None}
        if part["name"] == "metadata":
            part["json"] = json.loads(content)
        else:
            part.update(size=len(content), sha256=hashlib.sha256(content).hexdigest())
        parts.append(part)
    return parts


class Seen:
    """One request as it arrived."""

    def __init__(self, method, target, headers, body):
        url = urlsplit(target)
        self.method, self.headers, self.body = method, headers, body
        self.path = unquote(url.path.removeprefix("/client/v4"))
        self.query = sorted(parse_qsl(url.query, keep_blank_values=True))

    def differs_from(self, wanted):
        """Why the body is not the wanted one; empty when it is."""
        kind = self.headers.get("Content-Type") or ""
        if "multipart" in wanted:
            if not kind.startswith("multipart/form-data"):
                return f"content type is {kind!r}"
            got, expected = parts_of(kind, self.body), wanted["multipart"]
            if "assets/upload" in wanted["path"]:
                got, expected = (sorted(x, key=lambda p: p["name"]) for x in (got, expected))
            return "" if got == expected else f"parts are {json.dumps(got)[:3000]}, not {json.dumps(expected)[:3000]}"
        if "json" in wanted:
            try:
                got = json.loads(self.body)
            except ValueError:
                return f"body is no JSON: {self.body[:80]!r}"
            return "" if got == wanted["json"] else f"body is {json.dumps(got)}, not {json.dumps(wanted['json'])}"
        if wanted.get("text") is not None and self.body.decode("utf-8", "replace") != wanted["text"]:
            return f"body is {self.body[:80]!r}, not {wanted['text'][:80]!r}"
        return ""


class Dripping(str):
    """A body that comes in ten pieces over half a second: a slow server."""


class Half(str):
    """A body of which only the first half comes before the connection is cut."""


class Server:
    """answer(seen) gives (status, body as an object or text, headers), or None to cut the connection."""

    def __init__(self, answer):
        outer = self
        self.seen, self.lock, self.answer = [], threading.Lock(), answer

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two writes: with it each answer would wait 40 ms for an ACK

            def log_message(self, *arguments):
                pass

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                seen = Seen(self.command, self.path, self.headers, body)
                with outer.lock:
                    outer.seen.append(seen)
                    answer = outer.answer(seen)
                if answer is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                status, content, headers = answer
                data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if isinstance(content, Half):
                    self.wfile.write(data[:len(data) // 2])
                    self.close_connection = True
                elif isinstance(content, Dripping):
                    size = len(data) // 10 + 1
                    for start in range(0, len(data), size):
                        time.sleep(0.05)  # the fault itself
                        self.wfile.write(data[start:start + size])
                else:
                    self.wfile.write(data)

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a connection that was cut on purpose

        self.http = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http.server_port}/client/v4"

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def client_environment(server, home, base):
    """What a client needs to talk to the server and nothing else of this machine's settings."""
    kept = {k: v for k, v in base.items() if not k.startswith(("CLOUDFLARE_", "CF_", "WRANGLER_"))}
    return {**kept, "CI": "true", "HOME": str(home), "NO_COLOR": "1", "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"), "CLOUDFLARE_API_BASE_URL": server.url,
            "CLOUDFLARE_API_TOKEN": "test-token-0123456789", "CLOUDFLARE_ACCOUNT_ID": ACCOUNT}
