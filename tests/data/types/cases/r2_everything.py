from workers import Request, Response, WorkerEntrypoint



class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        head = await self.env.BUCKET.head("k")
        if head is not None:
            reveal_type(head.etag)  # T: str
            reveal_type(head.uploaded)  # T: datetime
            reveal_type(head.size)  # T: NUM
            reveal_type(head.version)  # T: str
            print(head.httpMetadata, head.customMetadata)
        found = await self.env.BUCKET.get("k")
        if found is not None:
            reveal_type(await found.text())  # T: str
            print((await found.json())["a"])
            reveal_type(found.bodyUsed)  # T: bool
            async for chunk in found.body:
                print(chunk)
            blob = await found.blob()
            reveal_type(blob)  # T: Blob
        await self.env.BUCKET.delete("k")
        await self.env.BUCKET.delete(["a", "b"])
        listing = await self.env.BUCKET.list()
        if listing.truncated:
            await self.env.BUCKET.list(cursor=listing.cursor)
        upload = await self.env.BUCKET.createMultipartUpload("big")
        part = await upload.uploadPart(1, b"data")
        reveal_type(part.etag)  # T: str
        whole = await upload.complete([part])
        reveal_type(whole.key)  # T: str
        await self.env.BUCKET.resumeMultipartUpload("big", upload.uploadId).abort()
        await self.env.BUCKET.get("k", onlyIf={"etagMatches": "x"})
        await self.env.BUCKET.put("k", "text", onlyIf={"etagDoesNotMatch": "x"})
        await self.env.BUCKET.get("k").text()  # E
        (await self.env.BUCKET.head("k")).key  # E
        await self.env.BUCKET.put("k")  # E
        await self.env.BUCKET.put("k", "text", httpMetdata={})  # E
        await self.env.BUCKET.list(limit="ten")  # E
        await self.env.BUCKET.delete(5)  # E
        return Response("done")
