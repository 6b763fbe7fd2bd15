from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        upload = await self.env.BUCKET.createMultipartUpload("big", httpMetadata={"contentType": "video/mp4"})
        reveal_type(upload.uploadId)  # T: str
        reveal_type(upload.key)  # T: str
        parts = []
        for number, chunk in enumerate([b"one", b"two"], 1):
            part = await upload.uploadPart(number, chunk)
            reveal_type(part.partNumber)  # T: NUM
            reveal_type(part["etag"])  # T: str
            parts.append(part)
        whole = await upload.complete(parts)
        reveal_type(whole.httpEtag)  # T: str
        resumed = self.env.BUCKET.resumeMultipartUpload("big", upload.uploadId)
        await resumed.uploadPart(3, "three")
        await resumed.complete([{"partNumber": 1, "etag": "x"}])
        reveal_type(await resumed.abort())  # T: None
        await upload.uploadPart("1", b"x")  # E
        await upload.uploadPart(1)  # E
        await upload.finish(parts)  # E
        await resumed.complete([{"number": 1, "etag": "x"}])  # E
        await resumed.complete(part)  # E
        upload.complete(parts).key  # E
        return Response("done")
