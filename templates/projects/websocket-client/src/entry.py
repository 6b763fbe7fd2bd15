"""GET /?text=… sends the text over a WebSocket to another server and answers with what comes back."""

import asyncio
from urllib.parse import parse_qs, urlparse

from pyodide.ffi import create_proxy
from workers import Response, WorkerEntrypoint, fetch

PATIENCE_S = 5


async def ask(url: str, text: str) -> str:
    """One message there, one back."""
    # A WebSocket begins as a request, so `wss:` is asked for as `https:`.
    answer = await fetch(url.replace("ws", "http", 1), headers={"Upgrade": "websocket"})
    if answer.status != 101:
        raise ConnectionError(f"the server answered with {answer.status}, not with a WebSocket")
    socket = answer.js_object.webSocket
    received = asyncio.get_running_loop().create_future()

    def on_message(event):
        if not received.done():
            received.set_result(str(event.data))

    def on_end(event):
        if not received.done():
            received.set_exception(ConnectionError("the server closed the WebSocket"))

    listeners = {"message": create_proxy(on_message), "close": create_proxy(on_end), "error": create_proxy(on_end)}
    for name, listener in listeners.items():
        socket.addEventListener(name, listener)
    socket.accept()
    socket.send(text)
    try:
        return await asyncio.wait_for(received, PATIENCE_S)
    finally:
        for name, listener in listeners.items():
            socket.removeEventListener(name, listener)
            listener.destroy()
        socket.close(1000, "done")


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        text = parse_qs(urlparse(request.url).query).get("text", ["Hello"])[0]
        try:
            return Response(await ask(self.env.UPSTREAM, text))
        except (ConnectionError, TimeoutError) as error:
            return Response(f"{self.env.UPSTREAM}: {error or 'no answer'}", status=502)
