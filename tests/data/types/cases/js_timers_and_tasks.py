from typing import Any

from js import clearInterval, clearTimeout, queueMicrotask, scheduler, setInterval, setTimeout, structuredClone
from pyodide.ffi import create_once_callable, create_proxy, to_js
from workers import Request, Response, WorkerEntrypoint


def tick(*arguments: Any) -> None:
    print(arguments)


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        first = setTimeout(create_once_callable(tick), 100, "a", 1)
        second = setInterval(create_proxy(tick), 100)
        setTimeout(tick)
        clearTimeout(first)
        clearInterval(second)
        queueMicrotask(create_once_callable(tick))
        await scheduler.wait(100)
        print(structuredClone(to_js({"a": 1})))
        setTimeout()  # E
        setTimeout(tick, "100")  # E
        setInterval("tick()")  # E
        queueMicrotask(5)  # E
        queueMicrotask()  # E
        await scheduler.sleep(5)  # E
        structuredClone()  # E
        clearTimeout("first")  # E
        return Response("done")
