"""How much of `pyw edge serve` one Worker may take, with real workerd.

usage: test_limits.py --pyw PROGRAM [NAME …]
"""
import http.client
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import wait_until
from edge_server import EdgeServer

LASTING = """
const lasting = () => new ReadableStream({
  async pull(controller) {
    controller.enqueue(new TextEncoder().encode("x"));
    await scheduler.wait(20);
  },
});
export default { fetch: (request) => new Response(request.url.endsWith("/lasting") ? lasting() : "ok") };
"""


def begin(server):
    """A request that goes on until its connection is closed."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", "/lasting", headers={"Host": "shop.localhost"})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read(1) == b"x", answer.status
    return connection, answer


def test_requests_of_a_worker_at_once(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data", "--max-requests", "2") as server:
        token = server.token()
        for name in ("shop", "other"):
            assert server.upload(token, name, LASTING, [])[0] == 200
        (one, answer), (other, _) = begin(server), begin(server)
        status, text = server.get("/")
        assert (status, text) == (503, "the Worker has too many requests under way\n"), (status, text)
        assert server.get("/", "other.localhost") == (200, "ok")  # it has its own
        answer.close()
        one.close()
        wait_until(lambda: server.get("/") == (200, "ok"), "the one that left makes room", 60)
        other.close()


def test_a_workers_process_is_confined_where_the_kernel_can(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        assert server.upload(server.token(), "shop", LASTING, [])[0] == 200
        status = pathlib.Path(f"/proc/{server.wait_for('worker_started')['pid']}/status").read_text()
        assert ("NoNewPrivs:\t1" in status) == server.told["confined"], (server.told, status)
        if not server.told["confined"]:
            print("this kernel cannot confine: nothing was seen")


checks.main(globals())
