from workers import Request, Response, WorkerEntrypoint
from workers import fetch


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(request.url)  # T: str
        reveal_type(request.method)  # T: HTTPMethod
        print(request.headers["x"].upper())
        reveal_type(request.headers.get("x"))  # T: str | None
        reveal_type(await request.text())  # T: str
        reveal_type(await request.bytes())  # T: bytes
        print((await request.json())["a"])
        form = await request.form_data()
        print(form["name"])
        if request.method == "POST" and request.cf is not None:
            print(request.cf.colo)
        new = Request("https://a.test", method="POST", body=b"x", headers={"a": "b"})
        reply = await fetch(new)
        reveal_type(reply.status)  # T: int
        reveal_type(await reply.bytes())  # T: bytes
        print(await reply.json())
        reveal_type(reply.headers)  # T: HTTPMessage
        await fetch("https://a.test", method="POST", headers=[("a", "b")], cf={"cacheTtl": 5})
        request.path  # E
        await fetch("https://a.test", mthod="POST")  # E
        await fetch()  # E
        Request()  # E
        await request.jsn()  # E
        Request("https://a.test", body=5)  # E
        return Response("done")
