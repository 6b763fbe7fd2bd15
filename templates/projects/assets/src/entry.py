"""Asked only for what is no file in public/: the API, and everything that is not there."""

import random
from urllib.parse import urlparse

from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if urlparse(request.url).path == "/api/roll":
            return Response.json({"dice": [random.randint(1, 6) for _ in range(2)]})
        return await self.env.ASSETS.fetch(request)  # which answers with public/404.html
