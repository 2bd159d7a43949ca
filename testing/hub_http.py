"""How the test hub speaks HTTP: whole answers, and the ways in which they go wrong."""

import contextlib
import dataclasses
import http.server
import json
import re
import socket
import time
import urllib.parse

from .hub_store import Refused


@dataclasses.dataclass
class Fault:
    """What goes wrong with requests whose "METHOD path" matches a pattern.

    Attributes:
        pattern: regular expression, searched.
        status: answer with this instead.
        slow: seconds to wait before the answer, and between each twentieth of its body.
        drop: close the connection after that many bytes of the body; 0 is before any answer.
        truncate: send only that many bytes of the body, and say so.
        alter: flip a bit in the middle of the body.
        times: how many requests it befalls.
    """

    pattern: str
    status: int | None = None
    slow: float = 0.0
    drop: int | None = None
    truncate: int | None = None
    alter: bool = False
    times: float = float("inf")


class FaultyHandler(http.server.BaseHTTPRequestHandler):
    """Answers by the first route that matches, unless a fault of the hub befalls the request."""

    hub, routes = None, ()  # (regular expression of "METHOD path", method); set by who inherits
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *_) -> None:
        pass

    def answer(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        path = urllib.parse.unquote(url.path)
        self.query = dict(urllib.parse.parse_qsl(url.query))
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        self.token = token if scheme == "Bearer" else None
        self.fault = self.hub.find_fault(f"{self.command} {path}")
        with contextlib.suppress(ConnectionError):
            self.body = self.read_body()
            time.sleep(self.fault.slow)
            if self.fault.drop == 0:
                return self.hang_up()
            try:
                if self.fault.status:
                    raise Refused(self.fault.status, f"fault {self.fault.status}")
                for pattern, method in self.routes:
                    match = re.fullmatch(pattern, f"{self.command} {path}")
                    if match:
                        return method(self, **match.groupdict())
                raise Refused(404, f"{self.command} {path} is not spoken here")
            except Refused as refusal:
                self.send(refusal.status, {"error": str(refusal)}, **refusal.headers)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def send(self, status, body=b"", **headers) -> None:
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        fault, length = self.fault, len(body)
        is_content = status in (200, 206) and self.command == "GET"
        if is_content and fault.truncate is not None:
            body, length = body[: fault.truncate], fault.truncate
        if is_content and fault.alter:
            middle = len(body) // 2
            body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault.drop:
            self.wfile.write(body[: fault.drop])
            return self.hang_up()
        step = max(len(body) // 20, 1) if fault.slow else max(len(body), 1)
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            self.wfile.flush()
            time.sleep(fault.slow)
