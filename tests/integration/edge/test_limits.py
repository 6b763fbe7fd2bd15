"""How much of `pyw edge serve` one Worker may take, with real workerd.

usage: test_limits.py --pyw PROGRAM [NAME …]
"""
import http.client
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import wait_until
from edge_server import EdgeServer, make_project

LASTING = """
const lasting = () => new ReadableStream({
  async pull(controller) {
    controller.enqueue(new TextEncoder().encode("x"));
    await scheduler.wait(20);
  },
});
export default { async fetch(request) {
  if (request.url.endsWith("/asleep")) await scheduler.wait(3_600_000);
  return new Response(request.url.endsWith("/lasting") ? lasting() : "ok");
} };
"""


COUNTING = """import json
import js
from urllib.parse import urlparse
from workers import Response, WorkerEntrypoint

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        made, refused = 0, set()
        for _ in range(int(urlparse(request.url).path[1:])):
            try:
                await js.caches.default.match("http://shop/")
                made += 1
            except Exception as error:
                refused.add(str(error))
        return Response(json.dumps([made, sorted(refused)]))
"""


COUNTING_IN_JAVASCRIPT = """
export default { async fetch(request) {
  let made = 0;
  const refused = new Set();
  for (let number = +new URL(request.url).pathname.slice(1); number > 0; number--) {
    await caches.default.match("http://shop/").then(() => made++, (error) => refused.add(String(error)));
  }
  return Response.json([made, [...refused]]);
} };
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


def test_a_client_that_leaves_before_its_answer(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data", "--max-requests", "1") as server:
        assert server.upload(server.token(), "shop", LASTING, [])[0] == 200
        assert server.get("/") == (200, "ok")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        for method, body in (("GET", None), ("POST", "a body")):
            connection.request(method, "/asleep", body, {"Host": "shop.localhost"})
            wait_until(lambda: server.get("/")[0] == 503, "the Worker is at work", 60)
            connection.close()
            wait_until(lambda: server.get("/") == (200, "ok"), "the one that left makes room", 60)


def made_and_refused(server, number):
    status, text = server.get(f"/{number}")
    assert status == 200, (status, text)
    return json.loads(text)


def check_what_paid_plans_may(server):
    assert made_and_refused(server, 20) == [20, []]
    made, refused = made_and_refused(server, 10_002)
    assert made == 10_000 and len(refused) == 1 and "Too many subrequests" in refused[0], (made, refused)


def test_requests_that_a_run_of_javascript_makes(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        assert server.upload(server.token(), "shop", COUNTING_IN_JAVASCRIPT, [])[0] == 200
        check_what_paid_plans_may(server)


def test_requests_that_a_run_makes(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        token = server.token()
        project = make_project(pyw, pathlib.Path(folder) / "shop")
        (project / "src/entry.py").write_text(COUNTING)
        config = project / "wrangler.toml"
        deployed = server.deploy(project, token)
        assert deployed.returncode == 0, deployed.stderr
        check_what_paid_plans_may(server)
        config.write_text(config.read_text() + "[limits]\nsubrequests = 5\n")
        deployed = server.deploy(project, token)
        assert deployed.returncode == 0, deployed.stderr
        wait_until(lambda: made_and_refused(server, 20)[0] == 5, "the version with a limit of its own", 60)


def status_of(pid):
    """proc_pid_status(5)"""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_a_workers_process_is_confined_where_the_kernel_can(pyw):
    with tempfile.TemporaryDirectory() as folder, EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
        assert server.upload(server.token(), "shop", LASTING, [])[0] == 200
        worker = status_of(server.wait_for("worker_started")["pid"])
        assert worker["NoNewPrivs"] == "1", worker
        # The server may have a filter itself, of the container that it is in.
        filters = int(worker["Seccomp_filters"]) - int(status_of(server.process.pid)["Seccomp_filters"])
        assert filters == server.told["filters_calls"], (server.told, worker)
        if not (server.told["confined"] and server.told["filters_calls"]):
            print("this kernel cannot confine, or not wholly:", server.told)


checks.main(globals())
