from datetime import datetime
from typing import TYPE_CHECKING

from workers import Request, Response, WorkerEntrypoint

if TYPE_CHECKING:
    from js import MessageSendRequest


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        queue = self.env.JOBS
        await queue.send("text", contentType="text")
        await queue.send(b"bytes", contentType="bytes")
        await queue.send({"a": [1, 2], "b": None}, contentType="json", delaySeconds=10)
        await queue.send(None)
        await queue.send(5)
        await queue.send({"when": datetime.now()}, contentType="v8")
        batch: "list[MessageSendRequest]" = [{"body": {"n": n}} for n in range(5)]
        await queue.sendBatch(batch)
        await queue.sendBatch([{"body": n, "delaySeconds": 5} for n in range(5)])
        await queue.sendBatch([{"body": "a", "contentType": "text", "delaySeconds": 5}], {"delaySeconds": 1})
        await queue.send("a", contentType="yaml")  # E
        await queue.send("a", delay=5)  # E
        await queue.sendBatch("abc")  # E
        await queue.sendBatch(({"body": 1}, {"body": 2}))  # E
        await queue.sendBatch([{"boddy": 1}])  # E
        await queue.sendBatch([{"body": 1, "contentType": "yaml"}])  # E
        await queue.send_batch([{"body": 1}])  # E
        await queue.receive()  # E
        return Response("done")
