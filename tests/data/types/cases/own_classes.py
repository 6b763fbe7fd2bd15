# The methods of Room (entry.py), through its stub: by position, and what it inherits and decorates.
from datetime import datetime

from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        room = self.env.ROOM.getByName("lobby")
        reveal_type(await room.say("hi", True))  # T: int
        reveal_type(await room.inherited([1]))  # T: str
        reveal_type(await room.opened(datetime.now()))  # T: datetime
        reveal_type(await room.picture(b"x"))  # T: memoryview || memoryview[int]
        reveal_type(await room.tidy())  # T: bool
        reveal_type(await room.fixed(1))  # T: int
        print(await room.logged("anything", 1))
        reveal_type(await room.total(1, 2, 3))  # T: int
        reveal_type(await self.env.SELF.add(1, 2))  # T: int
        await room.say(text="hi")  # E
        await room.say("hi", loud=True)  # E
        await room.size()  # E
        await room.inherited("x")  # E
        await room.fixed("x")  # E
        await room.opened("now")  # E
        await room._private()  # E
        await self.env.SELF.add(one=1, other=2)  # E
        room.picture(b"x").tobytes()  # E
        return Response("done")
