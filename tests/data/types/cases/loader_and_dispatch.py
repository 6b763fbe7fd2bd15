from js import Object
from pyodide.ffi import create_proxy, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        code = to_js(
            {"compatibilityDate": "2026-01-01", "mainModule": "a.js", "modules": {"a.js": "export default {}"}},
            dict_converter=Object.fromEntries,
        )
        worker = self.env.LOADER.get("id", create_proxy(lambda: code))
        entry = worker.getEntrypoint()
        reply = await entry.fetch("https://a.test")
        reveal_type(reply.status)  # T: NUM
        named = worker.getEntrypoint("Admin")
        print(await named.anything(1))
        self.env.LOADER.load(code).getEntrypoint()
        self.env.LOADER.get("id")  # E
        self.env.LOADER.get(5, create_proxy(lambda: code))  # E
        worker.fetch("https://a.test")  # E
        worker.entrypoint()  # E
        customer = self.env.DISPATCH.get("customer")
        answer = await customer.fetch("https://a.test")
        print(answer.status)
        self.env.DISPATCH.get()  # E
        self.env.DISPATCH.get(5)  # E
        self.env.DISPATCH.fetch("https://a.test")  # E
        return Response("done")
