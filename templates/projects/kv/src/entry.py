"""Short links: PUT /NAME with a URL as the body stores one, GET /NAME follows it."""

from urllib.parse import urlparse

from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        name = urlparse(request.url).path.removeprefix("/")
        if not name:
            return await self.list_links()
        if request.method == "PUT":
            return await self.store(name, (await request.text()).strip())
        if request.method == "DELETE":
            await self.env.LINKS.delete(name)
            return Response(None, status=204)
        target = await self.env.LINKS.get(name)
        if target is None:
            return Response(f"no link {name}", status=404)
        return Response.redirect(target, status=302)

    async def store(self, name, target):
        if urlparse(target).scheme not in ("http", "https"):
            return Response("the body must be a URL", status=400)
        await self.env.LINKS.put(name, target)
        return Response(f"{name} -> {target}", status=201)

    async def list_links(self):
        listing = await self.env.LINKS.list()
        return Response.json([key.name for key in listing["keys"]])
