"""What most Workers do for their first request, done in an instance of Python that is then thrown away.

rehearsal.js has it done ahead of time: V8 compiles a function of WebAssembly when it is first called, and keeps the code
for the next instance. Nothing of the Worker itself runs here.
"""

import json
import sys

import _pyw_guest
from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        told = {"method": request.method, "headers": dict(request.headers.items()), "length": len(request.url)}
        if asgi := sys.modules.get("asgi"):
            await asgi.fetch(_application, request.js_object, self.env)
        return Response(json.dumps(told), headers={"content-type": "application/json"})


async def _application(scope, receive, send):
    if scope["type"] != "http":
        return
    body = json.dumps({"path": scope["path"], "body": (await receive())["body"].decode()}).encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


def begin():
    """From here on calls come to this module's `Default`."""
    _pyw_guest.before_first_request()
    _pyw_guest._main = sys.modules[__name__]
