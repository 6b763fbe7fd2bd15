from js import caches
from js import Request as JsRequest
from js import Response as JsResponse
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        key = JsRequest.new(request.url, request.js_object)
        hit = await caches.default.match(key)
        if hit is not None:
            return Response(hit)
        fresh = JsResponse.new("x", headers={"cache-control": "s-maxage=10"})
        self.ctx.waitUntil(caches.default.put(key, fresh.clone()))
        reveal_type(await caches.default.delete(key))  # T: bool
        reveal_type(await caches.default.put(request.url, fresh))  # T: None
        cache = await caches.open("mine")
        reveal_type(cache)  # T: Cache
        hit.status  # E
        await caches.match(key)  # E
        await caches.default.match()  # E
        await caches.default.put(key, "x")  # E
        await caches.default.get(key)  # E
        caches.default.match(key).status  # E
        caches.open("mine").put(key, fresh)  # E
        return Response(fresh)
