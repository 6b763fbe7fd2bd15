"""Every built-in template, made and served as a new user would: its answers are those that its README promises."""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "support"))
import checks
from dev_session import DevSession

PATIENCE_S = 60


class NoWheel(Exception):
    """A package of the template has no WebAssembly wheel in the index that is configured here."""


@contextmanager
def served(pyw, template, *arguments, before=lambda folder: None):
    root = pathlib.Path(tempfile.mkdtemp(prefix="pyw-template-"))
    try:
        made = subprocess.run([str(pyw), "--no-progress", "init", "app", "--template", template], cwd=root,
                              capture_output=True, stdin=subprocess.DEVNULL, text=True)
        missing = [line for line in made.stderr.splitlines() if "has no wheel for" in line]
        if missing:
            raise NoWheel(missing[0])
        assert made.returncode == 0, made.stderr
        before(root / "app")
        with DevSession(pyw, root / "app", *arguments) as session:
            yield session.ready()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def ask(session, method, path, body=None, headers=None):
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", session.port, timeout=PATIENCE_S)
    if isinstance(body, dict):
        body, headers = json.dumps(body), {"content-type": "application/json", **(headers or {})}
    connection.request(method, path, body=body, headers=headers or {})
    response = connection.getresponse()
    text = response.read().decode()
    return response.status, text, {name.lower(): value for name, value in response.getheaders()}


def expect(session, method, path, status, text=None, body=None, headers=None, contains=None, data=None):
    got_status, got_text, got_headers = ask(session, method, path, body, headers)
    assert got_status == status, (path, got_status, got_text[:500], "".join(session.errors)[-1500:])
    assert text is None or got_text == text, (path, got_text)
    assert contains is None or contains in got_text, (path, got_text[:1000])
    assert data is None or json.loads(got_text) == data, (path, got_text)
    return got_text, got_headers


def until(session, method, path, predicate):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        status, text, _ = ask(session, method, path)
        if predicate(status, text):
            return text
        assert time.monotonic() < deadline, (status, text, "".join(session.errors)[-1500:])
        time.sleep(0.1)


def test_hello(pyw):
    with served(pyw, "hello") as session:
        expect(session, "GET", "/?name=Ada", 200, "Hello, Ada!")
        expect(session, "GET", "/json", 200, data={"greeting": "Hello, World!"})
        expect(session, "GET", "/nowhere", 404)


def test_fastapi(pyw):
    with served(pyw, "fastapi") as session:
        expect(session, "GET", "/items", 200, contains='"sku":"TEA"')
        expect(session, "GET", "/items/XXX", 404)
        expect(session, "POST", "/orders", 201, body={"sku": "TEA", "count": 2},
               data={"sku": "TEA", "count": 2, "total": "7.00", "currency": "EUR"})
        expect(session, "POST", "/orders", 422, body={"sku": "tea", "count": 0}, contains="string_pattern_mismatch")
        expect(session, "GET", "/openapi.json", 200, contains='"Receipt"')
        expect(session, "GET", "/docs", 200, contains="<html")


def test_html(pyw):
    with served(pyw, "html") as session:
        _, headers = expect(session, "GET", "/?name=%3CAda%3E", 200, contains="<h1>Hello, &lt;Ada&gt;!</h1>")
        assert headers["content-type"] == "text/html; charset=utf-8"
        expect(session, "GET", "/x%22y", 404, contains="<code>")


def test_assets(pyw):
    with served(pyw, "assets") as session:
        expect(session, "GET", "/", 200, contains="<title>Dice</title>")
        text, _ = expect(session, "GET", "/api/roll", 200)
        assert all(1 <= die <= 6 for die in json.loads(text)["dice"])
        expect(session, "GET", "/nowhere", 404, contains="Back to the dice")


def test_kv(pyw):
    with served(pyw, "kv") as session:
        expect(session, "PUT", "/docs", 201, body="https://example.com/")
        expect(session, "PUT", "/bad", 400, body="javascript:alert(1)")
        _, headers = expect(session, "GET", "/docs", 302)
        assert headers["location"] == "https://example.com/"
        expect(session, "GET", "/", 200, data=["docs"])
        expect(session, "DELETE", "/docs", 204)
        expect(session, "GET", "/docs", 404)


def test_d1(pyw):
    with served(pyw, "d1") as session:
        expect(session, "POST", "/", 201, body={"author": "Ada", "message": "Hello'; DROP TABLE entries; --"}, data={"id": 1})
        expect(session, "POST", "/", 400, body={"author": "Ada"})
        expect(session, "GET", "/", 200, contains="DROP TABLE entries")


def test_r2(pyw):
    with served(pyw, "r2") as session:
        expect(session, "PUT", "/a%20b", 201, body="text", headers={"content-type": "text/markdown"}, data={"name": "a b", "size": 4})
        _, headers = expect(session, "GET", "/a%20b", 200, "text")
        assert headers["content-type"] == "text/markdown"
        expect(session, "GET", "/", 200, data=[{"name": "a b", "size": 4}])
        expect(session, "DELETE", "/a%20b", 204)
        expect(session, "GET", "/a%20b", 404)


