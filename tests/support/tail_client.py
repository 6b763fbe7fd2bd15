"""A listener to the runs of a Worker: the WebSocket of a tail, as `wrangler tail` speaks it (RFC 6455, trace-v1)."""
import base64
import json
import os
import socket
import struct
import urllib.parse

from event_program import PATIENCE_S

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MASK = b"\x01\x02\x03\x04"


class Refused(Exception):
    """The server's status line and headers in the place of 101."""


class TailClient:
    def __init__(self, url, headers=None, protocol="trace-v1", receive_buffer=None):
        place = urllib.parse.urlsplit(url)
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect((place.hostname, place.port))
        self.stream = self.socket.makefile("rb")
        given = {"Host": place.netloc, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                 "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), "Sec-WebSocket-Protocol": protocol, **(headers or {})}
        lines = [f"GET {place.path} HTTP/1.1"] + [f"{name}: {value}" for name, value in given.items() if value is not None]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = []
        while line := self.stream.readline().strip().decode():
            head.append(line)
        if not head or " 101 " not in head[0]:
            self.close()
            raise Refused(head[0] if head else "nothing")
        self.head = head
        self.send(TEXT, b'{"debug":false}')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stream.close()
        self.socket.close()

    def send(self, opcode, payload):
        assert len(payload) < 126
        masked = bytes(byte ^ MASK[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode, 0x80 | len(payload)]) + MASK + masked)

    def frame(self):
        first, second = self.stream.read(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", self.stream.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.stream.read(8))[0]
        assert first & 0x80, "a frame in parts"
        return first & 0x0F, self.stream.read(length)

    def event(self):
        """The next one; pings are answered."""
        while True:
            opcode, payload = self.frame()
            if opcode == PING:
                self.send(PONG, payload)
            else:
                assert opcode == BINARY, (opcode, payload)
                return json.loads(payload)

    def ending(self):
        """-> (code, reason), of the close frame that comes next, which is answered."""
        opcode, payload = self.frame()
        assert opcode == CLOSE, (opcode, payload[:300])
        self.send(CLOSE, payload[:2])
        return struct.unpack(">H", payload[:2])[0], payload[2:].decode()
