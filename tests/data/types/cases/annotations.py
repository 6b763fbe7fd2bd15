# Functions that take bindings and what they give, by the names of the declarations.
from typing import TYPE_CHECKING

from workers import Request, Response, WorkerEntrypoint

if TYPE_CHECKING:
    from js import (
        AnalyticsEngineDataset,
        D1Database,
        D1PreparedStatement,
        D1Result,
        DurableObjectNamespace,
        Env,
        Fetcher,
        Hyperdrive,
        KVNamespace,
        KVNamespaceListResult,
        Queue,
        R2Bucket,
        R2Object,
        R2ObjectBody,
        R2Objects,
        RateLimit,
        SendEmail,
        Vectorize,
        VectorizeMatches,
        Workflow,
        WorkflowInstance,
    )


async def read(store: "KVNamespace", key: str) -> str:
    return await store.get(key) or ""


async def page(store: "KVNamespace") -> "KVNamespaceListResult":
    return await store.list()


async def select(database: "D1Database") -> "D1Result":
    statement: D1PreparedStatement = database.prepare("x")
    return await statement.all()


async def objects(bucket: "R2Bucket") -> "tuple[R2Objects, R2ObjectBody | None]":
    return await bucket.list(), await bucket.get("k")


async def head(bucket: "R2Bucket") -> "R2Object | None":
    return await bucket.head("k")


async def send(queue: "Queue", dataset: "AnalyticsEngineDataset", limiter: "RateLimit", mail: "SendEmail") -> None:
    await queue.send("x")
    dataset.writeDataPoint(blobs=["x"])
    await limiter.limit(key="x")


async def similar(index: "Vectorize") -> "VectorizeMatches":
    return await index.query([1.0])


async def start(flow: "Workflow") -> "WorkflowInstance":
    return await flow.create()


def port(database: "Hyperdrive") -> int:
    return database.port


async def ask(rooms: "DurableObjectNamespace", service: "Fetcher") -> int:
    await rooms.getByName("x").fetch("https://a.test")
    return (await service.fetch("https://a.test")).status


async def everything(env: "Env") -> None:
    await read(env.KV, "k")
    await page(env.KV)
    await select(env.DB)
    await objects(env.BUCKET)
    await head(env.BUCKET)
    await send(env.JOBS, env.AE, env.LIMITER, env.MAIL)
    await similar(env.VEC)
    await start(env.FLOW)
    port(env.HD)
    await ask(env.ROOM, env.AUTH)
    await read(env.DB, "k")  # E
    await select(env.KV)  # E
    port(env.KV)  # E
    await ask(env.ELSEWHERE, env.SELF)
    await ask(env.ROOM, env.KV)  # E
    await send(env.AE, env.JOBS, env.LIMITER, env.MAIL)  # E


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        await everything(self.env)
        await everything(self)  # E
        return Response("done")