def test_durable_object(pyw):
    with served(pyw, "durable-object") as session:
        expect(session, "POST", "/visits", 200, data={"name": "visits", "value": 1})
        expect(session, "POST", "/visits", 200, data={"name": "visits", "value": 2})
        expect(session, "GET", "/downloads", 200, data={"name": "downloads", "value": 0})


def test_cron(pyw):
    with served(pyw, "cron") as session:
        expect(session, "GET", "/", 200, data=[])
        expect(session, "GET", "/cdn-cgi/handler/scheduled?cron=*/5+*+*+*+*", 200)
        expect(session, "GET", "/", 200, contains='"due"')


def test_queue(pyw):
    with served(pyw, "queue") as session:
        text, _ = expect(session, "POST", "/", 202, body="four words in here")
        done = until(session, "GET", "/" + json.loads(text)["id"], lambda status, _: status == 200)
        assert json.loads(done) == {"words": 4, "attempts": 1}, done


def test_workflow(pyw):
    with served(pyw, "workflow") as session:
        expect(session, "POST", "/", 400, body={"item": "gold"})
        text, _ = expect(session, "POST", "/", 202, body={"item": "tea", "count": 2})
        done = until(session, "GET", "/" + json.loads(text)["id"], lambda _, text: '"complete"' in text or '"errored"' in text)
        assert json.loads(done) == {"status": "complete", "output": {"item": "tea", "count": 2, "cents": 700}}, done


