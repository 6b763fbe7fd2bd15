# Streams, blobs, encodings and random numbers of JavaScript.
from js import Blob, CompressionStream, FixedLengthStream, FormData, TextDecoder, TextDecoderStream, TextEncoder
from js import TransformStream, URLPattern, Uint8Array, atob, btoa, crypto, navigator, performance, scheduler
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        noise = Uint8Array.new(16)
        crypto.getRandomValues(noise)
        reveal_type(noise.length)  # T: NUM
        reveal_type(btoa("a"))  # T: str
        reveal_type(atob("YQ=="))  # T: str
        reveal_type(performance.now())  # T: NUM
        reveal_type(navigator.userAgent)  # T: str
        await scheduler.wait(10)
        text = TextDecoder.new("utf-8").decode(TextEncoder.new().encode("a"))
        reveal_type(text)  # T: str
        blob = Blob.new(["a"])
        reveal_type(await blob.text())  # T: str
        reveal_type((await blob.arrayBuffer()).byteLength)  # T: NUM
        packed = blob.stream().pipeThrough(CompressionStream.new("gzip"))
        reader = packed.getReader()
        reader.releaseLock()
        pipe = TransformStream.new()
        writer = pipe.writable.getWriter()
        await writer.write(noise)
        await writer.close()
        print(pipe.readable.locked, FixedLengthStream.new(10).readable.locked)
        async for chunk in packed.pipeThrough(TextDecoderStream.new()):
            print(chunk)
        form = FormData.new()
        form.append("a", "b")
        form.append("file", blob, "name.txt")
        found = URLPattern.new(pathname="/a/:id").exec("https://a.test/a/1")
        print(found)
        crypto.getRandomValue(noise)  # E
        btoa()  # E
        CompressionStream.new("zip")  # E
        writer.send(noise)  # E
        form.append("a")  # E
        navigator.user_agent  # E
        blob.sizes  # E
        scheduler.wait("10")  # E
        return Response("ok")
