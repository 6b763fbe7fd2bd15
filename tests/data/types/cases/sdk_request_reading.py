from urllib.parse import parse_qs, urlparse

from workers import File, Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        parsed = urlparse(request.url)
        reveal_type(parse_qs(parsed.query))  # T: dict[str, list[str]]
        if request.method == "GET":
            return Response("get")
        if request.headers.get("content-type") == "application/json":
            data = await request.json()
            return Response.json({"got": data["a"]})
        form = await request.form_data()
        reveal_type(form)  # T: FormData
        upload = form["file"]
        if isinstance(upload, File):
            reveal_type(upload.name)  # T: str
            reveal_type(upload.content_type)  # T: str
            reveal_type(await upload.text())  # T: str
        elif isinstance(upload, str):
            reveal_type(upload.upper())  # T: str
        reveal_type(await request.buffer())  # T: ArrayBuffer
        reveal_type((await request.bytes()).decode())  # T: str
        reveal_type(request.headers.get("x", "y"))  # T: str
        for name, value in request.headers.items():
            print(name.lower(), value)
        reveal_type("x" in request.headers)  # T: bool
        reveal_type(request.headers.get_all("x"))  # T: list[str] | None
        if request.cf is not None:
            print(request.cf.country)
        reveal_type(request.js_object.url)  # T: str
        request.json()["a"]  # E
        request.form()  # E
        request.query  # E
        request.text().upper()  # E
        request.headers.get("x").upper()  # E
        request.url = "x"  # E
        request.headers.getall("x")  # E
        return Response("done")
