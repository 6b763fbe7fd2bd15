"""A program under test that tells what happens as lines of JSON: started, read event by event, always ended."""
import json
import os
import queue
import subprocess
import threading
import time

PATIENCE_S = float(os.environ.get("PYW_TEST_PATIENCE", "120"))  # seconds


class EventProgram:
    def __init__(self, command, **options):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                        text=True, errors="replace", **options)
        self.events = queue.Queue()
        self.seen = []
        self.errors = []
        threading.Thread(target=self._read_events, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

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

    def has_told(self, kind):
        """Whether such an event has come so far; what came is kept in `seen`."""
        while not self.events.empty():
            event = self.events.get()
            if event is not None:
                self.seen.append(event)
        return any(event["event"] == kind for event in self.seen)

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
                raise AssertionError(f"pyw ended before `{kind}`: {self.seen[-5:]} {''.join(self.errors)[-2000:]}")
            self.seen.append(event)
            if event["event"] == kind and all(event.get(k) == v for k, v in fields.items()):
                return event
