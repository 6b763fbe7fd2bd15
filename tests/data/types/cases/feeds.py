# Fetching with the SDK and with JavaScript's fetch; the two kinds of response are not one.
import asyncio

import js
from js import AbortSignal, Headers, URL, URLSearchParams
from pyodide.ffi import to_js
from workers import Request, Response, WorkerEntrypoint, fetch


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        first, second = await asyncio.gather(fetch("https://a.test/"), fetch("https://b.test/", method="POST", body="x"))
        reveal_type(first.status)  # T: int
        data = await second.json()
        raw = await js.fetch("https://c.test/", method="GET", signal=AbortSignal.timeout(1000))
        reveal_type(raw.ok)  # T: bool
        reveal_type(await raw.text())  # T: str
        reveal_type(raw.headers.get("etag"))  # T: str | JsNull
        url = URL.new("/path", request.url)
        url.searchParams.set("q", "1")
        reveal_type(url.searchParams.get("q"))  # T: str | JsNull
        reveal_type(url.pathname)  # T: str
        query = URLSearchParams.new(to_js([["a", "b"]]))
        reveal_type(query.toString())  # T: str
        headers = Headers.new()
        headers.set("x-a", "b")
        reveal_type(request.headers.get("x-a"))  # T: str | None
        for key, value in request.headers.items():
            print(key, value)
        URL("https://a.test")  # E
        url.pathName  # E
        raw.status_code  # E
        headers.set("x-a")  # E
        AbortSignal.timeout("1s")  # E
        url.searchParams.get()  # E
        return Response.json({"data": data, "ok": raw.ok})
