"""Counters: POST /NAME counts up, GET /NAME reads."""

from urllib.parse import urlparse

from workers import DurableObject, Response, WorkerEntrypoint


class Counter(DurableObject):
    """One object a name. Its calls run one after the other, its storage is its own and lasts."""

    async def value(self):
        return await self.ctx.storage.get("value") or 0

    async def increment(self, by):
        value = await self.value() + by
        await self.ctx.storage.put("value", value)
        return value


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        name = urlparse(request.url).path.removeprefix("/")
        if not name:
            return Response("name a counter: /visits", status=400)
        counter = self.env.COUNTERS.getByName(name)
        # A method of the object is called as if it were here.
        value = await counter.increment(1) if request.method == "POST" else await counter.value()
        return Response.json({"name": name, "value": value})
