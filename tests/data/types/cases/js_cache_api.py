from workers import Request, Response, WorkerEntrypoint
from js import caches
from js import Request as JsRequest


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        cache = caches.default
        hit = await cache.match(request.js_object)
        if hit is not None:
            reveal_type(hit.status)  # T: NUM
        own = await caches.open("mine")
        await own.put("https://a.test", hit.clone() if hit is not None else Response("x").js_object)
        reveal_type(await own.delete("https://a.test"))  # T: bool
        await own.match("https://a.test", ignoreMethod=True)
        (await own.match("https://a.test")).status  # E
        await own.add("https://a.test")  # E
        await own.put("https://a.test")  # E
        return Response("done")
