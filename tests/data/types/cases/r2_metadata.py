from datetime import datetime

from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        made = await self.env.BUCKET.put(
            "k",
            "text",
            httpMetadata={
                "contentType": "text/plain",
                "contentLanguage": "en",
                "cacheControl": "max-age=60",
                "cacheExpiry": datetime.now(),
            },
            customMetadata={"by": "me"},
            storageClass="InfrequentAccess",
            md5="098f6bcd4621d373cade4e832627b4f6",
        )
        reveal_type(made.key)  # T: str
        head = await self.env.BUCKET.head("k")
        if head is None:
            return Response("none")
        reveal_type(head.uploaded)  # T: datetime
        reveal_type(head.uploaded.isoformat())  # T: str
        reveal_type(head.storageClass)  # T: str
        if head.httpMetadata is not None:
            reveal_type(head.httpMetadata.contentType)  # T: str | None
            reveal_type(head.httpMetadata["cacheControl"])  # T: str | None
        if head.customMetadata is not None:
            reveal_type(head.customMetadata["by"])  # T: str
        reveal_type(head.checksums.toJSON().md5)  # T: str | None
        head.body  # E
        head.httpMetadata.contentType  # E
        await self.env.BUCKET.put("k", "x", customMetadata={"n": 5})  # E
        await self.env.BUCKET.put("k", "x", httpMetadata={"content_type": "x"})  # E
        await self.env.BUCKET.put("k", "x", storageClass=1)  # E
        return Response("done")
