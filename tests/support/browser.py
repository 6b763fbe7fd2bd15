"""Debian's Chromium without a window, driven over its debugging pipe (Chrome DevTools Protocol, one JSON object a
message, each ended by a zero byte)."""
import base64
import itertools
import json
import os
import pathlib
import select
import subprocess
import tempfile
import time

from debian import program

PATIENCE_S = 60
# Nothing but the pages under test: no updates, no reports, no searches for a proxy.
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-default-apps", "--disable-extensions", "--no-first-run", "--no-pings",
         "--metrics-recording-only", "--disable-breakpad", "--disable-dev-shm-usage", "--no-proxy-server",
         "--disable-features=OptimizationHints,MediaRouter,Translate", "--remote-debugging-pipe",
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]


class Browser:
    """One page in a browser with a profile of its own."""

    def __init__(self, width=1200, height=800):
        self.folder = tempfile.TemporaryDirectory(prefix="pyw-browser-", ignore_cleanup_errors=True)
        ours_read, theirs_write = os.pipe()
        theirs_read, ours_write = os.pipe()

        def as_3_and_4():  # where --remote-debugging-pipe looks
            source, target = os.dup(theirs_read), os.dup(theirs_write)
            os.dup2(source, 3)
            os.dup2(target, 4)

        self.process = subprocess.Popen(
            [program("chromium", ["chromium", "fonts-dejavu-core"]), *FLAGS, f"--window-size={width},{height}", f"--user-data-dir={self.folder.name}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=as_3_and_4)
        os.close(theirs_read)
        os.close(theirs_write)
        self.reading, self.writing = ours_read, ours_write
        self.pending = b""
        self.numbers = itertools.count(1)
        self.session = None
        self.problems = []  # exceptions and errors on the console of the page
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(info for info in targets if info["type"] == "page")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)
        os.close(self.reading)
        os.close(self.writing)
        self.folder.cleanup()

    def call(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def _receive(self, deadline):
        while b"\0" not in self.pending:
            if not select.select([self.reading], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError("the browser does not answer")
            piece = os.read(self.reading, 65536)
            if not piece:
                raise AssertionError("the browser has ended")
            self.pending += piece
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event):
        if event.get("method") == "Runtime.exceptionThrown":
            self.problems.append(event["params"]["exceptionDetails"])
        elif event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
            self.problems.append(event["params"]["entry"])

    def go(self, url):
        self.call("Page.navigate", url=url)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait_for(self, expression):
        """The first true value of the expression; it may fail as long as the page is not there."""
        deadline = time.monotonic() + PATIENCE_S
        last = None
        while time.monotonic() < deadline:
            try:
                last = self.evaluate(expression)
            except AssertionError as error:
                last = error
            if last and not isinstance(last, AssertionError):
                return last
            time.sleep(0.05)
        text = self.evaluate("document.documentElement?.innerText")
        raise AssertionError(f"never true: {expression} ({last}); the page says: {text}")

    def press(self, key):
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def prefer(self, scheme):
        """`light` or `dark`"""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
