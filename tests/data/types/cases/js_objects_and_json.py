from typing import Any

from js import JSON, Array, Boolean, Map, Math, Number, Object, Set, String, encodeURIComponent, isNaN
from pyodide.ffi import JsProxy, create_proxy, to_js
import js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        data = JSON.parse('{"a": [1, 2]}')
        print(data.a[0], data.to_py()["a"])
        reveal_type(JSON.stringify(data, None, 2))  # T: str
        made = Object.fromEntries(to_js([["a", 1]]))
        made.b = 2
        for key in Object.keys(made):
            reveal_type(key)  # T: str
        for entry in Object.entries(made):
            print(entry[0], entry[1])
        print(Object.assign(made, data), Object.new(), Object.values(made))
        items = Array.new()
        items.push(1)
        items.append(2)
        reveal_type(len(items))  # T: int
        print(items.map(create_proxy(lambda each, *rest: each)).join(","), items.to_py())
        print([each for each in Array.from_(to_js([1, 2]))])
        table = Map.new(to_js([["a", 1]]))
        print(table.get("a"), table["a"], len(table), "a" in table, table.to_py())
        for key in table.keys():
            print(key)
        group = Set.new(to_js([1, 1]))
        reveal_type(group.size)  # T: NUM
        reveal_type(Math.max(1, 2))  # T: NUM
        reveal_type(Math.PI)  # T: float
        reveal_type(isNaN(5))  # T: bool
        reveal_type(Number.MAX_SAFE_INTEGER)  # T: NUM
        print(js.globalThis.anything)
        value: Any = to_js([1, {"a": 2}], dict_converter=js.Object.fromEntries)
        reveal_type(isinstance(value, JsProxy))  # T: bool
        JSON.dumps(made)  # E
        Object.key(made)  # E
        Math.floor()  # E
        Object()  # E
        Map()  # E
        JSON.parse(5)  # E
        encodeURIComponent()  # E
        Set.new().append(1)  # E
        return Response("done")
