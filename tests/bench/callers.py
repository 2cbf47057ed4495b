"""Callers of an HTTP server, each on a kept-alive connection: one request after the other, until all are sent."""

import selectors
import socket
import time
from collections.abc import Iterator

import msgspec


class Measured(msgspec.Struct, frozen=True):
    """What a round of calls took: seconds of each call, and of all together."""

    latencies: list[float]
    elapsed: float

    @property
    def per_second(self) -> float:
        """Calls a second."""
        return len(self.latencies) / self.elapsed


class _Caller:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer = b""
        self._sent_at = 0.0

    def send(self, request: bytes) -> None:
        self._answer = b""
        self._sent_at = time.perf_counter()
        self.socket.sendall(request)

    def latency(self) -> float | None:
        """Read what is there; the seconds since the request once the answer is whole. RuntimeError unless it is 200."""
        self._answer += self.socket.recv(65536)
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return None
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(self._answer.decode("utf-8", "replace"))
        return time.perf_counter() - self._sent_at


def _length(head: bytes) -> int:
    (line,) = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return int(line.partition(b":")[2])


def call_all(port: int, requests: list[bytes], callers: int) -> Measured:
    """Send every request once; each caller takes the next one when its answer is there."""
    left = iter(requests)
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _ in range(callers):
            caller = _Caller(port)
            selector.register(caller.socket, selectors.EVENT_READ, caller)
            _go_on(selector, caller, left)
        latencies = list(_answered(selector, left))
    return Measured(latencies, time.perf_counter() - began)


def _answered(selector: selectors.BaseSelector, left: Iterator[bytes]) -> Iterator[float]:
    while selector.get_map():
        for key, _ in selector.select(10):
            if (latency := key.data.latency()) is not None:
                yield latency
                _go_on(selector, key.data, left)


def _go_on(selector: selectors.BaseSelector, caller: _Caller, left: Iterator[bytes]) -> None:
    request = next(left, None)
    if request is None:
        selector.unregister(caller.socket)
        caller.socket.close()
    else:
        caller.send(request)
