# What stands inside of a converted result is JavaScript's own again.
from datetime import datetime

from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        listing = await self.env.BUCKET.list()
        for each in listing.objects:
            reveal_type(each.uploaded.toISOString())  # T: str
            reveal_type(datetime.fromtimestamp(each.uploaded.getTime() / 1000))  # T: datetime
            reveal_type(each.httpEtag)  # T: str
            each.uploaded.isoformat()  # E
            each["key"]  # E
            each.text()  # E
        head = await self.env.BUCKET.head("k")
        if head is not None:
            reveal_type(head["key"])  # T: str
            reveal_type(head.uploaded.year)  # T: int
            head.uploaded.toISOString()  # E
        listing["objects"][0].name  # E
        return Response.json([each.key for each in listing.objects])
