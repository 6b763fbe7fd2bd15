import js
from js import CompressionStream, EventSource, MessageChannel, WebAssembly, atob, btoa, console, navigator, performance, reportError
from pyodide.ffi import create_proxy, to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        started = performance.now()
        reveal_type(performance.now() - started)  # T: NUM
        reveal_type(performance.timeOrigin)  # T: NUM
        console.table(to_js([1]))
        console.time("x")
        console.timeEnd("x")
        console.debug("a", 5)
        console.info("a %s", "b")
        console.assert_(True, "x")
        reveal_type(navigator.userAgent)  # T: str
        reveal_type(btoa("x") + atob("eA=="))  # T: str
        channel = MessageChannel.new()
        channel.port1.postMessage(to_js({"a": 1}))
        channel.port2.start()
        channel.port2.close()
        print(js.WebAssembly.Module, js.crypto.randomUUID(), js.Date.now(), js.navigator.userAgent)
        source = EventSource.new("https://a.test")
        reveal_type(source.readyState)  # T: NUM
        source.close()
        print(CompressionStream.new("gzip").readable)
        reportError("x")
        reveal_type(js.fetch("https://a.test"))  # T: Promise[Response]
        performance.timing()  # E
        console.print("x")  # E
        navigator.geolocation  # E
        js.alert("x")  # E
        js.crypto.uuid()  # E
        js.Dates.now()  # E
        atob(5)  # E
        channel.port1.send("x")  # E
        CompressionStream.new("zip")  # E
        EventSource("https://a.test")  # E
        return Response("done")
