from workers import Request, Response, WorkerEntrypoint
from js import console, fetch, navigator, performance, queueMicrotask, structuredClone
from pyodide.ffi import create_once_callable


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        console.log("a", 1, None, {"a": 1})
        console.error("x")
        console.warn()
        reveal_type(performance.now())  # T: NUM
        reveal_type(navigator.userAgent)  # T: str
        queueMicrotask(create_once_callable(lambda: None))
        structuredClone([1])
        console.lgo("x")  # E
        performance.now(1)  # E
        await fetch()  # E
        navigator.agent  # E
        return Response("done")