class WebSocket:
    """Just enough of RFC 6455: short text messages both ways."""

    def __init__(self, port, path):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            self._more()
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        assert b" 101 " in head.split(b"\r\n")[0], head

    def _more(self):
        piece = self.socket.recv(4096)
        assert piece, "the server closed the connection"
        self.data += piece

    def send(self, text):
        payload, mask = text.encode(), os.urandom(4)
        assert len(payload) < 126
        self.socket.sendall(bytes([0x81, 0x80 | len(payload)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def receive(self):
        while len(self.data) < 2:
            self._more()
        size, start = self.data[1] & 127, 2
        if size == 126:
            while len(self.data) < 4:
                self._more()
            size, start = struct.unpack(">H", self.data[2:4])[0], 4
        while len(self.data) < start + size:
            self._more()
        text, self.data = self.data[start:start + size].decode(), self.data[start + size:]
        return json.loads(text)

    def close(self):
        self.socket.sendall(bytes([0x88, 0x82]) + bytes(4) + struct.pack(">H", 1000))


def test_chatroom(pyw):
    with served(pyw, "chatroom") as session:
        expect(session, "GET", "/", 200, contains="<title>Chat</title>")
        expect(session, "GET", "/rooms/lobby", 426)
        ada = WebSocket(session.port, "/rooms/lobby?name=Ada")
        assert ada.receive() == {"from": "Ada", "event": "joined"}
        bob = WebSocket(session.port, "/rooms/lobby?name=Bob")
        assert ada.receive() == bob.receive() == {"from": "Bob", "event": "joined"}
        other = WebSocket(session.port, "/rooms/other?name=Eve")
        other.receive()
        bob.send("Hello")
        assert ada.receive() == bob.receive() == {"from": "Bob", "text": "Hello"}
        bob.close()
        assert ada.receive() == {"from": "Bob", "event": "left"}
        other.send("alone")
        assert other.receive() == {"from": "Eve", "text": "alone"}


@contextmanager
def server(answer):
    """A TCP server on loopback: `answer(connection)` for each connection, on a thread of its own. -> its port"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            return ""
        data += piece
    return data.decode()


def echo_websocket(connection):
    """RFC 6455: one short text message comes back."""
    head = read_head(connection)
    key = next(line.split(": ", 1)[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key:"))
    accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    connection.sendall(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
    frame = connection.recv(4096)
    size, mask = frame[1] & 127, frame[2:6]
    text = bytes(byte ^ mask[i % 4] for i, byte in enumerate(frame[6:6 + size]))
    connection.sendall(bytes([0x81, len(text)]) + text)
    connection.recv(4096)  # the close
    connection.close()


def refuse_websocket(connection):
    read_head(connection)
    connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    connection.close()


def answer_http(connection):
    read_head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
    connection.close()


def answer_lines(connection):
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            connection.sendall(b"you said " + line)


def test_websocket_client(pyw):
    with server(echo_websocket) as port, served(pyw, "websocket-client", "--var", f"UPSTREAM:ws://127.0.0.1:{port}") as session:
        expect(session, "GET", "/?text=Hi", 200, "Hi")
    with server(refuse_websocket) as port, served(pyw, "websocket-client", "--var", f"UPSTREAM:ws://127.0.0.1:{port}") as session:
        expect(session, "GET", "/", 502, contains="403")


def test_socket(pyw):
    with server(answer_lines) as port, served(pyw, "socket") as session:
        expect(session, "GET", f"/?host=127.0.0.1&port={port}&send=PING", 200, "you said PING")
        expect(session, "GET", "/?host=127.0.0.1", 400)
        expect(session, "GET", "/?host=127.0.0.1&port=1", 502)


def test_sync_http_clients(pyw):
    with server(answer_http) as port, served(pyw, "sync-http-clients", "--var", f"TARGET:http://127.0.0.1:{port}/") as session:
        for library in ("requests", "urllib3", "httpx", "httpx-async"):
            expect(session, "GET", "/" + library, 200, data={"library": library, "status": 200, "size": 5})
        expect(session, "GET", "/curl", 404)


def test_opengraph(pyw):
    with served(pyw, "opengraph") as session:
        text, _ = expect(session, "GET", "/", 200, contains='<meta property="og:description" content="Green tea from the first harvest.">')
        assert text.index("og:title") < text.index("</head>"), text
        assert "<h1>Tea</h1>" in text


def test_dynamic_workers(pyw):
    with served(pyw, "dynamic-workers") as session:
        javascript = {"content-type": "text/javascript"}
        answer = 'export default { fetch: () => new Response("from text") }'
        expect(session, "POST", "/run", 200, "from text", body=answer, headers=javascript)
        expect(session, "POST", "/run", 422, body="this is no Worker", headers=javascript, contains="the Worker failed")
        wanderer = 'export default { fetch: () => fetch("http://127.0.0.1/") }'
        expect(session, "POST", "/run", 422, body=wanderer, headers=javascript, contains="not permitted to access")
        python = "from workers import Response, WorkerEntrypoint, fetch\n\nclass Default(WorkerEntrypoint):\n" \
                 "    async def fetch(self, request):\n        return "
        expect(session, "POST", "/run", 200, "from text", body=python + 'Response("from text")\n')
        expect(session, "POST", "/run", 422, body="this is no Worker", contains="SyntaxError")
        wanderer = python + 'await fetch("http://127.0.0.1/")\n'
        expect(session, "POST", "/run", 422, body=wanderer, contains="not permitted to access")
        expect(session, "GET", "/", 404)


def test_ai(pyw):
    with served(pyw, "ai", "--mock", "mock_ai.py") as session:
        expect(session, "POST", "/", 200, body={"question": "Why?"}, data={"answer": "You asked: Why?"})
        expect(session, "POST", "/", 400, body={})
    with served(pyw, "ai") as session:
        expect(session, "POST", "/", 500, body={"question": "Why?"}, contains="AI works on the platform only")


def test_django(pyw):
    with served(pyw, "django") as session:
        expect(session, "GET", "/?search=sen", 200, contains="sencha")
        text, _ = expect(session, "GET", "/?search=%22%3Cb%3E", 200)
        assert "&quot;&lt;b&gt;" in text and "<b>" not in text, text
        expect(session, "GET", "/teas/sencha/", 200, data={"name": "sencha", "cents": 350})
        expect(session, "GET", "/teas/coffee/", 404)
        _, headers = expect(session, "GET", "/teas/sencha", 301)
        assert headers["location"] == "/teas/sencha/"


def test_langchain(pyw):
    try:
        with served(pyw, "langchain") as session:
            expect(session, "GET", "/?topic=tea", 200, contains="Steam over the cup")
    except NoWheel as reason:
        print(f"  not run: {reason}")


def test_image(pyw):
    try:
        with served(pyw, "image") as session:
            connection = socket.create_connection(("127.0.0.1", session.port), timeout=PATIENCE_S)
            connection.sendall(b"GET /?text=Tea HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            answer = connection.makefile("rb").read()
            assert b"image/png" in answer and b"\x89PNG" in answer, answer[:300]
    except NoWheel as reason:
        print(f"  not run: {reason}")


def test_rpc_js_python(pyw):
    with served(pyw, "rpc-js-python", "-c", "wrangler.jsonc", "-c", "prices/wrangler.jsonc") as session:
        other = next((event for event in session.seen if event.get("worker") == "prices" and event["event"] == "ready"), None)
        other = other or session.wait_for("ready", worker="prices")
        until(session, "GET", "/sencha", lambda status, _: status == 200)
        expect(session, "GET", "/sencha", 200, data={"tea": "sencha", "cents": 944})
        expect(session, "GET", "/coffee", 404, contains="there is no tea called coffee")
        session.port = int(other["url"].rsplit(":", 1)[1])
        expect(session, "GET", "/", 200, data={"sencha": 349.5, "gyokuro": 899})


def test_every_template_is_tested(pyw):
    listed = subprocess.run([str(pyw), "init", "--list", "--json"], capture_output=True, text=True, check=True).stdout
    for row in json.loads(listed):
        assert f"test_{row['name'].replace('-', '_')}" in globals(), row["name"]


if __name__ == "__main__":
    checks.main(globals())
