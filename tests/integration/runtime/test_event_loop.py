#!/usr/bin/env python3
"""What Python code may expect of its event loop and of how handlers are called, whatever way pyw calls them in."""
import concurrent.futures
import contextlib
import http.client
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession, wait_until  # noqa: E402

CONFIG = {
    "name": "turns",
    "main": "src/entry.py",
    "compatibility_flags": ["python_workers"],
    "kv_namespaces": [{"binding": "KV", "id": "kv"}],
    "durable_objects": {"bindings": [{"name": "OBJECTS", "class_name": "Object"}]},
    "migrations": [{"tag": "v1", "new_sqlite_classes": ["Object"]}],
}
PYTHON_3_14, PYTHON_3_13 = "2026-10-01", "2025-10-01"
PYPROJECT = '[project]\nname = "turns"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = []\n'
CODE = '''import asyncio
import functools
import json
from urllib.parse import urlparse

from pyodide.ffi import run_sync
from workers import DurableObject, Response, WorkerEntrypoint

flags = set()


async def order(env):
    loop, seen, done = asyncio.get_running_loop(), [], asyncio.Event()
    def add(name, *others):
        seen.append(name)
        for other in others:
            loop.call_soon(add, other)
    loop.call_soon(add, "a", "aa", "ab")
    loop.call_soon(add, "b", "ba")
    loop.call_soon(add, "c").cancel()
    loop.call_soon(add, "d")
    for number in range(200):  # more than are called at once
        loop.call_soon(add, number)
    loop.call_soon(add, "last", "very last")
    loop.call_soon(lambda: loop.call_soon(lambda: loop.call_soon(done.set)))
    await done.wait()
    return seen


async def waits_in_run_sync(env):
    """What stands behind a callback that waits is called nevertheless, or this never ends."""
    loop, came, seen = asyncio.get_running_loop(), asyncio.Event(), []
    async def waiter(number):
        run_sync(came.wait())
        seen.append(number)
    tasks = [asyncio.create_task(waiter(number)) for number in range(5)]
    loop.call_soon(came.set)
    await asyncio.gather(*tasks)
    run_sync(asyncio.sleep(0.001))
    return seen


async def yields(env):
    """Until another request sets the flag."""
    count = 0
    while "go" not in flags:
        count += 1
        await asyncio.sleep(0)
    flags.clear()
    flags.add("gone")
    return count > 64


async def sets(env):
    flags.add("go")
    return "set"


async def mixes(env):
    """Timers, yields, run_sync and I/O in tasks of one request, which must stay those of its own."""
    async def one(number):
        for _ in range(number * 7):
            await asyncio.sleep(0)
        await env.KV.put(f"key{number}", str(number))
        await asyncio.sleep(0.001 * number)
        if number % 3 == 0:
            return int(run_sync(env.KV.get(f"key{number}")))
        return int(await env.KV.get(f"key{number}"))
    return await asyncio.gather(*(one(number) for number in range(12)))


async def exits(env):
    """A callback that leaves does not take the others with it."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    def leave():
        raise SystemExit(3)
    loop.call_soon(leave)
    loop.call_soon(done.set)
    await done.wait()
    return "went on"


async def fails(env):
    loop, told, done = asyncio.get_running_loop(), [], asyncio.Event()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda loop, context: told.append(str(context["exception"])))
    def fail():
        raise ValueError("in a callback")
    loop.call_soon(fail)
    loop.call_soon(done.set)
    await done.wait()
    loop.set_exception_handler(before)
    return told


async def context(env):
    """Each callback has the context variables of where it was asked for."""
    from contextvars import ContextVar
    name, seen, done = ContextVar("name", default="none"), [], asyncio.Event()
    loop = asyncio.get_running_loop()
    for value in ("one", "two"):
        name.set(value)
        loop.call_soon(lambda: (seen.append(name.get()), name.set("lost")))
    loop.call_soon(done.set)
    await done.wait()
    return [*seen, name.get()]


async def generators(env):
    """Asynchronous generators that nobody ends are ended by the loop."""
    ended = asyncio.Event()
    async def numbers():
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            ended.set()
    async def first():
        async for number in numbers():
            return number
    got = await asyncio.create_task(first())
    import gc
    gc.collect()
    await ended.wait()
    return got


def wrapped(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)
    return wrapper


class Object(DurableObject):
    @wrapped
    async def fetch(self, request, *, more="keyword only"):
        return Response(f"object {type(request).__name__} {request.method} {more}")

    async def add(self, first, second=2, *others):
        return [first, second, *others]


class Default(WorkerEntrypoint):
    async def fetch(self, request, env=None, ctx=None):
        what = urlparse(request.url).path[1:]
        if what == "gone":
            return Response(str("gone" in flags))
        if what == "object":
            stub = self.env.OBJECTS.getByName("one")
            answer = await stub.fetch("http://object/", method="POST")
            return Response.json([await answer.text(), await stub.add(1), await stub.add(1, 3, 4)])
        if what == "plain":
            return Response(f"{type(request).__name__} {env} {ctx}")
        if what == "native":
            from js import Response as Native
            return Native.new("of JavaScript")
        if what == "wrong":
            return "text"
        return Response.json(await globals()[what](self.env))
'''
ANSWERS = {
    "order": ["a", "b", "d", *range(200), "last", "aa", "ab", "ba", "very last"],
    "waits_in_run_sync": [0, 1, 2, 3, 4],
    "mixes": list(range(12)),
    "exits": "went on",
    "fails": ["in a callback"],
    "context": ["one", "two", "two"],
    "generators": 1,
    "object": ["object Request POST keyword only", [1, 2], [1, 3, 4]],
}


