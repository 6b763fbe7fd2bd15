# A queue's two ends, a cron trigger and an incoming mail in one Worker.
from typing import TYPE_CHECKING, Any

from workers import Response, WorkerEntrypoint

if TYPE_CHECKING:
    from js import ExecutionContext, ForwardableEmailMessage, MessageBatch, ScheduledController


class Default(WorkerEntrypoint):
    async def fetch(self, request: Any) -> Response:
        await self.env.JOBS.send({"url": "https://a.test"}, contentType="json")
        await self.env.JOBS.send("text", {"delaySeconds": 5})
        await self.env.JOBS.sendBatch([{"body": 1}, {"body": "two", "delaySeconds": 3}])
        outcome = await self.env.LIMITER.limit({"key": request.url})
        if not outcome.success:
            return Response("slow down", status=429)
        await self.env.JOBS.sendBatch([{"bdy": 1}])  # E
        await self.env.JOBS.sendBatch({"body": 1})  # E
        await self.env.JOBS.send("x", delay=3)  # E
        await self.env.JOBS.sendbatch([])  # E
        return Response("queued", status=202)

    async def queue(self, batch: "MessageBatch", env: Any, ctx: "ExecutionContext") -> None:
        for message in batch.messages:
            if message.attempts > 3:
                message.ack()
            else:
                message.retry({"delaySeconds": 2 ** message.attempts})
        batch.ackAll()
        batch.retryAll(delaySeconds=3)
        batch.messages[0].ack(1)  # E
        batch.messages[0].reject()  # E

    async def scheduled(self, controller: "ScheduledController", env: Any, ctx: "ExecutionContext") -> None:
        reveal_type(controller.cron)  # T: str
        reveal_type(controller.scheduledTime)  # T: NUM
        controller.noRetry()
        controller.schedule  # E

    async def email(self, message: "ForwardableEmailMessage", env: Any, ctx: "ExecutionContext") -> None:
        reveal_type(message.to)  # T: str
        reveal_type(message.rawSize)  # T: NUM
        reveal_type(message.headers.get("subject"))  # T: str | JsNull
        message.setReject("no")
        await message.forward("me@a.test")
        await message.forward()  # E
        message.reject("no")  # E
