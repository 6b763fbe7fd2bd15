from http import HTTPMethod

from js import AbortSignal, Headers
from workers import FormData, Request, Response, WorkerEntrypoint, fetch


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        plain = await fetch("https://a.test")
        reveal_type(plain)  # T: Response
        reveal_type(plain.status)  # T: int
        reveal_type(plain.ok)  # T: bool
        reveal_type(await plain.text())  # T: str
        reveal_type(plain.headers.get("a"))  # T: str | None
        print((await plain.json())["a"], await plain.bytes())
        await fetch("https://a.test", method=HTTPMethod.POST, body=b"bytes", headers={"a": "b"})
        await fetch("https://a.test", method="PUT", body=FormData({"a": "b"}), redirect="manual")
        await fetch("https://a.test", headers=Headers.new(), cf={"cacheEverything": True})
        await fetch(Request("https://a.test", method="DELETE"))
        await fetch(request)
        fetch("https://a.test").status  # E
        (await fetch("https://a.test")).statusCode  # E
        await fetch("https://a.test", "POST")  # E
        await fetch("https://a.test", body={"a": 1})  # E
        await fetch("https://a.test", json={"a": 1})  # E
        await fetch("https://a.test", headers="a: b")  # E
        await fetch(None)  # E
        return plain
