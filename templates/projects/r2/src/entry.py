"""A file store: PUT, GET and DELETE /NAME, and GET / for the list."""

from urllib.parse import unquote, urlparse

from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        name = unquote(urlparse(request.url).path).removeprefix("/")
        if not name:
            return await self.list_files()
        if request.method == "PUT":
            return await self.store(name, request)
        if request.method == "DELETE":
            await self.env.FILES.delete(name)
            return Response(None, status=204)
        return await self.send(name)

    async def store(self, name, request):
        kind = request.headers.get("content-type") or "application/octet-stream"
        # The body goes on as the stream it is: no file is ever whole in memory.
        stored = await self.env.FILES.put(name, request.body, {"httpMetadata": {"contentType": kind}})
        return Response.json({"name": name, "size": stored.size}, status=201)

    async def send(self, name):
        found = await self.env.FILES.get(name)
        if found is None:
            return Response(f"no file {name}", status=404)
        kind = found.httpMetadata.contentType if found.httpMetadata else None
        headers = {"content-type": kind or "application/octet-stream", "etag": found.httpEtag}
        return Response(found.body, headers=headers)

    async def list_files(self):
        listing = await self.env.FILES.list()
        return Response.json([{"name": item.key, "size": item.size} for item in listing["objects"]])
