# Options that are made first and given later, by the names of the declarations.
from typing import TYPE_CHECKING

from workers import Request, Response, WorkerEntrypoint

if TYPE_CHECKING:
    from js import (
        DurableObjectListOptions,
        KVNamespaceListOptions,
        KVNamespacePutOptions,
        MessageSendRequest,
        QueueSendOptions,
        R2ListOptions,
        R2PutOptions,
        VectorizeQueryOptions,
        VectorizeVector,
        WorkflowInstanceCreateOptions,
    )


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        put: KVNamespacePutOptions = {"expirationTtl": 60}
        put["metadata"] = {"a": 1}
        await self.env.KV.put("a", "b", put)
        await self.env.KV.put("a", "b", **put)
        listing: KVNamespaceListOptions = {"prefix": "a"}
        listing["cursor"] = "x"
        await self.env.KV.list(listing)
        objects: R2ListOptions = {"limit": 5}
        await self.env.BUCKET.list(objects)
        stored: R2PutOptions = {"httpMetadata": {"contentType": "text/plain"}}
        await self.env.BUCKET.put("a", "b", stored)
        messages: list[MessageSendRequest] = [{"body": 1}]
        messages.append({"body": "x", "contentType": "text"})
        await self.env.JOBS.sendBatch(messages)
        later: QueueSendOptions = {"delaySeconds": 5}
        await self.env.JOBS.send("x", later)
        query: VectorizeQueryOptions = {"topK": 5}
        await self.env.VEC.query([1.0], query)
        made: WorkflowInstanceCreateOptions = {"params": {"a": 1}}
        await self.env.FLOW.create(made)
        await self.env.KV.list(put)  # E
        listing["prefx"] = "a"  # E
        messages.append({"contentType": "text"})  # E
        kinds: DurableObjectListOptions = {"first": 5}  # E
        print(kinds)
        return Response("done")
