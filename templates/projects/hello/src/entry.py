"""A Worker: one class, one handler."""

from urllib.parse import parse_qs, urlparse

from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        url = urlparse(request.url)
        name = parse_qs(url.query).get("name", ["World"])[0]
        greeting = f"{self.env.GREETING}, {name}!"  # GREETING is one of `vars` in wrangler.jsonc
        if url.path == "/":
            return Response(greeting)
        if url.path == "/json":
            return Response.json({"greeting": greeting})
        return Response("not found", status=404)
