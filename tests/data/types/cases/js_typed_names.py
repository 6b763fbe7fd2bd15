# Names that code uses in annotations only.
from typing import TYPE_CHECKING

from workers import Request, Response, WorkerEntrypoint

if TYPE_CHECKING:
    from js import (
        Ai,
        D1Database,
        D1Result,
        DurableObjectNamespace,
        Env,
        ExecutionContext,
        Fetcher,
        KVNamespace,
        Queue,
        R2Bucket,
        R2Object,
    )


def store(env: "Env") -> "KVNamespace":
    return env.KV


async def rows(database: "D1Database") -> "D1Result":
    return await database.prepare("x").all()


async def head(bucket: "R2Bucket") -> "R2Object | None":
    return await bucket.head("k")


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        await store(self.env).put("a", "b")
        await rows(self.env.DB)
        await head(self.env.BUCKET)
        store(self.env.DB)  # E
        return Response("done")
