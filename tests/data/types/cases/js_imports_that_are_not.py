from workers import Request, Response, WorkerEntrypoint
import js
from typing import Any


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        from js import document  # E
        from js import window  # E
        from js import localStorage  # E
        from js import XMLHttpRequest  # E
        from js import KVNamespaces  # E
        print(js.processs)  # E
        return Response("done")
