"""A server to be hostile to, and a client that sends any bytes; each answer is checked for what holds of all."""

import http.client
import io
import json
import os
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from app.auth.issue import issue
from app.context import SignedIn
from tests.auth.forge import AUDIENCE, ISSUER, SECRET
from tests.wire.served import Served

LONGEST_ANSWER_SECONDS = 2.0
LARGEST_GROWTH = 64 * 1024 * 1024
LEAKS = ("Traceback", 'File \\"', "site-packages", "asyncpg", "psycopg", "syntax error", "SQLSTATE", "/app/", "granian")
"""What tells of the server's insides: stacks, libraries, SQL and paths."""
UNWANTED = ("call crashed", "request failed", "forged")
"""Messages of the log: two of bugs, and the one that tests/hostile/test_texts.py tries to write there."""
_PAGE = os.sysconf("SC_PAGE_SIZE")

Headers = Iterable[tuple[str | bytes, str | bytes]]


class Answer(NamedTuple):
    """One HTTP answer; status 0 stands for a connection that was closed without one."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The object of a refusal on the plain wire, which must be of the one shape."""
        assert self.headers["content-type"] == "application/json", self
        error: dict[str, Any] = self.json["error"]
        assert error.keys() == {"code", "message", "data"}
        assert error["data"]["httpStatus"] == self.status
        return error


class Caller(NamedTuple):
    """Somebody with a token, and a course of theirs."""

    signed_in: SignedIn
    course: UUID

    @property
    def token(self) -> str:
        """An access token as the server's issuer makes them."""
        return issue(self.signed_in.claims, secret=SECRET, issuer=ISSUER, audience=AUDIENCE)

    @property
    def header(self) -> tuple[str, str]:
        """The header that proves who calls."""
        return ("authorization", f"Bearer {self.token}")


class Target:
    """The server; `caller` is somebody whom requests without an identity of their own are sent as."""

    def __init__(self, served: Served, caller: Caller) -> None:
        self.served = served
        self.world = served.world
        self.caller = caller
        self.memory_at_first = self.memory()
        self._read_of_log = 0
        self.new_log_lines()

    async def new_caller(self, tier: str = "premium") -> Caller:
        """A new user of a new organization: what others were limited to does not hide what is tested."""
        return await new_caller(self.served, tier)

    def connect(self) -> "Connection":
        """A connection of its own."""
        return Connection(self.served.port)

    def ask(self, method: str, target: str | bytes, body: bytes | None = None, headers: Headers = ()) -> Answer:
        """One request on a connection of its own, byte for byte as given, and its answer."""
        sent = [("host", "test"), ("connection", "close"), *headers]
        if body is not None:
            sent.append(("content-length", str(len(body))))
        lines = [b"%b: %b" % (as_bytes(name), as_bytes(value)) for name, value in sent]
        head = b"\r\n".join([b"%b %b HTTP/1.1" % (method.encode(), as_bytes(target)), *lines, b"", b""])
        with self.connect() as connection:
            connection.send(head + (body or b""))
            return connection.read(method)

    def call(self, path: str, body: bytes | None, caller: Caller | None = None, headers: Headers = ()) -> Answer:
        """A procedure over plain JSON."""
        known = (caller or self.caller).header
        return self.ask("POST", f"/rpc/{path}", body, [("content-type", "application/json"), known, *headers])

    def memory(self) -> int:
        """Bytes that the server's processes have resident: granian's own, and the one that serves."""
        main = self.served.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in (main, *children)) * _PAGE

    def new_log_lines(self) -> list[str]:
        """What the server has logged since this was last asked."""
        with self.served.log_path.open("rb") as log:
            log.seek(self._read_of_log)
            new, _, _ = log.read().rpartition(b"\n")
            self._read_of_log += len(new)
        return new.decode().strip().split("\n") if new else []

    def check_unharmed(self) -> int:
        """It still serves, it has not grown, and its log is lines of JSON; none tells of a bug, none is forged. The
        bytes by which it has grown after all.
        """
        assert self.ask("POST", "/rpc/system.ping").status == 200
        grown = self.memory() - self.memory_at_first
        assert grown <= LARGEST_GROWTH
        for line in self.new_log_lines():
            assert json.loads(line)["message"] not in UNWANTED, line
        return grown


async def new_caller(served: Served, tier: str = "premium") -> Caller:
    """A new instructor of a new organization, with a course."""
    user = await served.user(tier=tier)
    return Caller(user, await served.world.course(user))


class Connection:
    """A connection on which requests are written by hand, and answers read one by one."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._reader = _Reader(socket.SocketIO(self._socket, "r"))

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, text: bytes) -> None:
        """Send these bytes, or as many of them as the server takes."""
        with suppress(ConnectionError):
            self._socket.sendall(text)

    def read(self, method: str = "POST") -> Answer:
        """The next answer, to a request of this method."""
        begun = time.monotonic()
        answer = self._read(method)
        assert time.monotonic() - begun < LONGEST_ANSWER_SECONDS, answer
        assert answer.status < http.HTTPStatus.INTERNAL_SERVER_ERROR, answer
        text = answer.body.decode("utf-8", "replace") if answer.status >= http.HTTPStatus.BAD_REQUEST else ""
        assert not [leak for leak in LEAKS if leak in text], answer
        return answer

    def _read(self, method: str) -> Answer:
        response = http.client.HTTPResponse(self, method=method)  # type: ignore[arg-type]  # it asks for a file alone
        try:
            response.begin()
        except ConnectionError:
            return Answer(0, {}, b"")
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())

    def read_line(self) -> bytes:
        """The next line, undigested."""
        return self._reader.readline()

    def makefile(self, _mode: str) -> "_Reader":
        """What http.client reads from: the same for each answer of this connection."""
        return self._reader

    def is_closed(self) -> bool:
        """Whether the server has closed it, or does so at once."""
        self._socket.settimeout(0.05)
        try:
            return not self._reader.read1(1)
        except TimeoutError:
            return False
        except ConnectionError:
            return True


class _Reader(io.BufferedReader):
    def close(self) -> None:
        """Stay open: http.client closes it after each answer."""


def as_bytes(text: str | bytes) -> bytes:
    """Text as a hostile client would write it, unpaired surrogates included."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
