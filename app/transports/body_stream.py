"""A request's body while it arrives."""

import asyncio
import contextlib
from collections.abc import Awaitable

from app.rpc.deadline import Deadlines
from app.rpc.protocol_errors import BodyCut, BodyTimeout
from app.transports.http import HttpRequest, Message
from app.transports.wire import WireSettings

_LINGERED_SECONDS = 5.0


class BodyStream:
    """Pieces of a body, each when it is asked for; `length` is the declared one in bytes, None where there is none.

    A sender must keep up the minimum rate while it is waited for; how long the reader takes is the reader's affair, and
    there is no limit to the whole but the call's own. Meanwhile the server takes in one piece more: granian begins when
    it is asked, whether or not somebody waits.
    """

    def __init__(self, request: HttpRequest, wire: WireSettings, deadlines: Deadlines, length: int | None) -> None:
        self._request = request
        self._wire = wire
        self._deadlines = deadlines
        self.length = length
        self._size = 0
        self._waited = 0.0
        self._ended = length == 0

    async def next(self) -> bytes | None:
        """The next piece, or None after the last. Raises BodyTimeout, and BodyCut when the client has left."""
        if self._ended:
            return None
        self._request.begun = self._request.unread = True
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise BodyCut()
        piece: bytes = message.get("body", b"")
        self._size += len(piece)
        if self._size == self.length or not message.get("more_body", False):
            self._ended = True
            self._request.unread = False
        else:
            self._request.ahead = self._request.receive()
        return piece

    async def _receive(self) -> Message:
        started = asyncio.get_running_loop().time()
        left = self._wire.read_grace + self._size / self._wire.minimum_rate - self._waited
        try:
            with self._deadlines.within(left):
                return await _coming(self._request)
        except TimeoutError:
            raise BodyTimeout() from None
        finally:
            self._waited += asyncio.get_running_loop().time() - started


async def linger(request: HttpRequest) -> None:
    """Take in and drop, for some seconds, what a client goes on sending after it was answered.

    A connection that is closed while bytes are under way is reset, and the client may never get to read the answer
    (RFC 9112, section 9.6).
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LINGERED_SECONDS):
            while (await _coming(request)).get("more_body", False):
                pass


def _coming(request: HttpRequest) -> Awaitable[Message]:
    """The message that was asked for ahead, or else the next one."""
    asked, request.ahead = request.ahead, None
    return request.receive() if asked is None else asked
