import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from workers import DurableObject, Request, Response

if TYPE_CHECKING:
    from js import AlarmInvocationInfo


class Room(DurableObject):
    async def fetch(self, request: Request) -> Response:
        planned = await self.ctx.storage.getAlarm()
        if planned is None:
            await self.ctx.storage.setAlarm(int(time.time() * 1000) + 10_000)
            await self.ctx.storage.setAlarm(time.time() * 1000)
            await self.ctx.storage.setAlarm(datetime.now() + timedelta(minutes=5))
        else:
            print(planned - time.time() * 1000)
            await self.ctx.storage.deleteAlarm()
        planned + 1  # E
        await self.ctx.storage.setAlarm()  # E
        await self.ctx.storage.setAlarm("soon")  # E
        await self.ctx.storage.setAlarm(timedelta(minutes=5))  # E
        return Response("done")

    async def alarm(self, info: "AlarmInvocationInfo") -> None:
        reveal_type(info.isRetry)  # T: bool
        reveal_type(info.retryCount)  # T: NUM
        info.retries  # E
