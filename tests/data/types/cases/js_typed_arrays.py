from js import ArrayBuffer, DataView, Float32Array, TextDecoder, TextEncoder, Uint8Array
from pyodide.ffi import to_js
from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        array = Uint8Array.new(4)
        array[0] = 5
        reveal_type(array[0])  # T: NUM
        reveal_type(array.length)  # T: NUM
        reveal_type(len(array))  # T: int
        reveal_type(array.to_bytes())  # T: bytes
        reveal_type(array.buffer)  # T: !Any
        reveal_type(array.byteLength)  # T: NUM
        array.set(to_js([1, 2]), 1)
        array.assign(b"1234")
        Uint8Array.new(to_js([1, 2, 3]))
        Uint8Array.new(ArrayBuffer.new(8), 0, 4)
        Uint8Array.from_(to_js([1, 2]))
        for byte in array:
            reveal_type(byte)  # T: NUM
        reveal_type(array.slice(0, 2))  # T: Uint8Array
        view = DataView.new(ArrayBuffer.new(8))
        view.setUint16(0, 5)
        reveal_type(view.getUint16(0))  # T: NUM
        reveal_type(TextDecoder.new().decode(array))  # T: str
        reveal_type(TextEncoder.new().encode("x").to_py())  # T: Any || memoryview || !Any
        print(Float32Array.new(2).to_memoryview())
        await request.js_object.arrayBuffer()
        array.append_(5)  # E
        array["0"]  # E
        Uint8Array(4)  # E
        view.getUint17(0)  # E
        TextDecoder.new().decode(b"bytes")  # E
        TextEncoder.new().encode(b"bytes")  # E
        array.to_byte()  # E
        return Response("done")