@contextlib.contextmanager
def serving(pyw, date=PYTHON_3_14, *arguments):
    with tempfile.TemporaryDirectory(prefix="pyw-turns-") as name:
        root = pathlib.Path(name)
        (root / "src").mkdir()
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "wrangler.json").write_text(json.dumps({**CONFIG, "compatibility_date": date}))
        (root / "src/entry.py").write_text(CODE)
        with DevSession(pyw, root, *arguments) as session:
            yield session.ready()


def answer(session, name):
    status, text = session.get("/" + name)
    assert status == 200, (name, status, text[-600:])
    return json.loads(text)


def test_callbacks_are_called_as_asyncio_says(pyw):
    with serving(pyw) as session:
        for name, expected in ANSWERS.items():
            assert answer(session, name) == expected, name
            assert answer(session, name) == expected, f"{name} again"


def test_an_older_python_does_the_same(pyw):
    # Without one task a call there is one for all: what waits in run_sync stands in the way of the others.
    with serving(pyw, PYTHON_3_13) as session:
        for name in ("order", "waits_in_run_sync", "mixes", "exits", "fails", "context", "object"):
            assert answer(session, name) == ANSWERS[name], name


def test_handlers_get_what_they_take_and_return_what_they_like(pyw):
    with serving(pyw) as session:
        assert session.get("/plain") == (200, "Request None None")
        assert session.get("/native") == (200, "of JavaScript")
        assert session.get("/wrong")[0] == 500


def test_a_coroutine_that_only_yields_keeps_nobody_waiting(pyw):
    with serving(pyw) as session, concurrent.futures.ThreadPoolExecutor(1) as pool:
        yielding = pool.submit(answer, session, "yields")
        assert answer(session, "order") == ANSWERS["order"]
        assert answer(session, "sets") == "set"
        assert yielding.result(60) is True


def test_a_request_that_is_given_up_takes_no_callback_with_it(pyw):
    with serving(pyw) as session:
        connection = http.client.HTTPConnection("127.0.0.1", session.port, timeout=60)
        connection.request("GET", "/yields")
        assert answer(session, "mixes") == ANSWERS["mixes"]
        connection.close()
        for name, expected in ANSWERS.items():
            assert answer(session, name) == expected, name


def test_requests_at_once_stay_apart(pyw):
    with serving(pyw) as session, concurrent.futures.ThreadPoolExecutor(8) as pool:
        names = [*ANSWERS] * 6
        for name, got in zip(names, pool.map(lambda name: answer(session, name), names)):
            assert got == ANSWERS[name], name


if __name__ == "__main__":
    main(globals())
