from js import Blob, File, FormData
from pyodide.ffi import JsNull, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        form = await request.js_object.formData()
        reveal_type(form)  # T: FormData
        found = form.get("name")
        reveal_type(found)  # T: str | File | JsNull
        if isinstance(found, str):
            reveal_type(found)  # T: str
        elif isinstance(found, File):
            reveal_type(found.name)  # T: str
            reveal_type(found.size)  # T: NUM
            reveal_type(await found.text())  # T: str
            reveal_type(found.lastModified)  # T: NUM
        for each in form.getAll("name"):
            reveal_type(each)  # T: str | File
        for key, value in form:
            reveal_type(key)  # T: str
            reveal_type(value)  # T: str | File
        for key, value in form.entries():
            reveal_type(key)  # T: str
        form.append("blob", Blob.new(to_js(["x"])), "x.txt")
        form.delete("name")
        reveal_type(form.has("name"))  # T: bool
        form.append("a", 5)  # E
        print(form["name"])
        form.get()  # E
        form.getall("name")  # E
        found.upper()  # E
        FormData()  # E
        return Response("done")
