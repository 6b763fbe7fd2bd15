"""kill -9 of `pyw edge serve`, or of a Worker's process, at any moment of uploads, switches and traffic; then whether what was
acknowledged is served, and whole. Workers are small and in JavaScript, so that a round takes a second or two."""
import collections
import http.client
import json
import os
import random
import re
import signal
import threading
import time

from dev_session import is_running, wait_until
from edge_server import EdgeServer

SCRIPTS = ["one", "two", "three"]
BOUNDARY = "soak-soak-soak"
# A version is two modules that must fit each other, and a secret that must be its own.
MAIN = """import {{ number }} from "./pair.js";
export default {{ fetch: (request, env) => new Response(`${{number}}/{number}/${{env.KEY}}`) }};
"""
PAIR = "export const number = {number};\n"


def form(number):
    metadata = {"main_module": "main.js", "compatibility_date": "2026-01-01",
                "bindings": [{"name": "KEY", "type": "secret_text", "text": f"key-{number}"}]}
    parts = [("metadata", None, "application/json", json.dumps(metadata)),
             ("main.js", "main.js", "application/javascript+module", MAIN.format(number=number)),
             ("pair.js", "pair.js", "application/javascript+module", PAIR.format(number=number))]
    text = ""
    for name, file, kind, content in parts:
        named = f'; filename="{file}"' if file else ""
        text += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\nContent-Type: {kind}\r\n\r\n{content}\r\n'
    return text + f"--{BOUNDARY}--\r\n"


