"""GET /?host=…&port=…&send=… opens a TCP connection, sends a line and answers with the first line of the answer."""

from urllib.parse import parse_qs, urlparse

from js import TextDecoder, TextEncoder
from workers import Response, WorkerEntrypoint, import_from_javascript

sockets = import_from_javascript("cloudflare:sockets")


async def first_line(host: str, port: int, line: str) -> str:
    """What a server answers to one line: enough for SMTP, Redis, whois and the like."""
    socket = sockets.connect(f"{host}:{port}")
    writer = socket.writable.getWriter()
    reader = socket.readable.getReader()
    try:
        await socket.opened
        if line:
            await writer.write(TextEncoder.new().encode(line + "\r\n"))
        decoder, text = TextDecoder.new(), ""
        while "\n" not in text:
            piece = await reader.read()
            if piece.done:
                break
            text += decoder.decode(piece.value)
        return text.partition("\n")[0].rstrip("\r")
    finally:
        await socket.close()


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        query = parse_qs(urlparse(request.url).query)
        if "host" not in query or not query.get("port", [""])[0].isdecimal():
            return Response("host and port are needed", status=400)
        host, port = query["host"][0], int(query["port"][0])
        try:
            return Response(await first_line(host, port, query.get("send", [""])[0]))
        except Exception as error:
            return Response(f"{host}:{port}: {error}", status=502)
