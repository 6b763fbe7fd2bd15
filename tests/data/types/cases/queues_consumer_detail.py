from datetime import datetime
from typing import TYPE_CHECKING, Any

from workers import WorkerEntrypoint

if TYPE_CHECKING:
    from js import MessageBatch


class Default(WorkerEntrypoint):
    async def queue(self, batch: "MessageBatch") -> None:
        reveal_type(batch.queue)  # T: str
        reveal_type(len(batch.messages))  # T: int
        reveal_type(batch.metadata.metrics.backlogCount)  # T: NUM
        for message in batch.messages:
            body: Any = message.body
            reveal_type(message.timestamp)  # T: datetime
            age = datetime.now() - message.timestamp
            reveal_type(age.total_seconds())  # T: float
            try:
                await self.env.KV.put(message.id, str(body["a"]))
                message.ack()
            except Exception:
                message.retry(delaySeconds=2**message.attempts)
                message.retry({"delaySeconds": 60})
        batch.retryAll({"delaySeconds": 60})
        batch.ackAll()
        batch.retryAll()
        message.retry(delaySeconds="60")  # E
        message.retry(60)  # E
        message.nack()  # E
        message.contents  # E
        batch.messages.id  # E
        batch.ack_all()  # E
        batch.name  # E
