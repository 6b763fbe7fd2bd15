from datetime import datetime

from js import Date, Map, Object
from pyodide.ffi import JsException, JsProxy, create_proxy, jsnull, run_sync, to_js
from workers import Blob, File, FormData, Request, Response, WorkerEntrypoint, python_from_rpc, python_to_rpc


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        print(python_from_rpc(Date.new()), python_to_rpc({"a": datetime.now()}))
        reveal_type(run_sync(self.env.KV.get("k")))  # T: str | None
        try:
            await self.env.DB.exec("nonsense")
        except JsException as error:
            reveal_type(error.message)  # T: str
            reveal_type(error.name)  # T: str
        except Exception as error:
            print(str(error))
        proxy = create_proxy(print)
        proxy.destroy()
        found = Object.fromEntries(to_js([["a", 1]]))
        if found is jsnull:
            print("null")
        file = File([b"a", "b"], "a.txt", content_type="text/plain", last_modified=5)
        reveal_type(file.size)  # T: int
        reveal_type(file.last_modified)  # T: int
        reveal_type(file.slice(0, 1))  # T: Blob
        form = FormData()
        form["a"] = "b"
        form["f"] = file
        form.append("f", file, filename="x.txt")
        reveal_type(form.get_all("f"))  # T: list[str | Blob | File]
        del form["a"]
        reveal_type(len(form))  # T: int
        reveal_type(await Blob([b"x", "y"]).bytes())  # T: bytes
        run_sync(5)  # E
        file.filename  # E
        form["a"] = 5  # E
        form.getall("f")  # E
        File([b"a"], 5)  # E
        Blob()  # E
        return Response(form)