def upload(server, token, script, number):
    """Returns when it was acknowledged. A refusal is a failure of the server: there is nothing wrong with the upload."""
    path = f"/accounts/{token['account_id']}/workers/scripts/{script}"
    status, text = server.call("PUT", path, token, form(number).encode(), headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    assert status == 200, (status, text)
    if number == 1 or number % 10 == 0:  # answers under its own name, from the first time on
        status, text = server.call("POST", f"{path}/subdomain", token, '{"enabled": true}')
        assert status == 200, (status, text)


class Store:
    """A KV namespace of the account, by the API."""

    def __init__(self, server, token):
        self.token, place = token, f"/accounts/{token['account_id']}/storage/kv/namespaces"
        status, text = server.call("POST", place, token, json.dumps({"title": "soak"}))
        assert status == 200, (status, text)
        self.values = f"{place}/{json.loads(text)['result']['id']}/values"

    def put(self, server, number):
        status, text = server.call("PUT", f"{self.values}/key-{number}", self.token, f"value {number}")
        assert status == 200, (status, text)

    def get(self, server, number):
        return server.call("GET", f"{self.values}/key-{number}", self.token)


class Messages:
    """A queue of the account, sent to and pulled from by the API."""

    def __init__(self, server, token):
        self.token, place = token, f"/accounts/{token['account_id']}/queues"
        self.sent, self.settling, self.settled, self.number = set(), set(), set(), 0
        status, text = server.call("POST", place, token, json.dumps({"queue_name": "soak"}))
        assert status == 200, (status, text)
        self.queue = f"{place}/{json.loads(text)['result']['queue_id']}"
        self.ask(server, "/consumers", {"type": "http_pull", "settings": {"max_retries": 100}})

    def ask(self, server, path, body):
        status, text = server.call("POST", self.queue + path, self.token, json.dumps(body))
        assert status == 200, (status, text)
        return json.loads(text)["result"]

    def pull(self, server, **wanted):
        pulled = self.ask(server, "/messages/pull", wanted)["messages"]
        again = self.settled & {message["body"] for message in pulled}
        assert not again, ("messages came back that were acknowledged", again)
        return pulled

    def step(self, server):
        """Three come, one of two that are pulled goes: the others come again."""
        for _ in range(3):
            self.number += 1
            self.ask(server, "/messages", {"body": f"message {self.number}", "content_type": "text"})
            self.sent.add(f"message {self.number}")
        leaving = self.pull(server, batch_size=2, visibility_timeout_ms=300)[:1]
        bodies = {message["body"] for message in leaving}
        self.settling |= bodies
        if self.ask(server, "/messages/ack", {"acks": [{"lease_id": message["lease_id"]} for message in leaving]})["ackCount"] == len(leaving):
            self.settled |= bodies

    def check(self, server):
        """All that was sent is there, but for what was, or may have been, acknowledged."""
        left = set()

        def all_found():
            left.update(message["body"] for message in self.pull(server, batch_size=100, visibility_timeout_ms=600_000))
            return self.sent - self.settling <= left

        wait_until(all_found, "all messages are there once their leases have ended")


class Round:
    """One server's life: clients that upload and ask, until somebody is killed."""

    def __init__(self, server, token, state, chance):
        self.server, self.token, self.state, self.chance = server, token, state, chance
        self.killed, self.problems = threading.Event(), []

    def uploads(self, script):
        known = self.state[script]
        while not self.killed.is_set():
            number = 1 if known["acknowledged"] == 0 else known["sent"] + 1
            known["sent"] = max(known["sent"], number)
            try:
                upload(self.server, self.token, script, number)
                known["acknowledged"] = number
                known["uploads"] += 1
            except (OSError, http.client.HTTPException):
                known["cut"] += 1
                return  # the server is gone
            except AssertionError as problem:
                # A Worker that was killed while it was tried is refused as one that does not start: that is true.
                if "10021" not in str(problem) or not self.killed.is_set():
                    self.problems.append(str(problem)[:2000])
                return

    def data(self, store):
        while not self.killed.is_set():
            number = self.state["data_sent"] + 1
            self.state["data_sent"] = number
            try:
                store.put(self.server, number)
                self.state["data"].append(number)
            except (OSError, http.client.HTTPException):
                return
            except AssertionError as problem:
                if not self.killed.is_set():  # the process that keeps it may have been the one that was killed
                    self.problems.append(f"{time.time():.3f} {str(problem)[:2000]}")
                return

    def messages(self, messages):
        while not self.killed.is_set():
            try:
                messages.step(self.server)
            except (OSError, http.client.HTTPException):
                return
            except AssertionError as problem:
                if not self.killed.is_set() or "came back" in str(problem):
                    self.problems.append(str(problem)[:2000])
                return

    def traffic(self, script):
        while not self.killed.is_set():
            before = self.state[script]["acknowledged"]
            try:
                status, text = self.server.get(host=f"{script}.localhost")
            except (OSError, http.client.HTTPException):
                return
            self.state["requests"] += 1
            if before == 0 and status == 404:
                continue  # it may not have been uploaded yet
            if not good(status, text, before, self.state[script]["sent"]) and not self.killed.is_set():
                self.problems.append(f"{script}: {status} {text!r}, acknowledged {before}")
                return

    def run(self, store, messages):
        threads = [threading.Thread(target=work, args=(script,)) for script in SCRIPTS for work in (self.uploads, self.traffic)]
        threads.append(threading.Thread(target=self.data, args=(store,)))
        threads.append(threading.Thread(target=self.messages, args=(messages,)))
        for thread in threads:
            thread.start()
        # Anywhere in the first uploads of this life: each takes about 0.2 s.
        time.sleep(self.chance.uniform(0.0, 1.2))  # a moment of chance, not a wait for something
        children = set(self.server.children())
        target = "server" if self.chance.random() < 0.6 or not children else "child"
        self.killed.set()
        if target == "server":
            self.server.process.send_signal(signal.SIGKILL)
        else:
            try:
                os.kill(self.chance.choice(sorted(children)), signal.SIGKILL)
            except ProcessLookupError:
                target = "server"
                self.server.process.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join()
        children |= set(self.server.children()) if target == "child" else set()
        return target, children


def good(status, text, least, most):
    """Whole, and not older than what was acknowledged before it was asked for."""
    parts = re.fullmatch(r"(\d+)/(\d+)/key-(\d+)", text)
    return status == 200 and bool(parts) and len({*parts.groups()}) == 1 and least <= int(parts[1]) <= most


def check(server, state, store, chance):
    acknowledged = state["data"]
    for number in {*acknowledged[-3:], *(chance.choice(acknowledged) for _ in range(5 if acknowledged else 0))}:
        assert store.get(server, number) == (200, f"value {number}"), (number, store.get(server, number))
    for script in SCRIPTS:
        known = state[script]
        status, text = server.get(host=f"{script}.localhost")
        if known["acknowledged"] == 0 and status == 404:
            continue
        assert good(status, text, known["acknowledged"], known["sent"]), (script, known, status, text)
        known["acknowledged"] = int(text.split("/")[0])  # it may have been stored without an answer


def last_events(server, count=40):
    """For a look at what went wrong."""
    told = server.seen[:]
    while not server.events.empty():
        told.append(server.events.get())
    return [event for event in told if event and event["event"] not in ("request", "listening")][-count:]


def soak(pyw, data, rounds, seed, tell=lambda text: None):
    """-> what was done, as counts. Raises AssertionError at the first thing lost or half."""
    chance = random.Random(seed)
    state = {script: {"sent": 0, "acknowledged": 0, "uploads": 0, "cut": 0} for script in SCRIPTS}
    state.update(requests=0, data_sent=0, data=[])
    done = collections.Counter()
    token = store = messages = None
    for number in range(1, rounds + 1):
        with EdgeServer(pyw, data) as server:
            token = token or server.token()
            store = store or Store(server, token)
            messages = messages or Messages(server, token)
            check(server, state, store, chance)
            round_ = Round(server, token, state, chance)
            target, children = round_.run(store, messages)
            assert not round_.problems, (number, target, round_.problems, last_events(server))
            done[target] += 1
            if target == "child":  # the server goes on: the next request starts what was killed
                check(server, state, store, chance)
                server.process.send_signal(signal.SIGKILL)
            server.process.wait(10)
            wait_until(lambda: not any(is_running(pid) for pid in children), "a child outlives the server")
        if number % 25 == 0:
            tell(f"{number} rounds, {dict(done)}, {state['requests']} requests, {sum(state[s]['uploads'] for s in SCRIPTS)} uploads")
    with EdgeServer(pyw, data) as server:
        check(server, state, store, chance)
        messages.check(server)
    done["messages"] = len(messages.sent)
    done["uploads"] = sum(state[script]["uploads"] for script in SCRIPTS)
    done["cut"] = sum(state[script]["cut"] for script in SCRIPTS)
    done["data"] = len(state["data"])
    done["requests"] = state["requests"]
    return done
