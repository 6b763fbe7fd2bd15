# JavaScript's modules: unwrapped.
from workers import Request, Response, WorkerEntrypoint, import_from_javascript


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        platform = import_from_javascript("cloudflare:workers")
        print(platform.env.TOKEN, await platform.env.KV.get("a"))
        platform.waitUntil(self.env.KV.put("a", "b"))
        socket = import_from_javascript("cloudflare:sockets").connect("a.test:80")
        writer = socket.writable.getWriter()
        await writer.write("x")
        async for chunk in socket.readable:
            print(chunk)
        await socket.closed
        await socket.close()
        import_from_javascript("cloudflare:sockets").connect({"hostname": "a.test", "port": 80}, secureTransport="starttls")
        print(import_from_javascript("node:buffer").Buffer)
        platform.environment  # E
        socket.write("x")  # E
        import_from_javascript("cloudflare:sockets").connects("a.test:80")  # E
        import_from_javascript("cloudflare:email").EmailMessage("a", "b", "c")  # E
        return Response("done")
