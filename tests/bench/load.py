"""A closed-loop load client: N kept-alive connections, each sends its next request when the last answer is complete."""

import selectors
import socket
import time

_LAST_CHUNK = b"0\r\n\r\n"
"""The end of an answer that is sent in chunks (RFC 9112, section 7.1)."""


class Connection:
    """One connection that repeats one request; all answers are as long as the first one."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self.send()
        self._expected = self._first()
        self._missing = self._expected
        self.socket.setblocking(False)

    def send(self) -> None:
        """Send the request once more."""
        self.socket.sendall(self._request)

    def _first(self) -> int:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.socket.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(received.decode("utf-8", "replace"))
        names = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if b"content-length" not in names:
            while not body.endswith(_LAST_CHUNK):
                body += self.socket.recv(65536)
            return len(head) + 4 + len(body)
        length = int(names[b"content-length"])
        while len(body) < length:
            body += self.socket.recv(65536)
        return len(head) + 4 + length

    def complete(self) -> bool:
        """Read what is there; whether the answer is whole."""
        self._missing -= len(self.socket.recv(65536))
        if self._missing > 0:
            return False
        self._missing = self._expected
        return True


def rate(port: int, request: bytes, *, connections: int, seconds: float) -> float:
    """Answers a second."""
    selector = selectors.DefaultSelector()
    opened = [Connection(port, request) for _ in range(connections)]
    for connection in opened:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    answers = 0
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        for key, _ in selector.select(1):
            if key.data.complete():
                answers += 1
                key.data.send()
    for connection in opened:
        connection.socket.close()
    return answers / elapsed
