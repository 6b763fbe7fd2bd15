import json
from http import HTTPStatus

from js import Headers
from js import Response as JsResponse
from workers import Blob, FormData, Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        Response("x", 201, "Created", {"a": "b"})
        Response(json.dumps({"a": 1}), headers={"content-type": "application/json"})
        Response.json({"error": "x"}, status=HTTPStatus.BAD_REQUEST)
        Response.json([{"a": 1}, None, "x"], 201)
        Response.json("text")
        Response.from_json([1, 2], status=201, headers={"a": "b"})
        Response.redirect("https://a.test")
        Response.redirect("https://a.test", HTTPStatus.MOVED_PERMANENTLY)
        Response(JsResponse.new("x"))
        Response(request.body)
        Response(await request.bytes(), headers=Headers.new({"a": "b"}.items()))
        made = Response("x", status=HTTPStatus.OK, status_text="fine")
        reveal_type(made.status_text)  # T: str
        reveal_type(made.ok)  # T: bool
        reveal_type(made.headers.get("a"))  # T: str | None
        made.headers["a"] = "b"
        reveal_type(await made.bytes())  # T: bytes
        reveal_type(await made.text())  # T: str
        reveal_type(await made.form_data())  # T: FormData
        reveal_type(await made.blob())  # T: Blob
        reveal_type(made.replace_body("y"))  # T: Response
        reveal_type(made.js_object.status)  # T: NUM
        Response({"a": 1})  # E
        Response(["a"])  # E
        Response("x", status=None, header={})  # E
        Response("x", headers=["a"])  # E
        Response.json()  # E
        Response.redirect()  # E
        Response("x", status=object())  # E
        made.text().upper()  # E
        made.set_header("a", "b")  # E
        return made
