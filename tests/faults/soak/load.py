"""An open-loop load: each request is sent at its time, whether the ones before it are answered or not.

A latency counts from when its request was due, so that a server which stalls can't hide it.
"""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

MOST_CONNECTIONS: Final = 400
PATIENCE_SECONDS: Final = 10.0
"""How long answers are waited for when the last request is sent."""


@dataclass
class Answers:
    """What came back: seconds of each good answer, errors by what they said, the most connections in use at once."""

    latencies: list[float] = field(default_factory=list[float])
    errors: Counter[str] = field(default_factory=Counter[str])
    connections: int = 0

    def percentile(self, percent: float) -> float:
        """Of the latencies, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] if ordered else 0.0


class Connection:
    """A kept-alive connection with one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer = b""
        self.due = 0.0

    def send(self, request: bytes, due: float) -> None:
        """Send a request that was due then."""
        self.due, self._answer = due, b""
        self.socket.sendall(request)

    def answered(self) -> bytes | None:
        """Read what is there: the whole answer's text, or None while there is more to come. OSError when it is cut."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError("closed before the answer was whole")
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return None
        return self._answer


def _length(head: bytes) -> int:
    (line,) = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return int(line.partition(b":")[2])


class Load:
    """So many requests a second to one port. `every_second` is called about once a second meanwhile."""

    def __init__(self, port: int, requests: Iterator[bytes], every_second: Callable[[], None]) -> None:
        self.answers = Answers()
        self._port = port
        self._requests = requests
        self._every_second = every_second
        self._selector = selectors.DefaultSelector()
        self._idle: list[Connection] = []
        self._busy = 0

    def run(self, rate: float, seconds: float) -> Answers:
        """Send them all, and wait for the answers."""
        began = time.perf_counter()
        for number in range(int(rate * seconds)):
            due = began + number / rate
            while (left := due - time.perf_counter()) > 0:
                self._take_answers(left)
            self._send(next(self._requests), due)
            if number % int(rate) == 0:
                self._every_second()
        last = time.perf_counter()
        while self._busy and time.perf_counter() - last < PATIENCE_SECONDS:
            self._take_answers(0.1)
        if self._busy:
            self.answers.errors["no answer"] += self._busy
        return self.answers

    def _send(self, request: bytes, due: float) -> None:
        if not self._idle and self._busy >= MOST_CONNECTIONS:
            self.answers.errors["no connection was free"] += 1
            return
        try:
            connection = self._idle.pop() if self._idle else self._opened()
            connection.send(request, due)
        except OSError as error:
            self.answers.errors[f"not sent: {error!r}"] += 1
            return
        self._busy += 1
        self.answers.connections = max(self.answers.connections, self._busy)

    def _opened(self) -> Connection:
        connection = Connection(self._port)
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        return connection

    def _take_answers(self, seconds: float) -> None:
        """Whatever has come, waiting up to so many seconds for the first."""
        for key, _ in self._selector.select(seconds):
            connection: Connection = key.data
            if connection in self._idle:  # the server may close it whenever nothing is asked on it (RFC 9112, 9.5)
                self._idle.remove(connection)
                self._closed(connection)
                continue
            try:
                answer = connection.answered()
            except OSError as error:
                self._closed(connection)
                self._note(connection, repr(error).encode())
                continue
            if answer is not None:
                self._note(connection, answer)
                self._idle.append(connection)

    def _closed(self, connection: Connection) -> None:
        self._selector.unregister(connection.socket)
        connection.socket.close()

    def _note(self, connection: Connection, answer: bytes) -> None:
        self._busy -= 1
        if answer.startswith(b"HTTP/1.1 200"):
            self.answers.latencies.append(time.perf_counter() - connection.due)
        else:
            self.answers.errors[answer[-200:].decode("utf-8", "replace")] += 1
