#!/usr/bin/env python3
"""The public examples of Python Workers, each tried as a new user would; prints a table for docs/compatibility.md.

    tests/compat/examples.py --pyw build/release/pyw --repository FOLDER [EXAMPLE …]

FOLDER is a copy of the public repository cloudflare/python-workers-examples; it is not changed. What is asked of each
example is what the repository's own tests ask, and more where they ask nothing.
"""
import argparse
import base64
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from dev_session import DevSession  # noqa: E402


class Example:
    """One example under test: `get` and its like ask the running Worker."""

    def __init__(self, pyw, folder):
        self.pyw, self.folder, self.session = pyw, folder, None

    def run(self, *arguments):
        done = subprocess.run([self.pyw, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=600)
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if "error: " in line]
            raise AssertionError(errors[0].split("error: ", 1)[1] if errors else done.stderr[-200:])

    def expect(self, path, *parts, status=200, **request):
        got, text = self.session.get(path, **request)
        if got != status or not all(part in text for part in parts):
            raise AssertionError(f"{path} answers {got}: {text.strip().splitlines()[-1] if text.strip() else ''}")
        return text


def one(path, *parts):
    return lambda example: example.expect(path, *parts)


def fastapi(example):
    example.expect("/", "This is an example of FastAPI")
    example.expect("/hi/Ann", "Hello, Ann!")
    example.expect("/env", "My env var")


def assets(example):
    for name in ("", "image.svg", "style.css", "script.js", "favicon.ico", "painting.jpg"):
        example.expect("/" + name)


def durable_objects(example):
    example.expect("/room-1/show", "No messages")
    example.expect("/room-1/add/hi", "Message sent")
    example.expect("/room-1/show", "hi")
    example.expect("/room-2/show", "No messages")


def cron(example):
    example.expect("/", "Hello from Cron Worker")
    example.expect("/cdn-cgi/handler/scheduled?cron=*+*+*+*+*", "ok")


def workflows(example):
    name = example.expect("/start", "workflow with ID: ").rsplit("ID: ", 1)[1].strip()
    deadline = time.monotonic() + 90  # its steps sleep up to 25 s
    while time.monotonic() < deadline:
        if '"complete"' in example.expect(f"/status/{name}"):
            return
        time.sleep(0.5)
    raise AssertionError("the workflow does not end")


def todos(example):
    example.expect("/api/health/", "ok")
    for path in ("/", "/app.js", "/style.css"):
        example.expect(path)
    made = json.loads(example.expect("/api/todos/", status=201, method="POST", body=json.dumps({"title": "one"}),
                                     headers={"Content-Type": "application/json"}))["todo"]
    example.expect("/api/todos/", "one")
    example.expect(f"/api/todos/{made['id']}/", '"completed": true', method="PATCH", body='{"completed": true}',
                   headers={"Content-Type": "application/json"})
    example.expect(f"/api/todos/{made['id']}/", status=204, method="DELETE")
    example.expect(f"/api/todos/{made['id']}/", status=404)


def chat(example):
    example.expect("/", "<html")
    key = base64.b64encode(os.urandom(16)).decode()
    with socket.create_connection(("127.0.0.1", example.session.port), timeout=30) as connection:
        connection.sendall(f"GET /room/a HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        text = json.dumps({"username": "ann", "text": "hello all"}).encode()
        connection.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)  # RFC 6455, 5.2
        got = b""
        while b"hello all" not in got:
            piece = connection.recv(4096)
            if not piece:
                raise AssertionError(f"the socket is closed: {got[-100:]}")
            got += piece


# Example -> (what was done, commands before `pyw dev`, what is asked of the Worker).
EXAMPLES = {
    "01-hello": ("a request", [], one("/", "Hello world!")),
    "02-binding": ("a request", [], one("/", "baz")),
    "03-fastapi": ("three routes", [], fastapi),
    "04-query-d1": ("`d1 execute --file`, a request", [["d1", "execute", "quotes", "--local", "--file", "db_init.sql"]],
                    one("/", '"author"')),
    "05-langchain": ("a request", [], one("/", "result")),
    "06-assets": ("six files", [], assets),
    "07-durable-objects": ("four requests, two objects", [], durable_objects),
    "08-cron": ("a request, a run of the schedule", [], cron),
    "09-workers-ai": ("a request", [], one("/")),
    "10-workflows": ("started, asked until complete", [], workflows),
    "11-opengraph": ("a request", [], one("/blog/one", "og:title")),
    "12-image-gen": ("a picture", [], one("/gradient")),
    "13-js-api-pygments/py": ("the Python half: a request", [], one("/", "Python RPC server is running")),
    "14-websocket-stream-consumer": ("its status", [], one("/status", "Firehose status")),
    "15-chatroom": ("the page, a WebSocket that gets its own message", [], chat),
    "16-sync-http-clients": ("the list; three clients", [], one("/sync", "saw_expected_text")),
    "17-dynamic-py-py": ("a request", [], one("/", "Hello from a dynamically-loaded")),
    "18-django": ("a request", [], one("/", "Hello from Django")),
    "19-django-todo-d1": ("`d1 migrations apply`, its API",
                          [["d1", "migrations", "apply", "django-todo-d1", "--local"]], todos),
}


def attempt(pyw, repository, name, date):
    """-> (result, why not)"""
    _, before, ask = EXAMPLES[name]
    with tempfile.TemporaryDirectory(prefix="pyw-example-") as parent:
        folder = pathlib.Path(parent) / "example"
        shutil.copytree(repository / name, folder)
        if date:
            config = folder / "wrangler.jsonc"
            config.write_text(re.sub(r'("compatibility_date": )"[^"]*"', rf'\1"{date}"', config.read_text()))
        example = Example(pyw, folder)
        try:
            example.run("sync")
            for arguments in before:
                example.run(*arguments)
            with DevSession(pyw, folder) as example.session:
                example.session.ready()
                ask(example)
        except Exception as problem:
            return "fails", str(problem)
    return "works", ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--repository", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--date", help="this compatibility date in place of the example's (with it, another Python)")
    parser.add_argument("examples", nargs="*", default=list(EXAMPLES))
    options = parser.parse_args()
    print("| example | what was done | result | why not |\n|---|---|---|---|")
    for name in options.examples:
        result, why = attempt(options.pyw, options.repository, name, options.date)
        print(f"| {name} | {EXAMPLES[name][0]} | {result} | {why[:200]} |", flush=True)


if __name__ == "__main__":
    main()
