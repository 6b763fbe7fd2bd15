from workers import Request, Response, WorkerEntrypoint
from js import JSON, Array, Date, Error, Map, Math, Number, Object, Promise, Set, encodeURIComponent, parseInt, setInterval, clearInterval
from pyodide.ffi import create_proxy, to_js
import js


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(JSON.stringify(to_js([1])))  # T: str
        print(JSON.parse("{}").a)
        reveal_type(Math.floor(1.5))  # T: NUM
        reveal_type(Math.random())  # T: float
        print(Object.keys(to_js({})), Object.fromEntries(to_js([["a", 1]])))
        reveal_type(Array.isArray([]))  # T: bool
        made = Array.new(1, 2)
        print(made.length, made[0])
        table = Map.new()
        table.set("a", 1)
        print(table.get("a"), table.size)
        for key, value in table.items():
            print(key, value)
        group = Set.new([1])
        print(1 in group, len(group))
        reveal_type(Date.now())  # T: NUM
        reveal_type(Date.new(2026, 1).getFullYear())  # T: NUM
        reveal_type(encodeURIComponent("a b"))  # T: str
        reveal_type(parseInt("5"))  # T: NUM
        reveal_type(await Promise.resolve("x"))  # T: str
        print(await Promise.race([Promise.resolve(1)]))
        handle = setInterval(create_proxy(lambda: None), 1000)
        clearInterval(handle)
        failure = Error.new("x")
        reveal_type(failure.message)  # T: str
        reveal_type(Number.isInteger(5))  # T: bool
        print(js.URL.new("https://a.test").host)
        JSON.stringfy(1)  # E
        Math.flor(1)  # E
        Math.floor("x")  # E
        Date.now(5)  # E
        Date.new().getDay(1)  # E
        Error("x")  # E
        parseInt()  # E
        js.Nothing  # E
        Promise.resolve(1).whatever()  # E
        return Response("done")
