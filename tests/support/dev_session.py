"""A `pyw dev` under test: started in a folder, read event by event, asked over HTTP, always ended."""
import http.client
import json
import os
import signal
import time

from event_program import PATIENCE_S, EventProgram


class DevSession(EventProgram):
    def __init__(self, pyw, folder, *arguments, before=(), environment=None):
        super().__init__([str(pyw), *before, "dev", "--port", "0", "--json", *arguments], cwd=folder,
                         env={**os.environ, **(environment or {})})
        self.folder = folder
        self.port = None

    def ready(self):
        event = self.wait_for("ready", worker=None)  # not that of a companion
        self.port = int(event["url"].rsplit(":", 1)[1])
        return self

    def get(self, path="/", method="GET", body=None, headers=None):
        """-> (status, text)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def wait_for_standby(self):
        """Until the runtime for the next save waits."""
        wait_until(lambda: "waiting for the next save" in self.get("/cdn-cgi/pyw/dev/session")[1],
                   "no runtime is started ahead", PATIENCE_S)

    def serving_pid(self):
        """Process id of the workerd that answers requests."""
        return json.loads(self.get("/cdn-cgi/pyw/dev/session")[1])["pid"]

    def children(self):
        """Process ids of everything below pyw."""
        found, todo = [], [self.process.pid]
        while todo:
            parent = todo.pop()
            try:
                tasks = os.listdir(f"/proc/{parent}/task")
            except FileNotFoundError:
                continue
            for task in tasks:
                try:
                    with open(f"/proc/{parent}/task/{task}/children") as file:
                        below = [int(word) for word in file.read().split()]
                except FileNotFoundError:
                    continue
                found += below
                todo += below
        return found

    def stop(self, number=signal.SIGINT):
        """-> exit code"""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def greet(connection, path):
    """Opens a WebSocket on a connected socket, whose Worker says "hello"."""
    fields = ("Host: localhost", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    connection.sendall("\r\n".join((f"GET {path} HTTP/1.1", *fields, "", "")).encode())
    got = b""
    while not got.endswith(b"\x81\x05hello"):
        piece = connection.recv(4096)
        assert piece, got
        got += piece


def is_running(pid):
    """False also for a zombie that nobody has reaped yet."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition, what, seconds=PATIENCE_S):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
