# Stubs of durable objects and services, and workflows: what crosses to other Workers.
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        id = self.env.ROOM.idFromName("lobby")
        reveal_type(id.toString())  # T: str
        room = self.env.ROOM.get(id)
        answer = await room.fetch("https://room/", method="POST", body="x")
        reveal_type(answer.status)  # T: int
        reveal_type(await room.say("hello", True))  # T: int
        elsewhere = self.env.ELSEWHERE.get(self.env.ELSEWHERE.newUniqueId())
        await elsewhere.anything(1, "two")
        reply = await self.env.AUTH.fetch(request)
        reveal_type(reply.status)  # T: int
        await self.env.AUTH.check({"user": "me"})
        instance = await self.env.FLOW.create()
        reveal_type(instance.id)  # T: str
        status = await instance.status()
        print(status.status)
        await instance.terminate()
        many = await self.env.FLOW.create_batch([{"id": "1"}, {"id": "2"}])
        reveal_type(many[0].id)  # T: str
        self.env.ROOM.get("lobby")  # E
        self.env.ROOM.idFromNames("lobby")  # E
        await room.say()  # E
        await room.shout("x")  # E
        room.fetch()  # E
        await self.env.FLOW.get()  # E
        await instance.stop()  # E
        status.states  # E
        return answer
