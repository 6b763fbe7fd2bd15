from workers import Request, Response, WorkerEntrypoint
from js import Blob, File, FormData
from pyodide.ffi import to_js


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        blob = Blob.new(to_js(["a", "b"]), type="text/plain")
        reveal_type(blob.size)  # T: NUM
        reveal_type(blob.type)  # T: str
        reveal_type(await blob.text())  # T: str
        reveal_type(await blob.arrayBuffer())  # T: ArrayBuffer
        reveal_type(blob.slice(0, 1))  # T: Blob
        file = File.new(to_js(["x"]), "name.txt", type="text/plain")
        reveal_type(file.name)  # T: str
        form = FormData.new()
        form.append("a", "b")
        form.append("f", file, "name.txt")
        form.set("a", "c")
        print(form.get("a"), form.has("a"))
        for key in form.keys():
            reveal_type(key)  # T: str
        blob.size = 5  # E
        blob.text(1)  # E
        File.new(to_js(["x"]))  # E
        form.append("a")  # E
        form.add("a", "b")  # E
        return Response("done")
