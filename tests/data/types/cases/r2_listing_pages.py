from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        total = 0
        keys: list[str] = []
        listing = await self.env.BUCKET.list(limit=500, include=["httpMetadata", "customMetadata"])
        truncated = listing.truncated
        cursor = listing.cursor if listing.truncated else None
        while truncated:
            after = await self.env.BUCKET.list({"limit": 500, "cursor": cursor or ""})
            await self.env.BUCKET.list({"limit": 500, "cursor": cursor})  # E
            for each in after["objects"]:
                keys.append(each.key)
                total += each.size
            truncated = after.truncated
            cursor = after.cursor if after.truncated else None
        for each in listing.objects:
            reveal_type(each.key)  # T: str
            reveal_type(each.size)  # T: NUM
            reveal_type(each.etag)  # T: str
            total += each.size
        reveal_type(listing.delimitedPrefixes)  # T: list[str]
        await self.env.BUCKET.delete(keys)
        await self.env.BUCKET.delete([each.key for each in listing.objects])
        listing.objects.keys  # E
        listing.files  # E
        await self.env.BUCKET.list(include=["everything"])  # E
        await self.env.BUCKET.list(prefix=5)  # E
        await self.env.BUCKET.list("img/")  # E
        return Response(str(total))
