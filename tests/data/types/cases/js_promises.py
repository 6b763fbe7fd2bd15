import asyncio

from js import Promise, fetch, setTimeout
from pyodide.ffi import create_once_callable, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        one, two = await asyncio.gather(fetch("https://a.test"), fetch("https://b.test"))
        reveal_type(one.status)  # T: NUM
        reveal_type(two.ok)  # T: bool
        settled = await Promise.allSettled(to_js([fetch("https://a.test")]))
        print(settled[0].status)
        reveal_type(await Promise.resolve(True))  # T: bool
        reply = await fetch("https://a.test").then(lambda response: response)
        reveal_type(reply.status)  # T: NUM
        fetch("https://a.test").catch(lambda error: None)
        await asyncio.wait_for(asyncio.ensure_future(self.env.KV.get("a")), 5)
        both = await asyncio.gather(self.env.KV.get("a"), self.env.KV.get("b"), self.env.DB.prepare("x").all())
        reveal_type(both[0])  # T: str | None
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.env.KV.get("a"))
        reveal_type(task.result())  # T: str | None
        task = asyncio.create_task(self.env.KV.get("b"))
        print(await task)
        fetch("https://a.test").status  # E
        Promise.every(to_js([]))  # E
        Promise()  # E
        one.data  # E
        both[0].upper()  # E
        return Response("done")
