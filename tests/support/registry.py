"""Debian's docker-registry for a test: in a temporary folder, on 127.0.0.1, on a free port, always ended."""
import contextlib
import http.client
import pathlib
import subprocess
import tempfile
import time

from databases import PATIENCE_S, free_port
from debian import program

USER, PASSWORD = "tester", "open sesame"
# bcrypt of PASSWORD, cost 4: `htpasswd -nbB -C 4`.
HTPASSWD = "tester:$2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy"

CONFIG = """version: 0.1
log: {{level: warn}}
storage: {{filesystem: {{rootdirectory: {folder}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
{auth}"""


def answers(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status in (200, 401)
    except OSError:
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def registry(with_password=False):
    """-> "127.0.0.1:PORT" """
    server = program("docker-registry", ["docker-registry"])
    with tempfile.TemporaryDirectory(prefix="pyw-registry-") as name:
        folder, port = pathlib.Path(name), free_port()
        (folder / "htpasswd").write_text(HTPASSWD + "\n")
        auth = f"auth: {{htpasswd: {{realm: test, path: {folder / 'htpasswd'}}}}}\n" if with_password else ""
        (folder / "config.yml").write_text(CONFIG.format(folder=folder / "data", port=port, auth=auth))
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen([server, "serve", str(folder / "config.yml")], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not answers(port):
                assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()[-2000:]
                time.sleep(0.05)
            yield f"127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()
