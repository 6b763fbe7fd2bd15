"""A `pyw dev` under test: started in a folder, read event by event, asked over HTTP, always ended."""
import http.client
import json
import os
import queue
import signal
import subprocess
import threading
import time

PATIENCE_S = float(os.environ.get("PYW_TEST_PATIENCE", "120"))  # seconds


class DevSession:
    def __init__(self, pyw, folder, *arguments, before=(), environment=None):
        self.folder = folder
        self.process = subprocess.Popen(
            [str(pyw), *before, "dev", "--port", "0", "--json", *arguments],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})}, text=True, errors="replace",
        )
        self.events = queue.Queue()
        self.seen = []
        self.errors = []
        threading.Thread(target=self._read_events, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()
        self.port = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    def _read_events(self):
        for line in self.process.stdout:
            self.events.put(json.loads(line))
        self.events.put(None)

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line)

    def wait_for(self, kind, /, **fields):
        """The next event of that kind with those fields; everything before it is kept in `seen`."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                event = self.events.get(timeout=max(0.1, deadline - time.monotonic()))
            except queue.Empty:
                told = f"{self.seen[-8:]} {''.join(self.errors)[-2000:]}"
                raise AssertionError(f"not within {PATIENCE_S} s: `{kind}` {fields}: {told}") from None
            if event is None:
                raise AssertionError(f"pyw dev ended before `{kind}`: {self.seen[-5:]} {''.join(self.errors)[-2000:]}")
            self.seen.append(event)
            if event["event"] == kind and all(event.get(k) == v for k, v in fields.items()):
                return event

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
