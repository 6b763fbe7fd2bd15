from typing import TYPE_CHECKING

from workers import WorkerEntrypoint

if TYPE_CHECKING:
    from js import Message, MessageBatch


class Default(WorkerEntrypoint):
    async def queue(self, batch: "MessageBatch") -> None:
        for message in batch.messages:
            self.one(message)
            reveal_type(message.timestamp)  # T: datetime
            message.retry()
            message.retry({"delaySeconds": 3})
            message.acknowledge()  # E
            message.id + 1  # E
        batch.ackAll()
        batch.retryAll(delaySeconds=5)
        batch.retryAll(delay=5)  # E

    def one(self, message: "Message") -> None:
        print(message.body["task"])
        message.ack()
