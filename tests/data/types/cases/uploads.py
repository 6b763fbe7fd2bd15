# A form with a file, kept in R2 and described in D1.
from js import MessageChannel
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        if request.method == "PUT":
            stored = await self.env.BUCKET.put("k", request.body, {"httpMetadata": {"contentType": "image/png"}})
            if stored is None:
                return Response("taken", status=412)
            reveal_type(stored.etag)  # T: str
            reveal_type(stored.size)  # T: NUM
            reveal_type(stored.uploaded)  # T: datetime
            stored.body  # E
        head = await self.env.BUCKET.head("k")
        head.size  # E
        if head is not None:
            reveal_type(head.customMetadata)  # T: JsDict[str] | None
        found = await self.env.BUCKET.get("k", {"range": {"offset": 0, "length": 10}})
        if found is None:
            return Response.json({"error": "none"}, status=404)
        reveal_type(await found.text())  # T: str
        insert = self.env.DB.prepare("INSERT INTO files VALUES (?, ?)").bind("k", 3)
        done = await insert.run()
        reveal_type(done.success)  # T: Literal[True]
        reveal_type(done.meta.changes)  # T: NUM
        rows = await self.env.DB.batch([insert, insert])
        reveal_type(len(rows))  # T: int
        first = await self.env.DB.prepare("SELECT 1 AS one").first("one")
        print(first)
        await self.env.BUCKET.put("k")  # E
        await self.env.BUCKET.delete(3)  # E
        await self.env.BUCKET.list(prefix=1)  # E
        self.env.DB.prepare()  # E
        self.env.DB.prepare("SELECT 1").bind("a").all().results  # E
        channel = MessageChannel.new()
        channel.port1.postMessage("x")
        return Response("ok")
