"""A real server for the tests, and raw sockets to talk to it below the level of HTTP clients."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import IO, TypeVar

T = TypeVar("T")

_PROJECT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(
    factory: str, *, environment: dict[str, str] | None = None, output: IO[bytes] | None = None
) -> Generator[tuple[int, subprocess.Popen[bytes]]]:
    """A granian process that serves `module:function`, and its port; it writes to `output` what it has to say."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--http", "1", "--factory", "--no-ws"]
    command += ["--port", str(port)]
    server = subprocess.Popen([*command, factory], cwd=_PROJECT, env=environment, stdout=output, stderr=output)
    try:
        until(lambda: listens(port), "the server listens")
        yield port, server
    finally:
        server.terminate()
        server.wait(30)


def listens(port: int) -> bool:
    """Whether a connection to this port is taken."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def until(met: Callable[[], T], what: str, seconds: float = 30.0) -> T:
    """Poll until `met()` is truthy; AssertionError naming `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := met():
            return result
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {what}")


class RawConnection:
    """A connection on which a test writes HTTP by hand."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, text: bytes) -> None:
        """Send these bytes."""
        self._socket.sendall(text)

    def read_until(self, end: bytes) -> bytes:
        """All that comes up to and with `end`."""
        received = b""
        while end not in received:
            piece = self._socket.recv(65536)
            if not piece:
                raise ConnectionError(f"closed after {received!r}")
            received += piece
        return received

    def read_to_end(self) -> bytes:
        """All that comes until the server closes."""
        return b"".join(iter(lambda: self._socket.recv(65536), b""))

    def drip(self, piece: bytes, *, every: float, until: float) -> bytes:
        """Send `piece` every so many seconds until the server answers; what it answers first."""
        self._socket.settimeout(every)
        deadline = time.monotonic() + until
        while time.monotonic() < deadline:
            self._socket.sendall(piece)
            with contextlib.suppress(TimeoutError):
                return self._socket.recv(65536)
        raise AssertionError(f"no answer within {until} s")

    def post(self, path: str, body: bytes, *headers: str, length: int | None = None) -> None:
        """Send a POST of JSON; `length` is what its Content-Length claims."""
        lines = [f"POST {path} HTTP/1.1", "host: test", "content-type: application/json", *headers]
        lines.append(f"content-length: {len(body) if length is None else length}")
        self.send("\r\n".join([*lines, "", ""]).encode() + body)
