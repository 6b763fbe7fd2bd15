"""Messages of queues by the API of `pyw edge serve`: sending, pulling, acknowledging, pausing, purging.

usage: test_queues.py --pyw PROGRAM [NAME …]
"""
import base64
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import wait_until
from edge_server import EdgeServer

WORKER = """export default {
  async fetch(request, env) {
    await env.JOBS.send(new Map([["a", 1]]), { contentType: "v8" });
    return new Response("sent");
  },
  async queue(batch, env) {
    for (const { body } of batch.messages) await env.KV.put(String(body), batch.queue);
  },
};
"""


class Queues:
    """The API of one account."""

    def __init__(self, server, token):
        self.server, self.token = server, token

    def ask(self, method, path, body=None):
        """-> (status, result or errors)"""
        status, text = self.server.call(method, f"/client/v4/accounts/{self.token['account_id']}{path}", self.token,
                                        None if body is None else json.dumps(body))
        told = json.loads(text)
        assert told["success"] == (status == 200), text
        return status, told["result"] if status == 200 else told["errors"][0]

    def done(self, method, path, body=None):
        status, result = self.ask(method, path, body)
        assert status == 200, (path, status, result)
        return result

    def make(self, name, **more):
        return "/queues/" + self.done("POST", "/queues", {"queue_name": name, **more})["queue_id"]

    def pull(self, queue, **wanted):
        return self.done("POST", f"{queue}/messages/pull", wanted)["messages"]

    def ack(self, queue, acks=(), retries=()):
        return self.done("POST", f"{queue}/messages/ack", {"acks": [{"lease_id": m["lease_id"]} for m in acks],
                                                            "retries": [{"lease_id": m["lease_id"], **more} for m, more in retries]})

    def waiting(self, queue):
        return self.done("GET", f"{queue}/metrics")["backlog_count"]


def test_messages_are_sent_pulled_and_settled_over_a_kill(pyw):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        with EdgeServer(pyw, root / "data") as server:
            token = server.token()
            queues = Queues(server, token)
            dead = queues.make("dead")
            jobs = queues.make("jobs")
            queues.done("POST", f"{dead}/consumers", {"type": "http_pull"})
            # Before it is read over HTTP there is nobody to pull.
            assert queues.ask("POST", f"{jobs}/messages/pull", {})[0] == 400
            consumer = {"type": "http_pull", "dead_letter_queue": "dead", "settings": {"max_retries": 1, "batch_size": 10, "visibility_timeout_ms": 60000}}
            made = queues.done("POST", f"{jobs}/consumers", consumer)
            assert made["type"] == "http_pull" and made["settings"]["max_retries"] == 1, made
            assert queues.ask("POST", f"{jobs}/consumers", consumer)[0] == 409
            sent = queues.done("POST", f"{jobs}/messages", {"body": {"b": 1, "a": "ü"}})
            assert sent["metadata"]["metrics"]["backlog_count"] == 1 and sent["metadata"]["metrics"]["backlog_bytes"] == 16, sent
            queues.done("POST", f"{jobs}/messages/batch", {"messages": [
                {"body": "plain ü", "content_type": "text"}, {"body": base64.b64encode(bytes(range(256))).decode(), "content_type": "bytes"},
                {"body": "late", "content_type": "text", "delay_seconds": 3600}]})
            server.upload(token, "shop", WORKER.replace("env.KV.put", "String"), [{"type": "queue", "name": "JOBS", "queue_name": "jobs"}])
            assert server.get() == (200, "sent")
            told = queues.done("POST", f"{jobs}/messages/pull", {})
            assert told["message_backlog_count"] == 5 == told["metadata"]["metrics"]["backlog_count"], told
            by_type = {m["metadata"]["CF-Content-Type"]: m for m in told["messages"]}
            assert set(by_type) == {"json", "text", "bytes", "v8"} and len(told["messages"]) == 4, told
            assert base64.b64decode(by_type["json"]["body"]).decode() == '{"b":1,"a":"ü"}', by_type
            assert by_type["text"]["body"] == "plain ü" and base64.b64decode(by_type["bytes"]["body"]) == bytes(range(256))
            assert all(m["attempts"] == 1 and m["timestamp_ms"] > 1.7e12 and len(m["id"]) == 32 for m in told["messages"]), told
            assert queues.pull(jobs) == []  # all under a lease
            server.process.kill()
            server.process.wait()
        with EdgeServer(pyw, root / "data") as server:
            queues = Queues(server, token)
            assert queues.pull(jobs) == []  # the leases hold
            settled = queues.ack(jobs, [by_type["text"], by_type["bytes"]], [(by_type["json"], {}), (by_type["v8"], {"delay_seconds": 3600})])
            assert settled == {"ackCount": 2, "retryCount": 2, "warnings": {}}, settled
            again = queues.ack(jobs, [by_type["text"], {"lease_id": "not one"}])
            assert again["ackCount"] == 0 and set(again["warnings"]) == {by_type["text"]["lease_id"], "not one"}, again
            [second] = queues.pull(jobs, visibility_timeout_ms=0)
            assert (second["id"], second["attempts"]) == (by_type["json"]["id"], 2), second
            # A lease that has run out does not bring back what was pulled since, but may still acknowledge it; out of attempts, it is buried.
            assert queues.ack(jobs, [], [(by_type["json"], {})])["retryCount"] == 0
            assert queues.pull(jobs) == [] and queues.waiting(jobs) == 2
            [letter] = queues.pull(dead, visibility_timeout_ms=0)
            assert (letter["id"], letter["body"]) == (second["id"], second["body"]), letter
            [later] = queues.pull(dead)
            assert later["attempts"] == 2 and queues.ack(dead, [letter])["ackCount"] == 1 and queues.waiting(dead) == 0


