from datetime import UTC, datetime

from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        found = await self.env.BUCKET.get("k", onlyIf={"etagDoesNotMatch": "abc", "uploadedAfter": datetime.now(UTC)})
        if found is None:
            return Response("none", status=404)
        reveal_type(found.etag)  # T: str
        text = await found.text()  # E
        whole = await self.env.BUCKET.get("k", {"range": {"suffix": 10}})
        if whole is not None:
            reveal_type(whole.range)  # T: !Any
            reveal_type(await whole.text())  # T: str
            reveal_type(await whole.arrayBuffer())  # T: memoryview || memoryview[int]
        part = await self.env.BUCKET.get("k", range={"offset": 10})
        if part is not None:
            reveal_type(part.bodyUsed)  # T: bool
        await self.env.BUCKET.get("k", onlyif={"etagMatches": "x"})  # E
        await self.env.BUCKET.get("k", onlyIf={"etag": "x"})  # E
        await self.env.BUCKET.get("k", range={"offset": "10"})  # E
        (await self.env.BUCKET.get("k")).text()  # E
        return Response("done")
