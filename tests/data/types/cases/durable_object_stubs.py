from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        stub = self.env.ROOM.getByName("lobby")
        reveal_type(await stub.say("hi"))  # T: int
        reveal_type(await stub.say("hi", True))  # T: int
        reveal_type(await stub.names())  # T: list[str]
        answer = await stub.fetch("https://room.test/", method="POST")
        reveal_type(answer.status)  # T: NUM
        same = self.env.ROOM.get(self.env.ROOM.idFromName("lobby"))
        reveal_type(same.id.toString())  # T: str
        reveal_type(same.name)  # T: str | None
        self.env.ROOM.get(self.env.ROOM.newUniqueId(jurisdiction="eu"))
        abroad = self.env.ROOM.jurisdiction("eu").getByName("x")
        await abroad.say("hi")
        other = self.env.ELSEWHERE.getByName("x")
        print(await other.whatever(1, 2, {"a": 1}))
        await stub.say(5)  # E
        await stub.shout("hi")  # E
        stub.say("hi") + 1  # E
        self.env.ROOM.getByName(5)  # E
        self.env.ROOM.get("lobby")  # E
        self.env.ROOM.getById("x")  # E
        self.env.ROOM.jurisdiction(5)  # E
        return Response("done")