def test_delivery_is_paused_a_queue_emptied_and_delayed(pyw):
    with tempfile.TemporaryDirectory() as folder:
        with EdgeServer(pyw, pathlib.Path(folder) / "data") as server:
            token = server.token()
            queues = Queues(server, token)
            namespace = queues.done("POST", "/storage/kv/namespaces", {"title": "seen"})["id"]
            jobs, other = queues.make("jobs"), queues.make("other")

            def seen(key):
                return server.call("GET", f"/client/v4/accounts/{token['account_id']}/storage/kv/namespaces/{namespace}/values/{key}", token)[0] == 200

            server.upload(token, "shop", WORKER, [{"type": "queue", "name": "JOBS", "queue_name": "jobs"},
                                                  {"type": "kv_namespace", "name": "KV", "namespace_id": namespace}])
            # One shard at a time, of which what is sent while nobody consumes may be in another.
            worker = {"type": "worker", "script_name": "shop", "settings": {"max_wait_time_ms": 0, "max_concurrency": 1}}
            queues.done("POST", f"{jobs}/messages", {"body": "before", "content_type": "text"})
            consumer = queues.done("POST", f"{jobs}/consumers", worker)["consumer_id"]
            wait_until(lambda: seen("before"), "what was there is delivered")
            queues.done("POST", f"{other}/consumers", worker)
            # As wrangler does it.
            changed = queues.done("PATCH", jobs, {"queue_name": "jobs", "settings": {"delivery_paused": True}})
            assert changed["settings"] == {"delivery_paused": True} and changed["consumers_total_count"] == 1, changed
            queues.done("POST", f"{jobs}/messages", {"body": "paused", "content_type": "text"})
            queues.done("POST", f"{other}/messages", {"body": "other", "content_type": "text"})
            wait_until(lambda: seen("other"), "another queue goes on meanwhile")
            assert queues.waiting(jobs) == 1 and not seen("paused")
            queues.done("PATCH", jobs, {"queue_name": "jobs", "settings": {"delivery_paused": False}})
            wait_until(lambda: seen("paused"), "delivery goes on")
            queues.done("DELETE", f"{jobs}/consumers/{consumer}")
            # Pulling stops as well.
            queues.done("POST", f"{jobs}/consumers", {"type": "http_pull"})
            queues.done("POST", f"{jobs}/messages/batch", {"messages": [{"body": n} for n in range(100)], "delay_seconds": 0})
            queues.done("PATCH", jobs, {"settings": {"delivery_paused": True}})
            status, error = queues.ask("POST", f"{jobs}/messages/pull", {})
            assert status == 409 and error["message"] == "queue_delivery_paused", error
            queues.done("PATCH", jobs, {"settings": {"delivery_paused": False, "delivery_delay": 3600}})
            assert queues.ask("POST", f"{jobs}/purge", {})[0] == 400 and queues.waiting(jobs) == 100
            assert len(queues.pull(jobs, batch_size=100)) == 100
            assert queues.done("POST", f"{jobs}/purge", {"delete_messages_permanently": True})["queue_name"] == "jobs"
            assert queues.waiting(jobs) == 0
            # The queue's own delay is for messages without one, also for those of Workers.
            assert server.get() == (200, "sent")
            queues.done("POST", f"{jobs}/messages/batch", {"messages": [{"body": "late"}, {"body": "soon", "content_type": "text", "delay_seconds": 0}]})
            assert [m["body"] for m in queues.pull(jobs)] == ["soon"] and queues.waiting(jobs) == 3
            # Another account's queue is none; a queue made again is empty.
            stranger = Queues(server, server.token("--account", "two"))
            assert stranger.ask("POST", f"{jobs}/messages", {"body": 1})[0] == 404
            queues.done("DELETE", jobs)
            again = queues.make("jobs")
            assert queues.waiting(again) == 0


checks.main(globals())
