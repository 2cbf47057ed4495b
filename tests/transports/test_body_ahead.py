"""A body that is read piece by piece: the server takes in the next piece while the one before is worked on."""

import asyncio
from collections.abc import Awaitable

import pytest

from app.transports.body import BodyReader
from app.transports.body_stream import BodyStream, linger
from app.transports.http import HttpRequest, Message, read_request
from app.transports.wire import WireSettings


class Server:
    """Pieces as granian gives them: it begins to read one when it is asked, whether or not somebody waits."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self.asked = 0

    def receive(self) -> Awaitable[Message]:
        """The next message, in a future that has it already."""
        coming: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        piece, self.asked = self._pieces[self.asked], self.asked + 1
        coming.set_result({"type": "http.request", "body": piece, "more_body": self.asked < len(self._pieces)})
        return coming


def stream_of(server: Server, length: int | None = None) -> tuple[HttpRequest, BodyStream]:
    """A request whose body comes from this server, and that body."""
    headers = [(b"content-length", b"%d" % length)] if length is not None else []
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    request = read_request(scope, server.receive)
    return request, BodyReader(WireSettings()).stream(request)


async def test_the_next_piece_is_asked_for_while_one_is_worked_on() -> None:
    server = Server([b"a", b"b", b"c"])
    _, body = stream_of(server)
    assert server.asked == 0
    found = [(await body.next(), server.asked) for _ in range(4)]
    assert found == [(b"a", 2), (b"b", 3), (b"c", 3), (None, 3)]


async def test_nothing_is_asked_for_after_a_body_that_is_known_to_be_whole() -> None:
    server = Server([b"abc", b""])
    _, body = stream_of(server, length=3)
    assert await body.next() == b"abc"
    assert (await body.next(), server.asked) == (None, 1)


@pytest.mark.parametrize("pieces", [2, 5])
async def test_what_was_asked_for_is_taken_in_when_the_rest_is_dropped(pieces: int) -> None:
    server = Server([b"x"] * pieces)
    request, body = stream_of(server)
    await body.next()
    await asyncio.wait_for(linger(request), timeout=4)
    assert server.asked == pieces
