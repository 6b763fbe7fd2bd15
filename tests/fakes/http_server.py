#!/usr/bin/env python3
"""An HTTP server that misbehaves on order, on 127.0.0.1; it says `port N` on stdout once it listens.

    http_server.py FOLDER [--log FILE] [--certificate FILE --key FILE]

FOLDER holds what is served. What goes wrong stands in the first segments of the path, each KIND or KIND=VALUE:

    /FILE                           200, with ETag, Last-Modified and Range
    /status=404/FILE                that status, always
    /fails=2/status=503/FILE        the first 2 requests for the path get the status (500 without `status`), then FILE
    /retry-after=1/fails=1/FILE     … with a Retry-After header
    /cut=1000/fails=1/FILE          the connection is closed after 1000 bytes of the body, once
    /wrong/FILE                     one byte of the body is another one; /wrong/fails=1/ only the first time
    /short/FILE                     an honest answer with only the first half of the file
    /slow=500/FILE                  500 ms before each of 4 pieces of the body
    /stall/FILE                     the headers, then nothing more
    /plain/FILE                     no Range, no ETag, no Last-Modified
    /changing/FILE                  another ETag for each request
    /bad-range/FILE                 206 with the wrong range
    /redirect=PORT/FILE             302 to the same path on 127.0.0.1:PORT; PORT 0 is this one, PORT loop goes in a circle
    /chunked/FILE                   chunked, without Content-Length
    /echo                           200, a JSON object of the request: method, path, headers, body

Every request is one line of JSON in the log: method, path, headers, size of the body.
"""
import argparse
import hashlib
import http.server
import json
import pathlib
import ssl
import threading
import time


class Faults:
    """What the path asks for: [("cut", "1000"), …] and the file."""

    def __init__(self, path):
        segments = path.split("?")[0].strip("/").split("/")
        self.asked = {}
        kinds = {"status", "fails", "retry-after", "cut", "wrong", "short", "slow", "stall", "plain", "changing",
                 "bad-range", "redirect", "chunked"}
        while len(segments) > 1 and segments[0].split("=")[0] in kinds:
            kind, _, value = segments.pop(0).partition("=")
            self.asked[kind] = value
        self.file = "/".join(segments)

    def __contains__(self, kind):
        return kind in self.asked

    def number(self, kind, otherwise=0):
        return int(self.asked.get(kind) or otherwise)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def note(self, body):
        entry = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": len(body)}
        with self.server.lock:
            if self.server.log:
                with open(self.server.log, "a") as log:
                    log.write(json.dumps(entry) + "\n")
            self.server.seen[self.path] = self.server.seen.get(self.path, 0) + 1
            return self.server.seen[self.path]

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do(self):
        body = self.read_body()
        count = self.note(body)
        if self.path.split("?")[0] == "/echo":
            self.answer(200, json.dumps({
                "method": self.command, "path": self.path, "headers": dict(self.headers), "body": body.decode("latin-1"),
            }).encode())
            return
        faults = Faults(self.path)
        healthy = "fails" in faults and count > faults.number("fails", 1)
        if healthy:
            for kind in ("status", "cut", "wrong", "short", "stall"):
                faults.asked.pop(kind, None)
        elif "fails" in faults and not any(kind in faults for kind in ("status", "cut", "wrong", "short", "stall")):
            faults.asked["status"] = "500"
        if "status" in faults:
            extra = {"Retry-After": faults.asked["retry-after"]} if "retry-after" in faults else {}
            self.answer(faults.number("status"), b"no", extra)
            return
        if "redirect" in faults:
            self.redirect(faults)
            return
        self.serve(faults)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do

    def answer(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def redirect(self, faults):
        target = faults.asked["redirect"]
        port = self.server.server_address[1] if target in ("0", "loop", "") else target
        path = self.path if target == "loop" else "/" + faults.file
        self.answer(302, b"elsewhere", {"Location": f"http://127.0.0.1:{port}{path}"})

    def serve(self, faults):
        path = self.server.folder / faults.file
        if not path.is_file():
            self.answer(404, b"not here")
            return
        body = path.read_bytes()
        etag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        if "changing" in faults:
            etag = '"%d"' % time.monotonic_ns()
        if "wrong" in faults:
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1:]
        if "short" in faults:
            body = body[:len(body) // 2]
        headers = {} if "plain" in faults else {"ETag": etag, "Accept-Ranges": "bytes"}
        start = self.wanted_start(faults, etag)
        status = 200
        if start is not None:
            if start >= len(body):
                self.answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
                return
            status = 206
            shown = 0 if "bad-range" in faults else start
            headers["Content-Range"] = f"bytes {shown}-{len(body) - 1}/{len(body)}"
            body = body[start:]
        self.send_body(status, headers, body, faults)

    def wanted_start(self, faults, etag):
        wanted = self.headers.get("Range", "")
        if "plain" in faults or not wanted.startswith("bytes=") or self.headers.get("If-Range", etag) != etag:
            return None
        return int(wanted[len("bytes="):].split("-")[0])

    def send_body(self, status, headers, body, faults):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        chunked = "chunked" in faults
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if "stall" in faults:
            self.server.stop.wait(60)
            self.close_connection = True
            return
        if "cut" in faults:
            self.wfile.write(body[:faults.number("cut")])
            self.wfile.flush()
            self.close_connection = True
            return
        pieces = 4 if "slow" in faults or chunked else 1
        size = -(-len(body) // pieces) or 1
        for at in range(0, len(body), size):
            if "slow" in faults:
                time.sleep(faults.number("slow", 100) / 1000)
            piece = body[at:at + size]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder, log=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = pathlib.Path(folder)
        self.log = log
        self.lock = threading.Lock()
        self.seen = {}
        self.stop = threading.Event()

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, *_):
        pass  # clients that break off are part of the tests


def start(folder, log=None):
    """In a thread of the caller; the server has `port`, and `seen`: how often each path was asked for."""
    server = Server(folder, log)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--log")
    parser.add_argument("--certificate", help="speak TLS, with this certificate and --key")
    parser.add_argument("--key")
    options = parser.parse_args()
    server = Server(options.folder, options.log)
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(f"port {server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
