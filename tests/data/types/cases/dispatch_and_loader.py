from js import Object
from pyodide.ffi import to_js
from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        worker = self.env.DISPATCH.get("customer")
        reply = await worker.fetch("https://x.test")
        print(reply.status)
        self.env.DISPATCH.find("customer")  # E
        self.env.LOADER.getWorker("x")  # E
        await self.env.PIPE.send(to_js([{"a": 1}], dict_converter=Object.fromEntries))
        await self.env.PIPE.send([{"a": 1}])  # E
        await self.env.PIPE.sent(to_js([]))  # E
        return Response("done")
