#!/usr/bin/env python3
"""`pyw dev --https` with HTTP/2: curl, h2load, Chromium, and a client that speaks frames."""
import contextlib
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import http2_client as h2  # noqa: E402
from browser import Browser  # noqa: E402
from checks import main  # noqa: E402
from debian import program  # noqa: E402
from dev_session import DevSession, greet, wait_until  # noqa: E402
from http2_client import Http2Client  # noqa: E402

WRANGLER = """name = "under-test"
main = "src/entry.py"
compatibility_date = "2026-10-01"
compatibility_flags = ["python_workers", "enable_request_signal"]
"""
PYPROJECT = '[project]\nname = "under-test"\nversion = "0.1.0"\nrequires-python = ">=3.13"\ndependencies = []\n'
ENTRY = '''import asyncio
from urllib.parse import urlparse
from js import TransformStream, WebSocketPair, WritableStream
from pyodide.ffi import create_proxy, to_js
from workers import Response, WorkerEntrypoint
from helper import word

async def tick(writer):
    while True:
        await writer.write(to_js(word().encode()))
        await asyncio.sleep(0.02)

async def pour(writer, megabytes):
    for _ in range(megabytes * 16):
        await writer.write(to_js(bytes(65536)))
    await writer.close()

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        url = urlparse(request.url)
        what, _, rest = url.path[1:].partition("/")
        if what == "socket":
            client, server = WebSocketPair.new().object_values()
            server.accept()
            server.send("hello")
            return Response(None, status=101, web_socket=client)
        if what == "url":
            return Response(request.url + " " + (request.headers.get("cookie") or ""))
        if what == "page":
            return Response("<title>first</title>", headers={"content-type": "text/html"})
        if what == "boom":
            raise ValueError("on purpose")
        left = create_proxy(lambda event: print("the client left", rest))
        request.js_object.signal.addEventListener("abort", left)
        if what == "sleep":
            print("asleep")
            await asyncio.sleep(3600)
        if what == "size":
            await request.js_object.body.pipeTo(WritableStream.new())
            return Response(request.headers.get("content-length") or "unknown")
        if what == "ignored":
            return Response("no, thank you", status=413)
        if what in ("ticks", "pour"):
            pair = TransformStream.new()
            writer = pair.writable.getWriter()
            self.ctx.waitUntil(tick(writer) if what == "ticks" else pour(writer, int(rest)))
            return Response(pair.readable)
        if request.method == "POST":
            return Response((await request.bytes())[::-1])
        return Response(word())
'''


@contextlib.contextmanager
def served(pyw, *arguments):
    with tempfile.TemporaryDirectory(prefix="pyw-http2-") as name:
        root = pathlib.Path(name)
        (root / "src").mkdir()
        for path, text in (("wrangler.toml", WRANGLER), ("pyproject.toml", PYPROJECT), ("src/entry.py", ENTRY)):
            (root / path).write_text(text)
        save(root, "one")
        environment = {"XDG_CONFIG_HOME": str(root / "config")}
        with DevSession(pyw, root, "--https", *arguments, environment=environment) as session:
            yield root, session.ready()


def save(root, text):
    (root / "src/helper.py").write_text(f'def word():\n    return "{text}"\n')


def curl(session, path, *arguments, input=None):
    """-> (version, status, body)"""
    done = subprocess.run(
        [program("curl", ["curl"]), "-sk", "--max-time", "100", "-w", "\n%{http_version} %{http_code}", *arguments,
         f"https://localhost:{session.port}{path}"], input=input, capture_output=True, check=True)
    body, _, told = done.stdout.rpartition(b"\n")
    version, status = told.decode().split()
    return version, int(status), body


