"""HTTP/2 frame by frame (RFC 9113), for tests that need to know what exactly goes over the wire."""
import contextlib
import socket
import ssl
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
FRAME_SIZE = 16384  # the most that a peer takes unless it says more
WINDOW = 65535  # of a stream and of the connection, unless said otherwise
# The static table's entries 8 to 14 (RFC 7541, A).
STATUSES = dict(enumerate((200, 204, 206, 304, 400, 404, 500), 8))


def field(name, value):
    """Literal, never indexed, without Huffman's code."""
    return b"\x10" + _string(name) + _string(value)


def indexed(name, value):
    """Literal, and put into the table, where it is number 62."""
    return b"\x40" + _string(name) + _string(value)


def _string(text):
    bytes_ = text.encode()
    return _number(len(bytes_), 7) + bytes_


def _number(value, bits):
    most = (1 << bits) - 1
    if value < most:
        return bytes([value])
    out, value = [most], value - most
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes([*out, value])


class Http2Client:
    """A connection on which the client has said hello, and answers SETTINGS and PING by itself."""

    def __init__(self, port, timeout=60):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        self.socket = context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=timeout),
                                          server_hostname="localhost")
        assert self.socket.selected_alpn_protocol() == "h2"
        self.authority = f"localhost:{port}"
        self.next_stream = 1
        self.pending = b""
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        self.send(SETTINGS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, kind, flags=0, stream=0, payload=b""):
        self.socket.sendall(frame(kind, flags, stream, payload))

    def fields(self, method="GET", path="/", *more):
        named = ((":method", method), (":scheme", "https"), (":path", path), (":authority", self.authority), *more)
        return b"".join(field(name, value) for name, value in named)

    def request(self, method="GET", path="/", *more, end=True, raw=b""):
        """-> the stream's number; `raw` is put behind the fields"""
        stream = self.next_stream
        self.next_stream += 2
        block = self.fields(method, path, *more) + raw
        pieces = [block[at:at + FRAME_SIZE] for at in range(0, len(block), FRAME_SIZE)]
        for number, piece in enumerate(pieces):
            flags = (END_HEADERS if number + 1 == len(pieces) else 0) | (END_STREAM if end and number == 0 else 0)
            self.send(CONTINUATION if number else HEADERS, flags, stream, piece)
        return stream

    def reset(self, stream, code=8):  # CANCEL
        self.send(RST_STREAM, 0, stream, struct.pack(">I", code))

    def widen(self, stream, count):
        self.send(WINDOW_UPDATE, 0, stream, struct.pack(">I", count))

    def receive(self):
        """The next frame -> (kind, flags, stream, payload); None at the end"""
        head = self._exactly(9)
        if head is None:
            return None
        size, kind, flags, stream = int.from_bytes(head[:3], "big"), head[3], head[4], int.from_bytes(head[5:], "big")
        payload = self._exactly(size)
        if kind in (SETTINGS, PING) and not flags & ACK:
            with contextlib.suppress(OSError):  # what the other end said before it went is still to be read
                self.send(kind, ACK, 0, payload if kind == PING else b"")
        return kind, flags, stream, payload

    def receive_of(self, stream, *kinds):
        """The next frame of that stream and of these kinds; others are passed over. A GOAWAY is an error."""
        while frame_ := self.receive():
            if frame_[2] == stream and frame_[0] in kinds:
                return frame_
            assert frame_[0] != GOAWAY or stream == 0, f"the server says goodbye: {frame_}"
        raise AssertionError(f"the connection ended before {kinds}")

    def answer(self, stream):
        """The whole of it -> (status, body); both windows are widened as it comes"""
        _, flags, _, payload = self.receive_of(stream, HEADERS)
        status, body = status_of(payload), b""
        while not flags & END_STREAM:
            _, flags, _, payload = self.receive_of(stream, DATA)
            body += payload
            if payload:
                self.widen(0, len(payload))
                if not flags & END_STREAM:
                    self.widen(stream, len(payload))
        return status, body

    def _exactly(self, size):
        while len(self.pending) < size:
            try:
                piece = self.socket.recv(65536)
            except (ConnectionError, ssl.SSLError):
                return None
            if not piece:
                return None
            self.pending += piece
        taken, self.pending = self.pending[:size], self.pending[size:]
        return taken


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def status_of(block):
    """Of an answer's fields: `:status` comes first."""
    if block[0] & 0x80:
        return STATUSES[block[0] & 0x7F]
    assert block[0] in (0x48, 0x08, 0x18), block[:8]  # a literal with the name of entry 8
    size, text = block[1] & 0x7F, block[2:]
    return int(text[:size]) if not block[1] & 0x80 else _huffman_digits(text[:size])


def _huffman_digits(code):
    """Digits have codes of 5 bits for 0, 1 and 2, and of 6 for the others (RFC 7541, B)."""
    bits = "".join(f"{byte:08b}" for byte in code)
    codes = {"00000": 0, "00001": 1, "00010": 2, **{f"{0x19 + i:06b}": 3 + i for i in range(7)}}
    number, at = 0, 0
    for _ in range(3):
        size = 5 if bits[at:at + 5] in codes else 6
        number, at = number * 10 + codes[bits[at:at + size]], at + size
    return number
