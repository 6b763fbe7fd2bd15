"""A WebSocket server for `pyw tail`, as small as RFC 6455 lets it be, plain or over TLS; and a proxy that tunnels."""
import base64
import hashlib
import socket
import ssl
import struct
import threading

SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode, payload, final=True):
    head = bytes([(0x80 if final else 0) | opcode])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    if len(payload) < 65536:
        return head + bytes([126]) + struct.pack(">H", len(payload)) + payload
    return head + bytes([127]) + struct.pack(">Q", len(payload)) + payload


def read_exactly(stream, count):
    data = stream.read(count)
    if len(data) < count:
        raise ConnectionError("the client has gone")
    return data


def read_frame(stream):
    """(opcode, payload) of a client's frame, which must be masked."""
    first, second = read_exactly(stream, 2)
    length = second & 0x7F
    if length == 126:
        length = struct.unpack(">H", read_exactly(stream, 2))[0]
    assert second & 0x80, "a client's frame is not masked"
    mask = read_exactly(stream, 4)
    return first & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(read_exactly(stream, length)))


def read_head(stream):
    lines = []
    while (line := stream.readline().rstrip(b"\r\n")) != b"":
        lines.append(line.decode())
    return lines[0], {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}


def accept_all(server, handle):
    """Gives each connection to handle() on a thread of its own, until the server's socket is closed."""
    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(connection,), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()


class TailServer:
    """Each connection is handled by talk(connection, number); it sends frames and reads them."""

    def __init__(self, talk, certificate=None, refuse=False):
        self.talk, self.refuse, self.heads, self.count = talk, refuse, [], 0
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"{'wss' if certificate else 'ws'}://localhost:{self.port}/tail?x=1"
        accept_all(self.socket, self.handle)

    def handle(self, connection):
        self.count += 1
        number = self.count
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            stream = connection.makefile("rb")
            first, headers = read_head(stream)
            self.heads.append((first, headers))
            if self.refuse:
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            accept = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + SUFFIX).digest()).decode()
            connection.sendall((f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: trace-v1\r\n\r\n").encode())
            self.talk(connection, stream, number)
        except (OSError, ConnectionError, ssl.SSLError):
            pass
        finally:
            connection.close()

    def close(self):
        self.socket.close()


class TunnelProxy:
    """Answers CONNECT by joining both ends; remembers who was asked for."""

    def __init__(self):
        self.asked = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        accept_all(self.socket, self.handle)

    def handle(self, connection):
        stream = connection.makefile("rb", buffering=0)
        first, _ = read_head(stream)
        method, target, _ = first.split()
        self.asked.append(f"{method} {target}")
        host, _, port = target.rpartition(":")
        other = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=self.copy, args=(other, connection), daemon=True).start()
        self.copy(connection, other)

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.socket.close()
