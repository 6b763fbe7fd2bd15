from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        room = self.env.ROOM.idFromName("lobby")
        reveal_type(room.name)  # T: str | None
        reveal_type(room.equals(self.env.ROOM.idFromString(str(room.toString()))))  # T: bool
        stub = self.env.ROOM.get(room, locationHint="enam")
        stub = self.env.ROOM.get(room)
        named = self.env.ROOM.getByName("lobby", locationHint="weur")
        reveal_type(await named.say("x"))  # T: int
        answer = await stub.fetch("https://room/", method="POST", body="x", headers={"a": "b"})
        reveal_type(answer.status)  # T: int
        reveal_type(await answer.text())  # T: str
        fresh = self.env.ROOM.get(self.env.ROOM.newUniqueId())
        await fresh.fetch(Request("https://room/", method="PUT"))
        self.env.ROOM.idFromName(5)  # E
        self.env.ROOM.idFromName()  # E
        self.env.ROOM.newUniqueID()  # E
        self.env.ROOM.getByName("lobby", locationHint="moon")  # E
        self.env.ROOM.getByName("lobby").fetch("https://room/").status  # E
        room.toStr()  # E
        room + "x"  # E
        stub.say(text=5)  # E
        return answer
