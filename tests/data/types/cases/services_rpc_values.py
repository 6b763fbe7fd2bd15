# What a service of unknown code gives back may be anything; what it is called with must be convertible.
from datetime import datetime

from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        user = await self.env.AUTH.getUser("id", {"fields": ["name"]}, None, datetime.now(), b"bytes")
        print(user["name"], user.name)
        total: int = await self.env.AUTH.count()
        reply = await self.env.AUTH.fetch("https://auth/", method="POST", body="{}", headers={"a": "b"})
        reveal_type(await reply.text())  # T: str
        reveal_type(reply.status)  # T: int
        print((await reply.json())["a"], total)
        await self.env.AUTH.fetch(Request("https://auth/"))
        await self.env.AUTH.fetch(5)  # E
        await self.env.AUTH.fetch("https://auth/", heders={})  # E
        self.env.AUTH.fetch("https://auth/").status  # E
        reply.body_text  # E
        self.env.AUTHS.getUser("id")  # E
        return Response("done")
