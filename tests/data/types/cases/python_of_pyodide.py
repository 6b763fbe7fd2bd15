import asyncio
import json

from pyodide.code import run_js
from pyodide.ffi import JsArray, JsMap, JsProxy, create_once_callable, create_proxy, to_js
from pyodide.http import pyfetch
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        got = await pyfetch("https://a.test", method="POST", body=json.dumps({"a": 1}))
        reveal_type(got.status)  # T: int
        reveal_type(await got.string())  # T: str
        reveal_type(await got.bytes())  # T: bytes
        print(run_js("1 + 1"))
        listed = to_js([1, 2])
        reveal_type(listed)  # T: JsArray[Any]
        listed.append(3)
        print(listed.to_py(), len(listed), listed[0])
        once = create_once_callable(print)
        once("x")
        proxy = create_proxy({"a": 1})
        print(proxy.unwrap()["a"])
        proxy.destroy()
        await asyncio.sleep(0)
        got.json  # fine: a method
        await got.txt()  # E
        listed.length_()  # E
        create_proxy()  # E
        to_js()  # E
        await pyfetch()  # E
        return Response("done")