def most_memory(pid):
    """MiB, ever in RAM at once."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) >> 10 for line in file if line.startswith("VmHWM"))


def wait_for_log(session, text):
    while text not in session.wait_for("log")["text"]:
        pass


def test_curl_gets_http2_and_http1_where_it_asks_for_that(pyw):
    with served(pyw) as (_, session):
        assert curl(session, "/", "--http2") == ("2", 200, b"one")
        assert curl(session, "/", "--http1.1") == ("1.1", 200, b"one")
        assert curl(session, "/", "--no-alpn") == ("1.1", 200, b"one")
        there = f"https://localhost:{session.port}/url a=1; b=2".encode()
        assert curl(session, "/url", "--http2", "-b", "a=1; b=2") == ("2", 200, there)
        body = os.urandom(5_000_000)
        sent = ("--http2", "--data-binary", "@-")
        assert curl(session, "/", *sent, input=body) == ("2", 200, body[::-1])
        assert curl(session, "/", *sent, "-H", "Transfer-Encoding: chunked", input=body) == ("2", 200, body[::-1])
        assert curl(session, "/", *sent, "-H", "Expect: 100-continue", input=body[:10]) == ("2", 200, body[9::-1])
        assert curl(session, "/ignored", *sent, input=body) == ("2", 413, b"no, thank you")
        assert curl(session, "/", "--http2", "--head")[:2] == ("2", 200)
        version, status, text = curl(session, "/boom", "--http2")
        assert (version, status) == ("2", 500) and b"ValueError: on purpose" in text, text
        assert b"<html" in curl(session, "/boom", "--http2", "-H", "Accept: text/html")[2]
        # pyw's own pages, and who may not see them.
        assert json.loads(curl(session, "/cdn-cgi/pyw/dev/session", "--http2")[2])["name"] == "under-test"
        for field in ("Host: evil.example", "Origin: https://evil.example", f"Origin: https://127.0.0.1:{session.port}"):
            assert curl(session, "/cdn-cgi/pyw/dev/session", "--http2", "-H", field)[1] == 403, field


def test_a_websocket_goes_over_http1_beside(pyw):
    with served(pyw) as (_, session):
        context = ssl._create_unverified_context()
        context.set_alpn_protocols(["http/1.1"])
        with context.wrap_socket(socket.create_connection(("127.0.0.1", session.port), timeout=60)) as connection:
            greet(connection, "/socket")


def test_windows_hold_an_answer_back_and_a_cancel_reaches_the_worker(pyw):
    with served(pyw) as (_, session), Http2Client(session.port) as client:
        client.request("GET", "/")
        assert client.answer(1) == (200, b"one")
        before = most_memory(session.process.pid)
        stream = client.request("GET", "/pour/100")
        came = 0
        while came < h2.WINDOW - 3:  # what the first answer took of the connection's window
            came += len(client.receive_of(stream, h2.DATA)[3])
        # No byte more than the window, and other streams go on once the connection's own is wider.
        client.widen(0, 1 << 30)
        assert client.answer(client.request("GET", "/url"))[0] == 200
        client.widen(stream, 1000)
        assert came + len(client.receive_of(stream, h2.DATA)[3]) <= h2.WINDOW + 1000
        client.reset(stream)
        # Small pieces come one by one; a cancel ends them at their source.
        ticks = client.request("GET", "/ticks/by-reset")
        for _ in range(3):
            assert set(client.receive_of(ticks, h2.DATA)[3].decode().split("one")) == {""}
        client.reset(ticks)
        wait_for_log(session, "the client left by-reset")
        ticks = client.request("GET", "/ticks/by-closing")
        client.receive_of(ticks, h2.DATA)
        client.socket.close()
        wait_for_log(session, "the client left by-closing")
        assert most_memory(session.process.pid) < before + 20


def test_a_request_that_is_given_up_before_its_answer(pyw):
    with served(pyw) as (_, session), Http2Client(session.port) as client:
        stream = client.request("GET", "/sleep/long")
        wait_for_log(session, "asleep")
        client.reset(stream)
        session.wait_for("request", path="/sleep/long", status=499)
        wait_for_log(session, "the client left long")
        assert client.answer(client.request("GET", "/")) == (200, b"one")


def test_long_bodies_pass_in_constant_memory(pyw):
    with served(pyw) as (_, session):
        assert curl(session, "/", "--http2")[1] == 200
        before = most_memory(session.process.pid)
        poured = curl(session, "/pour/40", "--http2")
        assert poured[1] == 200 and len(poured[2]) == 40 << 20, poured[1]
        with tempfile.NamedTemporaryFile() as file:
            file.truncate(40 << 20)
            for arguments, told in (((), str(40 << 20).encode()), (("-H", "Transfer-Encoding: chunked"), b"unknown")):
                assert curl(session, "/size", "--http2", "-T", file.name, *arguments)[1:] == (200, told)
        grown = most_memory(session.process.pid) - before
        print(f"   40 MiB each way: pyw {grown} MiB more")
        assert grown < 20, grown


def test_no_request_is_lost_while_the_code_changes(pyw):
    load = program("h2load", ["nghttp2-client"])
    with served(pyw) as (root, session):
        asking = subprocess.Popen([load, "-n", "1500", "-c", "3", "-m", "20", f"https://localhost:{session.port}/"],
                                  stdout=subprocess.PIPE, text=True)
        for number in range(4):
            save(root, f"save {number}")
            session.wait_for("reloaded")
        told = asking.communicate(timeout=200)[0]
        assert "1500 succeeded, 0 failed, 0 errored, 0 timeout" in told and "1500 2xx" in told, told


def test_what_is_under_way_ends_on_the_old_code(pyw):
    with served(pyw) as (root, session), Http2Client(session.port) as client:
        client.widen(0, 1 << 30)
        old = client.request("GET", "/ticks/old")
        assert client.receive_of(old, h2.DATA)[3].startswith(b"one")
        save(root, "two")
        assert client.answer(client.request("GET", "/")) == (200, b"two")  # held until the new code is there
        for _ in range(3):
            assert set(client.receive_of(old, h2.DATA)[3].decode().split("one")) == {""}
        client.reset(old)
        session.wait_for("request", path="/ticks/old")  # and the old code's runtime ends with it
    with served(pyw, "--drain", "0") as (root, session), Http2Client(session.port) as client:
        old = client.request("GET", "/ticks/old")
        client.receive_of(old, h2.DATA)
        save(root, "two")
        while client.receive_of(old, h2.DATA, h2.RST_STREAM)[0] != h2.RST_STREAM:
            pass  # cut off, as its time is over
        assert client.answer(client.request("GET", "/")) == (200, b"two")


def test_the_end_is_announced(pyw):
    with served(pyw) as (_, session), Http2Client(session.port) as client:
        assert client.answer(client.request("GET", "/")) == (200, b"one")
        session.process.send_signal(signal.SIGINT)
        assert client.receive_of(0, h2.GOAWAY)[3][4:8] == bytes(4)  # NO_ERROR
        while client.receive() is not None:
            pass
        assert session.process.wait(60) == 0


def test_a_hundred_streams_at_once_and_no_more(pyw):
    with served(pyw) as (_, session), Http2Client(session.port) as client:
        client.widen(0, 1 << 30)
        streams = [client.request("GET", "/ticks/many") for _ in range(100)]
        silent = set(streams)
        while silent:
            silent.discard(client.receive()[2])
        for stream in streams[:50]:
            client.reset(stream)
        for _ in range(50):
            wait_for_log(session, "the client left many")
        assert client.answer(client.request("GET", "/")) == (200, b"one")
        # Who opens more than was said ends the connection, and with it all that is under way.
        for _ in range(51):
            client.request("GET", "/ticks/many")
        client.receive_of(0, h2.GOAWAY)
        for _ in range(50):
            wait_for_log(session, "the client left many")
        assert curl(session, "/", "--http2") == ("2", 200, b"one")


def test_floods_and_giant_headers_hurt_only_who_sends_them(pyw):
    with served(pyw) as (_, session):
        with Http2Client(session.port) as bystander:
            # Requests given up at once, CVE-2023-44487.
            with Http2Client(session.port) as client:
                with contextlib.suppress(OSError):
                    for _ in range(5000):
                        client.reset(client.request("GET", "/"))
                assert ends_with_goodbye(client)
            # 70 bytes that stand for 280 KB: a field put into the table once, and named 70 times.
            with Http2Client(session.port) as client:
                stream = client.request("GET", "/", raw=h2.indexed("x-large", "x" * 3900) + b"\xbe" * 70)
                assert h2.status_of(client.receive_of(stream, h2.HEADERS)[3]) == 431
                assert client.answer(client.request("GET", "/")) == (200, b"one")
            # Fields that never end, CVE-2024-27316.
            with Http2Client(session.port) as client:
                with contextlib.suppress(OSError):
                    client.send(h2.HEADERS, h2.END_STREAM, 1, client.fields())
                    for _ in range(2000):
                        client.send(h2.CONTINUATION, 0, 1, h2.field("x", "y" * 1000))
                assert ends_with_goodbye(client)
            # What HTTP/1.1 cannot say safely does not get as far as that.
            with Http2Client(session.port) as client:
                stream = client.request("CONNECT", "/")
                kind, _, _, payload = client.receive_of(stream, h2.HEADERS, h2.RST_STREAM)
                assert kind == h2.RST_STREAM or h2.status_of(payload) == 400, payload
            # No HTTP/2 at all.
            with Http2Client(session.port) as client:
                client.socket.sendall(os.urandom(5000))
                assert ends_with_goodbye(client)
            assert bystander.answer(bystander.request("GET", "/")) == (200, b"one")
        held = len(os.listdir(f"/proc/{session.process.pid}/fd"))
        for _ in range(50):
            with Http2Client(session.port) as client:
                client.reset(client.request("GET", "/"))
        wait_until(lambda: len(os.listdir(f"/proc/{session.process.pid}/fd")) < held + 10, "descriptors leak")


def ends_with_goodbye(client):
    """A GOAWAY with an error's code, or the bare end where the client's own bytes were in the way of it."""
    while frame := client.receive():
        if frame[0] == h2.GOAWAY:
            assert frame[3][4:8] != bytes(4), frame
            return True
    return True


def test_a_browser_speaks_it_and_loads_pages_again(pyw):
    with served(pyw) as (root, session), Browser() as browser:
        browser.call("Security.setIgnoreCertificateErrors", ignore=True)
        browser.go(f"https://localhost:{session.port}/page")
        browser.wait_for("document.title === 'first'")
        assert browser.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
        entry = root / "src/entry.py"
        entry.write_text(entry.read_text().replace("<title>first", "<title>second"))
        browser.wait_for("document.title === 'second'")  # told by an event, unbuffered
        assert browser.evaluate(
            "new Promise(done => { new WebSocket('wss://' + location.host + '/socket').onmessage = e => done(e.data) })") == "hello"


if __name__ == "__main__":
    main(globals())
