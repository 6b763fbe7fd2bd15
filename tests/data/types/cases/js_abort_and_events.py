from workers import Request, Response, WorkerEntrypoint
from js import AbortController, AbortSignal, CustomEvent, Event, EventTarget, fetch, scheduler
from pyodide.ffi import create_proxy, to_js


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        controller = AbortController.new()
        controller.abort("reason")
        controller.signal.throwIfAborted()
        both = AbortSignal.any(to_js([controller.signal, AbortSignal.timeout(5)]))
        reveal_type(both.aborted)  # T: bool
        target = EventTarget.new()
        target.addEventListener("x", create_proxy(lambda event: None), once=True)
        reveal_type(target.dispatchEvent(Event.new("x")))  # T: bool
        reveal_type(CustomEvent.new("x", detail=5).type)  # T: str
        await scheduler.wait(5)
        AbortController()  # E
        controller.aborted  # E
        AbortSignal.timeout()  # E
        Event.new()  # E
        target.dispatchEvent("x")  # E
        await scheduler.wait("5")  # E
        return Response("done")
