# JavaScript's own objects from Python: made with new, read as they are.
from js import JSON, Array, Date, Map, Math, Object, Promise, Set, console, structuredClone
from pyodide.ffi import create_proxy, to_js
from workers import Request, Response, WorkerEntrypoint
from js import clearTimeout, queueMicrotask, setTimeout


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        now = Date.new()
        reveal_type(now.getTime())  # T: NUM
        reveal_type(now.toISOString())  # T: str
        reveal_type(Date.now())  # T: NUM
        reveal_type(JSON.stringify(to_js({"a": 1})))  # T: str
        reveal_type(Math.max(1, 2))  # T: NUM
        table = Map.new()
        table.set("a", 1)
        reveal_type(table.size)  # T: int || NUM
        known = Set.new(to_js([1, 2]))
        reveal_type(known.has(1))  # T: bool
        both = await Promise.all([Promise.resolve(1), Promise.resolve(2)])
        print(len(both), Array.isArray(both), Object.keys(to_js({})))
        copy = structuredClone(to_js([1]))
        console.log("a", copy)
        timer = setTimeout(create_proxy(lambda: console.warn("late")), 10)
        clearTimeout(timer)
        queueMicrotask(create_proxy(lambda: None))
        Date()  # E
        now.getTimes()  # E
        console.logs("a")  # E
        JSON.parse()  # E
        Math.maximum(1)  # E
        setTimeout("code", 10)  # E
        return Response("done")
