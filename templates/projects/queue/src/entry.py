"""Text is counted later: POST / takes it, GET /ID gives the result once it is there."""

import json
import uuid
from urllib.parse import urlparse

from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if request.method == "POST":
            job = str(uuid.uuid4())
            await self.env.JOBS.send({"id": job, "text": await request.text()})
            return Response.json({"id": job}, status=202)
        job = urlparse(request.url).path.removeprefix("/")
        result = await self.env.RESULTS.get(job) if job else None
        if result is None:
            return Response("not done yet, or not known", status=404)
        return Response(result, headers={"content-type": "application/json"})

    async def queue(self, batch, env, ctx):
        for message in batch.messages:
            job = message.body
            result = {"words": len(job["text"].split()), "attempts": message.attempts}
            await self.env.RESULTS.put(job["id"], json.dumps(result))
            message.ack()  # a message that is not acknowledged comes again
