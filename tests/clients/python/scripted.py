"""A real HTTP server that answers what a test wrote down for it, and remembers what it was asked."""

import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec


@dataclass(frozen=True)
class Asked:
    """One request, and when it came, on the monotonic clock."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Takes the next answer of the script."""

    protocol_version = "HTTP/1.1"
    server: "Scripted"  # pyright: ignore[reportIncompatibleVariableOverride]  made by this server alone

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer(body)

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(self.path, headers, body, time.monotonic()))
        self.server.script.pop(0)(self)

    def send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest shows what matters."""


class Scripted(ThreadingHTTPServer):
    """The server; `script` are the answers that are left."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Answer] = []
        self.asked: list[Asked] = []
        self.let_go = threading.Event()
        self.client_left = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that leave are what some tests are about."""

    def will(self, *answers: Answer) -> None:
        """What it answers to the next requests."""
        self.script, self.asked = list(answers), []


@contextmanager
def scripted() -> Generator[Scripted]:
    """A running one."""
    server = Scripted()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()


def gives(value: Any, status: int = 200, **headers: str) -> Answer:
    """An answer with this value as JSON; `retry_after="1"` is the header Retry-After."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda handler: handler.send(status, msgspec.json.encode(value), named)


def says(text: bytes, status: int = 200) -> Answer:
    """An answer with these bytes."""
    return lambda handler: handler.send(status, text, {})


def error(name: str, status: int, number: int = -32600, **details: Any) -> dict[str, Any]:
    """The body of an error answer."""
    return {"error": shape(name, status, number, **details)}


def shape(name: str, status: int, number: int = -32600, **details: Any) -> dict[str, Any]:
    """An error object."""
    data = {"code": "X", "httpStatus": status, "type": name, "declared": True, "path": "a.b"}
    return {"code": number, "message": f"{name} happened", "data": data | ({"details": details} if details else {})}


def hangs_up(handler: Handler) -> None:
    """The connection ends without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def is_silent(handler: Handler) -> None:
    """No answer until the test is over."""
    handler.server.let_go.wait()
    hangs_up(handler)


def streams(*events: bytes, cut: bool = False, hold: bool = False) -> Answer:
    """An event stream of these pieces; `cut` ends the connection in the middle of it, `hold` waits for the client."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        for event in events:
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            handler.wfile.flush()
        if hold:
            handler.connection.recv(1)
            handler.server.client_left.set()
        if cut or hold:
            return hangs_up(handler)
        handler.wfile.write(b"0\r\n\r\n")
        return None

    return answer


def event(value: Any = "", name: str | None = None, id: str | None = None) -> bytes:
    """One event as the service writes it."""
    data = value.encode() if isinstance(value, str) and name else msgspec.json.encode(value)
    lines = [*([f"event: {name}".encode()] if name else []), b"data: " + data, *([f"id: {id}".encode()] if id else [])]
    return b"\n".join(lines) + b"\n\n\n"


CONNECTED = event("{}", "connected")
RETURN = event(name="return")
PING = event(name="ping")
