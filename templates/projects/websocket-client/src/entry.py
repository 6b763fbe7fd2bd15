"""GET /?text=… sends the text over a WebSocket to another server and answers with what comes back."""

import asyncio
from urllib.parse import parse_qs, urlparse

from pyodide.ffi import JsNull, create_proxy
from workers import Response, WorkerEntrypoint, fetch

PATIENCE_S = 5


async def ask(url: str, text: str) -> str:
    """One message there, one back."""
    # A WebSocket begins as a request, so `wss:` is asked for as `https:`.
    answer = await fetch(url.replace("ws", "http", 1), headers={"Upgrade": "websocket"})
    socket = answer.js_object.webSocket
    if isinstance(socket, JsNull):
        raise ConnectionError(f"the server answered with {answer.status}, not with a WebSocket")
    received = asyncio.get_running_loop().create_future()

    def on_message(event):
        if not received.done():
            received.set_result(str(event.data))

    def on_end(event):
        if not received.done():
            received.set_exception(ConnectionError("the server closed the WebSocket"))

    take, end = create_proxy(on_message), create_proxy(on_end)
    socket.addEventListener("message", take)
    socket.addEventListener("close", end)
    socket.addEventListener("error", end)
    socket.accept()
    socket.send(text)
    try:
        return await asyncio.wait_for(received, PATIENCE_S)
    finally:
        socket.removeEventListener("message", take)
        socket.removeEventListener("close", end)
        socket.removeEventListener("error", end)
        take.destroy()
        end.destroy()
        socket.close(1000, "done")


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        text = parse_qs(urlparse(request.url).query).get("text", ["Hello"])[0]
        try:
            return Response(await ask(self.env.UPSTREAM, text))
        except (ConnectionError, TimeoutError) as error:
            return Response(f"{self.env.UPSTREAM}: {error or 'no answer'}", status=502)
