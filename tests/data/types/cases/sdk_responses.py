from workers import Request, Response, WorkerEntrypoint
from http import HTTPStatus
from workers import Blob, FormData
from js import Headers


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        Response("x", status=404, headers={"a": "b"})
        Response(b"x", status=HTTPStatus.NOT_FOUND)
        Response(None, status=204)
        Response()
        Response("x", headers=[("set-cookie", "a"), ("set-cookie", "b")])
        Response("x", headers=Headers.new())
        Response.json({"a": 1})
        Response.json([1, 2], status=201, headers={"a": "b"})
        Response.from_json({"a": 1}, status=201)
        form = FormData({"a": "b"})
        Response(form)
        form.append("c", "d")
        print(form["a"], len(form), "a" in form)
        blob = Blob("x", content_type="text/plain")
        reveal_type(blob.size)  # T: int
        reveal_type(await blob.text())  # T: str
        made = Response("x")
        reveal_type(made.status)  # T: int
        reveal_type(await made.text())  # T: str
        print(await made.json())
        made.replace_body("y")
        Response({"a": 1})  # E
        Response(5)  # E
        Response("x", statuss=200)  # E
        Response("x", status="200")  # E
        Response("x", headers="a: b")  # E
        made.body_text  # E
        Response.josn({})  # E
        return Response("done")
